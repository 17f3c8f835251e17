import type { NetworkFacts, SubnetFacts } from '../../model/facts';
import type { LoadBalancerIpAddressType } from '../../model/model';
import { quote } from '../text';
import { refuse } from '../refusal';

/** Whether a subnet can serve a load balancer with IPv6: only ranges that are associated now count. */
export function hasIpv6(subnet: SubnetFacts): boolean {
  return associatedIpv6(subnet).length > 0;
}

/** The IPv6 ranges that are associated with a subnet now. */
export function associatedIpv6(subnet: SubnetFacts): string[] {
  return subnet.ipv6CidrBlocks.filter(({ state }) => state === 'associated').map(({ cidrBlock }) => cidrBlock);
}

/** Whether a load balancer of this type has IPv6 addresses. */
export function isDualstack(type: LoadBalancerIpAddressType): boolean {
  return type !== 'ipv4';
}

/** Refuses subnets that lie in different kinds of places (LBC's behaviour §4.1 step 6). */
export function requireOneLocale(subnets: readonly SubnetFacts[], network: NetworkFacts): void {
  const locales = new Set(subnets.map((subnet) => localeOf(subnet, network)));
  if (locales.size < 2) return;
  refuse('SubnetsInSeveralLocales', `all subnets must lie in the same kind of place, but ${subnets.map((subnet) => `${subnet.id} is in ${localeOf(subnet, network)}`).join(', ')}; name subnets of one kind`);
}

/** Refuses two subnets in one zone. */
export function requireOnePerZone(subnets: readonly SubnetFacts[]): void {
  for (const { zoneName } of subnets) {
    const ids = subnets.filter((subnet) => subnet.zoneName === zoneName).map(({ id }) => id);
    if (ids.length > 1) refuse('SubnetsInOneZone', `a load balancer takes one subnet per Availability Zone, but ${ids.join(' and ')} are both in ${zoneName}; keep one of them`);
  }
}

/** Refuses subnets without IPv6 for a load balancer that needs it. */
export function requireIpv6(subnets: readonly SubnetFacts[], type: LoadBalancerIpAddressType): void {
  const without = subnets.filter((subnet) => !hasIpv6(subnet)).map(({ id }) => id);
  if (!isDualstack(type) || without.length === 0) return;
  refuse('SubnetWithoutIpv6', `a ${type} load balancer needs an associated IPv6 CIDR block in every subnet, but ${without.join(', ')} has none; associate one, or name other subnets`);
}

const ZONE_TYPES = ['availability-zone', 'local-zone', 'wavelength-zone'];

function localeOf(subnet: SubnetFacts, network: NetworkFacts): string {
  if (subnet.outpostArn) return 'outpost';
  const zone = network.zones.find(({ id }) => id === subnet.zoneId);
  if (zone === undefined) return refuse('UnknownZone', `subnet ${subnet.id} lies in the zone ${quote(subnet.zoneId)}, which EC2 does not list; choose another subnet`);
  if (ZONE_TYPES.includes(zone.zoneType)) return zone.zoneType;
  return refuse('UnknownZoneType', `subnet ${subnet.id} lies in a zone of the type ${quote(zone.zoneType)}; expected one of ${ZONE_TYPES.join(', ')}; choose another subnet`);
}
