import type { AvailabilityZone, SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import ipaddr from 'ipaddr.js';
import type { NetworkSubnet } from '../network';
import type { Call } from '../operation';
import { AwsError } from '../operation';
import { validationError } from './refusals';
import type { Elbv2, IpAddressType, LoadBalancerRecord, LoadBalancerType, Scheme, ZoneRecord } from './state';

/** A mapping whose subnet exists. */
export interface ChosenSubnet {
  readonly subnet: NetworkSubnet;
  readonly mapping: SubnetMapping;
}

interface Wanted {
  readonly type: LoadBalancerType;
  readonly scheme: Scheme;
  readonly ipAddressType: IpAddressType;
  readonly sourceNat: 'on' | 'off';
}

/** Finds the subnets that are asked for, by id or mapping, and checks them together. AWS: "CreateLoadBalancer", "SetSubnets". */
export function chooseSubnets({ network }: Elbv2, call: Call, input: { Subnets?: string[] | undefined; SubnetMappings?: SubnetMapping[] | undefined }, wanted: Wanted): ChosenSubnet[] {
  const ids = input.Subnets ?? [];
  const mappings = input.SubnetMappings ?? [];
  if ((ids.length > 0) === (mappings.length > 0)) throw validationError('You must specify either subnets or subnet mappings, but not both');
  const chosen = (mappings.length > 0 ? mappings : ids.map((SubnetId) => ({ SubnetId }))).map((mapping: SubnetMapping) => {
    const subnet = network.subnet(call, mapping.SubnetId ?? '');
    if (subnet === undefined) throw new AwsError('SubnetNotFound', `The subnet ID '${mapping.SubnetId ?? ''}' does not exist`);
    return { subnet, mapping };
  });
  assertTogether(chosen, wanted);
  for (const each of chosen) assertMapping(each, wanted);
  return chosen;
}

function assertTogether(chosen: readonly ChosenSubnet[], { type, ipAddressType }: Wanted): void {
  const zones = new Set(chosen.map(({ subnet }) => subnet.availabilityZone));
  if (zones.size < chosen.length) throw new AwsError('InvalidConfigurationRequest', 'A load balancer cannot be attached to multiple subnets in the same Availability Zone');
  if (new Set(chosen.map(({ subnet }) => subnet.vpcId)).size > 1) throw new AwsError('InvalidConfigurationRequest', 'All subnets must belong to the same VPC');
  const isEdge = chosen.every(({ subnet }) => subnet.outpostArn !== undefined || subnet.zoneType !== 'availability-zone');
  if (type === 'application' && zones.size < 2 && !isEdge) throw validationError('At least two subnets in two different Availability Zones must be specified');
  const without = chosen.find(({ subnet }) => subnet.ipv6CidrBlocks.length === 0);
  if (ipAddressType !== 'ipv4' && without !== undefined) throw new AwsError('InvalidSubnet', `You must specify subnets with an associated IPv6 CIDR block: ${without.subnet.subnetId} has none`);
}

function assertMapping({ subnet, mapping }: ChosenSubnet, { type, scheme, ipAddressType, sourceNat }: Wanted): void {
  const { AllocationId, PrivateIPv4Address, IPv6Address, SourceNatIpv6Prefix } = mapping;
  const refuse = (message: string): never => {
    throw new AwsError('InvalidConfigurationRequest', message);
  };
  const asks = [AllocationId, PrivateIPv4Address, IPv6Address, SourceNatIpv6Prefix].some((value) => value !== undefined);
  if (type === 'application' && asks) refuse('Application Load Balancers do not support addresses in subnet mappings');
  if (AllocationId !== undefined && scheme === 'internal') refuse('Allocation IDs can be specified only for internet-facing load balancers');
  if (PrivateIPv4Address !== undefined && scheme === 'internet-facing') refuse('Private IPv4 addresses can be specified only for internal load balancers');
  if (PrivateIPv4Address !== undefined && !isInside(PrivateIPv4Address, [subnet.cidrBlock])) refuse(`The address ${PrivateIPv4Address} is not in the CIDR block of ${subnet.subnetId}`);
  if (IPv6Address !== undefined && ipAddressType === 'ipv4') refuse('IPv6 addresses can be specified only for dual-stack load balancers');
  if (IPv6Address !== undefined && !isInside(IPv6Address, subnet.ipv6CidrBlocks)) refuse(`The address ${IPv6Address} is not in an IPv6 CIDR block of ${subnet.subnetId}`);
  if (SourceNatIpv6Prefix === undefined) return;
  if (sourceNat === 'off') refuse('A source NAT prefix needs EnablePrefixForIpv6SourceNat to be on');
  const [address = '', length] = SourceNatIpv6Prefix.split('/');
  const isPrefix = length === '80' && isInside(address, subnet.ipv6CidrBlocks);
  if (SourceNatIpv6Prefix !== 'auto_assigned' && !isPrefix) refuse(`The source NAT prefix ${SourceNatIpv6Prefix} is not a /80 of ${subnet.subnetId}`);
}

/** Whether an address lies in one of the blocks; an address that is none lies in no block. */
export function isInside(address: string, blocks: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  return blocks.some((block) => {
    const [network, length] = ipaddr.parseCIDR(block);
    return network.kind() === parsed.kind() && parsed.match(network, length);
  });
}

/** Elastic IPs and free addresses: checked only where an interface is about to be made. */
export function assertFree({ network }: Elbv2, call: Call, { chosen: { subnet, mapping }, type }: { chosen: ChosenSubnet; type: LoadBalancerType }): void {
  const { AllocationId, PrivateIPv4Address, IPv6Address } = mapping;
  if (AllocationId !== undefined) {
    const allocation = network.allocation(call, AllocationId);
    if (allocation === undefined) throw new AwsError('AllocationIdNotFound', `The allocation ID '${AllocationId}' does not exist`);
    if (allocation.networkInterfaceId !== undefined) throw new AwsError('ResourceInUse', `The allocation ID '${AllocationId}' is not available for use`);
  }
  for (const address of [PrivateIPv4Address, IPv6Address]) {
    if (address !== undefined && network.interfaceByAddress(call, subnet.vpcId, address) !== undefined) throw new AwsError('ResourceInUse', `The address ${address} is in use`);
  }
  // An Application Load Balancer grows, a Network Load Balancer has one address in each subnet.
  const needed = type === 'application' ? 8 : 1;
  if (subnet.availableIpAddressCount < needed) throw new AwsError('InvalidSubnet', `Not enough IP space available in ${subnet.subnetId}. ELB requires at least ${needed} free IP addresses in each subnet.`);
}

/** Makes the interface of a load balancer in one subnet. */
export function openZone({ network, world }: Elbv2, call: Call, { subnet, mapping }: ChosenSubnet, owner: Pick<LoadBalancerRecord, 'type' | 'scheme' | 'ipAddressType' | 'securityGroups' | 'sourceNat'> & { path: string }): ZoneRecord {
  const made = network.createInterface(call, {
    subnetId: subnet.subnetId,
    groups: owner.securityGroups,
    description: `ELB ${owner.path}`,
    interfaceType: owner.type === 'network' ? 'network_load_balancer' : 'interface',
    ...(mapping.PrivateIPv4Address !== undefined && { privateIpAddress: mapping.PrivateIPv4Address }),
    ...(mapping.IPv6Address !== undefined && { ipv6Address: mapping.IPv6Address }),
    ...(mapping.AllocationId !== undefined && { allocationId: mapping.AllocationId }),
    assignIpv6: owner.ipAddressType !== 'ipv4',
    assignPublicIp: owner.scheme === 'internet-facing' && owner.ipAddressType !== 'dualstack-without-public-ipv4' && mapping.AllocationId === undefined,
  });
  const outpostId = subnet.outpostArn?.split('/').at(-1);
  return {
    zoneName: subnet.availabilityZone,
    subnetId: subnet.subnetId,
    networkInterfaceId: made.networkInterfaceId,
    ...(outpostId !== undefined && { outpostId }),
    ...(mapping.AllocationId !== undefined && { allocationId: mapping.AllocationId, ...(made.publicIp !== undefined && { publicIp: made.publicIp }) }),
    ...(mapping.PrivateIPv4Address !== undefined && { privateIpv4Address: mapping.PrivateIPv4Address }),
    ...(mapping.IPv6Address !== undefined && { ipv6Address: mapping.IPv6Address }),
    sourceNatPrefixes: sourceNatPrefixes({ subnet, mapping }, owner.sourceNat, world.random),
  };
}

/** The prefix that was asked for, or one of the subnet's own. */
export function sourceNatPrefixes({ subnet, mapping }: ChosenSubnet, sourceNat: 'on' | 'off', random: () => number): string[] {
  const block = subnet.ipv6CidrBlocks[0];
  if (sourceNat === 'off' || block === undefined) return [];
  const asked = mapping.SourceNatIpv6Prefix;
  if (asked !== undefined && asked !== 'auto_assigned') return [asked];
  const bytes = ipaddr.IPv6.parse(block.split('/')[0] ?? '').toByteArray();
  // A subnet is a /64: the fifth group tells its /80s apart.
  const chosen = bytes.map((byte, index) => (index === 8 || index === 9 ? Math.floor(random() * 256) : byte));
  return [`${ipaddr.fromByteArray(chosen).toString()}/80`];
}

/** What Describe calls show of a zone. */
export function shownZone(zone: ZoneRecord): AvailabilityZone {
  const { publicIp, allocationId, privateIpv4Address, ipv6Address } = zone;
  const address = {
    ...(publicIp !== undefined && { IpAddress: publicIp }),
    ...(allocationId !== undefined && { AllocationId: allocationId }),
    ...(privateIpv4Address !== undefined && { PrivateIPv4Address: privateIpv4Address }),
    ...(ipv6Address !== undefined && { IPv6Address: ipv6Address }),
  };
  return {
    ZoneName: zone.zoneName,
    SubnetId: zone.subnetId,
    ...(zone.outpostId !== undefined && { OutpostId: zone.outpostId }),
    LoadBalancerAddresses: Object.keys(address).length === 0 ? [] : [address],
    ...(zone.sourceNatPrefixes.length > 0 && { SourceNatIpv6Prefixes: [...zone.sourceNatPrefixes] }),
  };
}
