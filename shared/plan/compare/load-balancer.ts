import type { LoadBalancerSpec, SubnetMapping } from '../../model/model';
import type { Difference, PlanContext } from '../change';
import { statedAttributes } from '../default-attributes';
import type { Desired, Seen } from '../../model/members';
import { compareAttributes } from './attributes';
import { type Identity, sameSet } from './identity';
import { compareTags } from './tags';

/** The word that stands for any prefix of AWS's choice. */
const AUTO_ASSIGNED = 'auto_assigned';

/**
 * Everything that LBC compares, in the order in which it is mended (LBC's behaviour §5.5). Elastic IPs and private addresses alone are
 * not compared: AWS has no call that changes them in a subnet that stays. The name counts only at creation, a CoIP pool too.
 */
export function compareLoadBalancer(desired: Desired<'load-balancer'>, observed: Seen<'load-balancer'>, context: PlanContext, identity: Identity): Difference[] {
  return [
    ...compareTags(desired, observed, context),
    ...compareSecurityGroups(desired.spec, observed.spec, identity),
    ...comparePlace(desired.spec, observed.spec),
    ...compareAttributes(statedAttributes(desired), observed.spec.loadBalancerAttributes),
    ...compareIpamPool(desired.spec, observed.spec),
    ...compareCapacity(desired.spec, observed.spec),
  ];
}

/** What AWS has no Modify for. The scheme stands in the name that LBC gives, so a successor can usually stand beside the old one. */
export function immutableDifferences(desired: LoadBalancerSpec, observed: LoadBalancerSpec): Difference[] {
  const fields = ['type', 'scheme'] as const;
  return fields.flatMap((field): Difference[] => (desired[field] === observed[field] ? [] : [{ kind: 'immutable', field, from: observed[field], to: desired[field] }]));
}

function compareSecurityGroups(desired: LoadBalancerSpec, observed: LoadBalancerSpec, identity: Identity): Difference[] {
  const to = desired.securityGroups ?? [];
  const from = observed.securityGroups ?? [];
  // AWS refuses an empty list, and groups for a balancer that was made without: the builder never asks for either.
  if (to.length === 0) return [];
  const flag = desired.securityGroupsInboundRulesOnPrivateLink;
  const flagDiffers = flag !== undefined && flag !== (observed.securityGroupsInboundRulesOnPrivateLink ?? 'on');
  if (!flagDiffers && sameSet(to.map(identity.desired), from.map(identity.observed))) return [];
  return [{ kind: 'securityGroups', from, to, ...(flag === undefined ? {} : { inboundRulesOnPrivateLink: flag }) }];
}

/** Subnets and IP address type: together where both differ. Dual stack needs other subnets first, and other subnets may not have what dual stack needs. */
function comparePlace(desired: LoadBalancerSpec, observed: LoadBalancerSpec): Difference[] {
  const [subnets] = compareSubnets(desired, observed);
  const [type] = compareIpAddressType(desired, observed);
  if (subnets?.kind === 'subnets' && type?.kind === 'ipAddressType') return [{ ...subnets, ipAddressType: type.to }];
  return [...(subnets ? [subnets] : []), ...(type ? [type] : [])];
}

/** Subnets as a set; the prefix flag if one is stated; prefixes that are stated literally; IPv6 addresses on the way to dualstack. */
function compareSubnets(desired: LoadBalancerSpec, observed: LoadBalancerSpec): Difference[] {
  const flag = desired.enablePrefixForIpv6SourceNat;
  const differs =
    !sameSet(desired.subnetMapping.map(subnetId), observed.subnetMapping.map(subnetId)) ||
    (flag !== undefined && flag !== (observed.enablePrefixForIpv6SourceNat ?? 'off')) ||
    desired.subnetMapping.some((mapping) => hasOtherPrefix(mapping, observed.subnetMapping)) ||
    (becomesDualstack(desired, observed) && desired.subnetMapping.some((mapping) => mapping.ipv6Address !== undefined));
  if (!differs) return [];
  const to = desired.subnetMapping.map((mapping) => withPresentAddresses(mapping, { observed: observed.subnetMapping, hasIpv6: desired.ipAddressType !== 'ipv4' }));
  return [{ kind: 'subnets', from: observed.subnetMapping, to, ...(flag === undefined ? {} : { enablePrefixForIpv6SourceNat: flag }) }];
}

/** AWS refuses other addresses for a subnet that stays, so it keeps those it has; only an IPv6 address that is not there yet is taken. */
function withPresentAddresses(mapping: SubnetMapping, { observed, hasIpv6 }: { observed: readonly SubnetMapping[]; hasIpv6: boolean }): SubnetMapping {
  const present = observed.find((other) => other.subnetID === mapping.subnetID);
  if (!present) return mapping;
  const { allocationID: _, privateIPv4Address: __, ...rest } = mapping;
  const { allocationID, privateIPv4Address, ipv6Address } = present;
  return { ...rest, ...(allocationID === undefined ? {} : { allocationID }), ...(privateIPv4Address === undefined ? {} : { privateIPv4Address }), ...(ipv6Address !== undefined && hasIpv6 ? { ipv6Address } : {}) };
}

const subnetId = (mapping: SubnetMapping): string => mapping.subnetID;

/** A prefix of AWS's choice is no difference (LBC sends SetSubnets for it in every pass). */
function hasOtherPrefix(desired: SubnetMapping, observed: readonly SubnetMapping[]): boolean {
  const prefix = desired.sourceNatIpv6Prefix;
  if (prefix === undefined || prefix === AUTO_ASSIGNED) return false;
  return observed.some((mapping) => mapping.subnetID === desired.subnetID && mapping.sourceNatIpv6Prefix !== prefix);
}

function becomesDualstack(desired: LoadBalancerSpec, observed: LoadBalancerSpec): boolean {
  return observed.ipAddressType === 'ipv4' && desired.ipAddressType !== 'ipv4';
}

function compareIpAddressType(desired: LoadBalancerSpec, observed: LoadBalancerSpec): Difference[] {
  return desired.ipAddressType === observed.ipAddressType ? [] : [{ kind: 'ipAddressType', from: observed.ipAddressType, to: desired.ipAddressType }];
}

function compareIpamPool(desired: LoadBalancerSpec, observed: LoadBalancerSpec): Difference[] {
  const from = observed.ipv4IPAMPool;
  const to = desired.ipv4IPAMPool;
  return from === to ? [] : [{ kind: 'ipamPool', ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

function compareCapacity(desired: LoadBalancerSpec, observed: LoadBalancerSpec): Difference[] {
  const to = desired.minimumLoadBalancerCapacity?.capacityUnits;
  const from = observed.minimumLoadBalancerCapacity?.capacityUnits ?? 0;
  return to === undefined || to === from ? [] : [{ kind: 'capacity', from, to }];
}
