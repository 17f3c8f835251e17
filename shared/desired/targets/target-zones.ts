import ipaddr from 'ipaddr.js';
import { containsAddress } from './cidr';

/**
 * The availability zone that RegisterTargets needs for an address: none inside the VPC's CIDRs, `all` outside them (AWS: RegisterTargets, TargetDescription).
 * `cidrs` undefined: the VPC cannot be seen from this account, so every target is outside.
 */
export function zoneOfAddress(address: string, cidrs: readonly string[] | undefined): 'all' | undefined {
  if (cidrs === undefined || !ipaddr.isValid(address)) return 'all';
  return cidrs.some((cidr) => containsAddress(cidr, address)) ? undefined : 'all';
}
