import { isIP } from 'node:net';
import { isInRange } from '../network/ranges';
import { associatedIpv6, hasIpv6, isDualstack } from '../network/subnet-rules';
import { quote } from '../text';
import { refuse } from '../refusal';
import type { LoadBalancerPlace } from './addresses';
import type { ServiceRequest } from './service-request';

const AUTO_ASSIGNED = 'auto_assigned';
const PREFIX_LENGTH = '80';

/** Whether IPv6 prefixes are used for source NAT; the model always says so (LBC's behaviour §1.5). */
export function buildSourceNat({ read }: ServiceRequest, { ipAddressType, subnets }: LoadBalancerPlace): 'on' | 'off' {
  const sourceNat = read('sourceNat') ?? 'off';
  if (sourceNat === 'off') return 'off';
  if (!isDualstack(ipAddressType)) refuse('SourceNatNeedsDualstack', `annotation ${read.key('sourceNat')}: on needs a dualstack load balancer, but this one is ${ipAddressType}; set ${read.key('ipAddressType')}: dualstack`);
  const without = subnets.filter((subnet) => !hasIpv6(subnet)).map(({ id }) => id);
  if (without.length > 0) refuse('SourceNatNeedsIpv6Subnets', `annotation ${read.key('sourceNat')}: on needs an associated IPv6 CIDR block in every subnet, but ${without.join(', ')} has none; associate one, or name other subnets`);
  return 'on';
}

/** One prefix per subnet, by position; undefined where AWS chooses. */
export function buildSourceNatPrefixes({ read }: ServiceRequest, place: LoadBalancerPlace & { readonly sourceNat: 'on' | 'off' }): string[] | undefined {
  const prefixes = read('sourceNatPrefixes');
  if (prefixes === undefined) return undefined;
  const key = read.key('sourceNatPrefixes');
  if (!isDualstack(place.ipAddressType)) refuse('SourceNatNeedsDualstack', `annotation ${key} needs a dualstack load balancer, but this one is ${place.ipAddressType}; set ${read.key('ipAddressType')}: dualstack`);
  if (place.sourceNat !== 'on') refuse('SourceNatPrefixesNeedSourceNat', `annotation ${key} has an effect only with ${read.key('sourceNat')}: on; set that, or remove the prefixes`);
  if (prefixes.length !== place.subnets.length) refuse('SourceNatPrefixCount', `annotation ${key} must have one entry per subnet: expected ${place.subnets.length}, got ${prefixes.length}; name one for each, auto_assigned leaves the choice to AWS`);
  for (const [at, subnet] of place.subnets.entries()) requirePrefix({ prefix: prefixes[at] ?? '', subnetId: subnet.id, ranges: associatedIpv6(subnet), key });
  return prefixes;
}

// Whatever stands behind a second slash is passed on to AWS unread, as LBC does it.
function requirePrefix({ prefix, subnetId, ranges, key }: { prefix: string; subnetId: string; ranges: readonly string[]; key: string }): void {
  if (prefix === AUTO_ASSIGNED) return;
  const [address = '', length] = prefix.split('/');
  const wrong = (found: string): never => refuse('InvalidSourceNatPrefix', `annotation ${key}: the entry for subnet ${subnetId} must be ${AUTO_ASSIGNED} or a /${PREFIX_LENGTH} in ${ranges.join(', ')}, got ${quote(prefix)}, ${found}; correct it, or write ${AUTO_ASSIGNED}`);
  if (length === undefined) wrong('which has no prefix length');
  if (length !== PREFIX_LENGTH) wrong(`whose prefix length is ${quote(length ?? '')}`);
  if (isIP(address) === 0) wrong('which is no IPv6 prefix');
  if (!ranges.some((range) => isInRange(address, range))) wrong('which lies outside');
}
