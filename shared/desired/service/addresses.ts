import { isIPv4, isIPv6 } from 'node:net';
import type { SubnetFacts } from '../../model/facts';
import type { LoadBalancerIpAddressType, Scheme, SubnetMapping } from '../../model/model';
import { canonicalAddress, isInRange } from '../network/ranges';
import { associatedIpv6, isDualstack } from '../network/subnet-rules';
import { quote } from '../text';
import type { ReasonCode } from '../reasons';
import { refuse } from '../refusal';
import type { ServiceRequest } from './service-request';
import { buildSourceNatPrefixes } from './source-nat';

export interface LoadBalancerPlace {
  readonly scheme: Scheme;
  readonly ipAddressType: LoadBalancerIpAddressType;
  readonly subnets: readonly SubnetFacts[];
}

/** Subnets with the addresses that the load balancer has in them. Elastic IPs and prefixes go by position, addresses by range (LBC's behaviour §1.4). */
export function buildSubnetMappings(request: ServiceRequest, place: LoadBalancerPlace & { readonly sourceNat: 'on' | 'off' }): SubnetMapping[] {
  const allocations = elasticIps(request, place);
  const ipv4 = privateIpv4Addresses(request, place);
  const ipv6 = ipv6Addresses(request, place);
  const prefixes = buildSourceNatPrefixes(request, place);
  return place.subnets.map((subnet, at) => ({
    subnetID: subnet.id,
    ...(allocations && { allocationID: allocations[at] ?? '' }),
    ...(ipv4 && { privateIPv4Address: addressIn(subnet, { addresses: ipv4, ranges: [subnet.cidrBlock], code: 'PrivateIpNotInSubnet', key: request.read.key('privateIpv4Addresses') }) }),
    ...(ipv6 && { ipv6Address: addressIn(subnet, { addresses: ipv6, ranges: associatedIpv6(subnet), code: 'Ipv6AddressNotInSubnet', key: request.read.key('ipv6Addresses') }) }),
    ...(prefixes && { sourceNatIpv6Prefix: prefixes[at] ?? '' }),
  }));
}

function elasticIps({ read }: ServiceRequest, { scheme, subnets }: LoadBalancerPlace): string[] | undefined {
  const allocations = read('eipAllocations');
  if (allocations === undefined) return undefined;
  if (scheme !== 'internet-facing') refuse('EipOnInternal', `annotation ${read.key('eipAllocations')} needs an internet-facing load balancer, but this one is ${scheme}; remove it, or set the scheme`);
  requireCount({ code: 'EipCount', key: read.key('eipAllocations'), found: allocations, subnets });
  return allocations;
}

function privateIpv4Addresses({ read }: ServiceRequest, { scheme, subnets }: LoadBalancerPlace): string[] | undefined {
  const addresses = read('privateIpv4Addresses');
  if (addresses === undefined) return undefined;
  const key = read.key('privateIpv4Addresses');
  if (scheme !== 'internal') refuse('PrivateIpOnInternetFacing', `annotation ${key} needs an internal load balancer, but this one is ${scheme}; remove it, or set the scheme`);
  requireCount({ code: 'PrivateIpCount', key, found: addresses, subnets });
  const wrong = addresses.find((address) => !isIPv4(address));
  if (wrong !== undefined) refuse('InvalidPrivateIp', `annotation ${key} must hold IPv4 addresses without prefix length and leading zeros, got ${quote(wrong)}; correct it`);
  return addresses;
}

function ipv6Addresses({ read }: ServiceRequest, { ipAddressType, subnets }: LoadBalancerPlace): string[] | undefined {
  const addresses = read('ipv6Addresses');
  if (addresses === undefined) return undefined;
  const key = read.key('ipv6Addresses');
  if (!isDualstack(ipAddressType)) refuse('Ipv6AddressNeedsDualstack', `annotation ${key} needs a dualstack load balancer, but this one is ${ipAddressType}; remove it, or set ${read.key('ipAddressType')}: dualstack`);
  requireCount({ code: 'Ipv6AddressCount', key, found: addresses, subnets });
  const wrong = addresses.find((address) => !isIPv6(address));
  if (wrong !== undefined) refuse('InvalidIpv6Address', `annotation ${key} must hold IPv6 addresses, got ${quote(wrong)}; correct it`);
  return addresses;
}

function requireCount(check: { code: ReasonCode; key: string; found: readonly string[]; subnets: readonly SubnetFacts[] }): void {
  const { code, key, found, subnets } = check;
  if (found.length === subnets.length) return;
  refuse(code, `annotation ${key} must have one entry per subnet: expected ${subnets.length} for ${subnets.map(({ id }) => id).join(', ')}, got ${found.length}; name one for each, or name fewer subnets`);
}

function addressIn(subnet: SubnetFacts, choice: { addresses: readonly string[]; ranges: readonly string[]; code: ReasonCode; key: string }): string {
  const inside = choice.addresses.filter((address) => choice.ranges.some((range) => isInRange(address, range)));
  const [address] = inside;
  if (inside.length === 1 && address !== undefined) return canonicalAddress(address);
  return refuse(choice.code, `annotation ${choice.key} must have exactly one address in subnet ${subnet.id} (${choice.ranges.join(', ')}), got ${inside.length === 0 ? 'none' : inside.join(', ')}; name one address in each subnet`);
}
