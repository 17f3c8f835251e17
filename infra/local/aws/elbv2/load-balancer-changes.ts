import type {
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput,
  ModifyCapacityReservationInput,
  ModifyCapacityReservationOutput,
  ModifyIpPoolsInput,
  ModifyIpPoolsOutput,
  SetIpAddressTypeInput,
  SetIpAddressTypeOutput,
  SetSubnetsInput,
  SetSubnetsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { assertIpAddressType, lingeringMs } from './load-balancers';
import { findLoadBalancer } from './lookup';
import { pathOf } from './names';
import { assertInRange, assertOneOf } from './refusals';
import type { CapacityRecord, Elbv2, LoadBalancerRecord, ZoneRecord } from './state';
import type { ChosenSubnet } from './zones';
import { assertSourceNat } from './listeners';
import { assertFree, chooseSubnets, openZone, shownZone, sourceNatPrefixes } from './zones';

/** SetSubnets, SetIpAddressType, ModifyIpPools and the capacity reservation. */
export function loadBalancerChangeOperations(elbv2: Elbv2): Operations {
  return { ...subnetOperations(elbv2), ...addressOperations(elbv2), ...capacityOperations(elbv2) };
}

function subnetOperations(elbv2: Elbv2): Operations {
  const { state, network, world } = elbv2;
  const setSubnets = (input: SetSubnetsInput, call: Call): SetSubnetsOutput => {
    const record = findLoadBalancer(state, call, input.LoadBalancerArn ?? '');
    const ipAddressType = input.IpAddressType ?? record.ipAddressType;
    const sourceNat = input.EnablePrefixForIpv6SourceNat ?? record.sourceNat;
    assertIpAddressType(ipAddressType, record);
    assertOneOf(sourceNat, ['on', 'off'], 'enablePrefixForIpv6SourceNat');
    if (sourceNat === 'on' && (record.type !== 'network' || ipAddressType !== 'dualstack')) throw new AwsError('InvalidConfigurationRequest', 'EnablePrefixForIpv6SourceNat needs a dual-stack Network Load Balancer');
    const wanted: LoadBalancerRecord = { ...record, ipAddressType, sourceNat };
    assertDatagramsFit(state, wanted);
    const chosen = chooseSubnets(elbv2, call, input, wanted);
    if (chosen.some(({ subnet }) => subnet.vpcId !== record.vpcId)) throw new AwsError('InvalidSubnet', `All subnets must belong to VPC '${record.vpcId}'`);
    const zones = changedZones(elbv2, call, { wanted, chosen });
    const left = record.zones.filter(({ networkInterfaceId }) => !zones.some((zone) => zone.networkInterfaceId === networkInterfaceId));
    for (const zone of left) network.releaseInterface(call, zone.networkInterfaceId, call.now + lingeringMs * world.factor);
    state.loadBalancers.set(record.arn, { ...wanted, zones });
    return { AvailabilityZones: zones.map(shownZone), IpAddressType: ipAddressType, EnablePrefixForIpv6SourceNat: sourceNat };
  };
  return { SetSubnets: setSubnets };
}

/** What holds for a listener that is made on a load balancer holds for a load balancer that is changed under its listeners. */
function assertDatagramsFit(state: Elbv2['state'], balancer: LoadBalancerRecord): void {
  for (const listener of state.listeners.values()) if (listener.loadBalancerArn === balancer.arn) assertSourceNat(balancer, listener.protocol);
}

/** Subnets that stay keep their interface; what is new is checked before anything is made. */
function changedZones(elbv2: Elbv2, call: Call, { wanted, chosen }: { wanted: LoadBalancerRecord; chosen: readonly ChosenSubnet[] }): ZoneRecord[] {
  const keptIn = ({ subnet }: ChosenSubnet) => wanted.zones.find(({ subnetId }) => subnetId === subnet.subnetId);
  for (const each of chosen) {
    const kept = keptIn(each);
    if (kept === undefined) assertFree(elbv2, call, { chosen: each, type: wanted.type });
    else assertSameAddresses(kept, each);
  }
  return chosen.map((each) => {
    const kept = keptIn(each);
    if (kept === undefined) return openZone(elbv2, call, each, { ...wanted, path: pathOf(wanted.arn) });
    const asked = each.mapping.SourceNatIpv6Prefix;
    const isKept = wanted.sourceNat === 'on' && kept.sourceNatPrefixes.length > 0 && (asked === undefined || asked === 'auto_assigned');
    const ipv6Address = kept.ipv6Address ?? each.mapping.IPv6Address;
    return { ...kept, ...(ipv6Address !== undefined && { ipv6Address }), sourceNatPrefixes: isKept ? kept.sourceNatPrefixes : sourceNatPrefixes(each, wanted.sourceNat, elbv2.world.random) };
  });
}

function assertSameAddresses(kept: ZoneRecord, { mapping }: ChosenSubnet): void {
  const differs = (asked: string | undefined, present: string | undefined) => asked !== undefined && asked !== present;
  const isChanged = differs(mapping.AllocationId, kept.allocationId) || differs(mapping.PrivateIPv4Address, kept.privateIpv4Address) || (kept.ipv6Address !== undefined && differs(mapping.IPv6Address, kept.ipv6Address));
  if (isChanged) throw new AwsError('InvalidConfigurationRequest', `The addresses of the load balancer in subnet '${kept.subnetId}' cannot be changed`);
}

function addressOperations({ state, network }: Elbv2): Operations {
  const setIpAddressType = (input: SetIpAddressTypeInput, call: Call): SetIpAddressTypeOutput => {
    const record = findLoadBalancer(state, call, input.LoadBalancerArn ?? '');
    const ipAddressType = input.IpAddressType ?? '';
    assertIpAddressType(ipAddressType, record);
    const without = record.zones.find(({ subnetId }) => network.subnet(call, subnetId)?.ipv6CidrBlocks.length === 0);
    if (ipAddressType !== 'ipv4' && without !== undefined) throw new AwsError('InvalidSubnet', `You must specify subnets with an associated IPv6 CIDR block: ${without.subnetId} has none`);
    if (ipAddressType === 'ipv4' && record.sourceNat === 'on') throw new AwsError('InvalidConfigurationRequest', 'Source NAT prefixes need a dual-stack load balancer');
    assertDatagramsFit(state, { ...record, ipAddressType });
    state.loadBalancers.set(record.arn, { ...record, ipAddressType });
    return { IpAddressType: ipAddressType };
  };
  const modifyIpPools = (input: ModifyIpPoolsInput, call: Call): ModifyIpPoolsOutput => {
    const { ipv4IpamPoolId: present, ...record } = findLoadBalancer(state, call, input.LoadBalancerArn ?? '');
    if (record.type !== 'application' || record.scheme !== 'internet-facing') throw new AwsError('InvalidConfigurationRequest', 'IPAM pools need an internet-facing Application Load Balancer');
    for (const pool of input.RemoveIpamPools ?? []) assertOneOf(pool, ['ipv4'], 'removeIpamPools');
    const isRemoved = input.RemoveIpamPools?.includes('ipv4') === true;
    const pool = input.IpamPools?.Ipv4IpamPoolId ?? (isRemoved ? undefined : present);
    state.loadBalancers.set(record.arn, { ...record, ...(pool !== undefined && { ipv4IpamPoolId: pool }) });
    return pool === undefined ? {} : { IpamPools: { Ipv4IpamPoolId: pool } };
  };
  return { SetIpAddressType: setIpAddressType, ModifyIpPools: modifyIpPools };
}

/** AWS lets capacity be lowered twice a day. */
const decreasesPerDay = 2;

function capacityOperations({ state }: Elbv2): Operations {
  const describe = (input: DescribeCapacityReservationInput, call: Call): DescribeCapacityReservationOutput => shownCapacity(findLoadBalancer(state, call, input.LoadBalancerArn ?? ''));
  const modify = (input: ModifyCapacityReservationInput, call: Call): ModifyCapacityReservationOutput => {
    const { capacity, ...record } = findLoadBalancer(state, call, input.LoadBalancerArn ?? '');
    const units = input.MinimumLoadBalancerCapacity?.CapacityUnits;
    const isReset = input.ResetCapacityReservation === true;
    if (isReset === (units !== undefined)) throw new AwsError('InvalidConfigurationRequest', 'Specify either a minimum capacity or a reset');
    if (call.now < record.activeAt) throw new AwsError('PriorRequestNotComplete', 'The load balancer is not active yet', 429);
    assertInRange(units, { min: 1, max: 1_500_000 }, 'CapacityUnits');
    const changed = units === undefined ? undefined : changedCapacity(capacity, units, call);
    const saved = { ...record, ...(changed !== undefined && { capacity: changed }) };
    state.loadBalancers.set(record.arn, saved);
    return shownCapacity(saved);
  };
  return { DescribeCapacityReservation: describe, ModifyCapacityReservation: modify };
}

function changedCapacity(present: CapacityRecord | undefined, units: number, call: Call): CapacityRecord {
  const isDecrease = present !== undefined && units < present.units;
  const remaining = present?.decreasesRemaining ?? decreasesPerDay;
  if (isDecrease && remaining === 0) throw new AwsError('CapacityDecreaseRequestsLimitExceeded', 'The capacity cannot be lowered again today');
  return { units, modifiedAt: call.now, decreasesRemaining: isDecrease ? remaining - 1 : remaining };
}

function shownCapacity({ capacity, zones }: LoadBalancerRecord): DescribeCapacityReservationOutput {
  if (capacity === undefined) return { DecreaseRequestsRemaining: decreasesPerDay, CapacityReservationState: [] };
  return {
    LastModifiedTime: new Date(capacity.modifiedAt),
    DecreaseRequestsRemaining: capacity.decreasesRemaining,
    MinimumLoadBalancerCapacity: { CapacityUnits: capacity.units },
    CapacityReservationState: zones.map(({ zoneName }) => ({ State: { Code: 'provisioned' }, AvailabilityZone: zoneName, EffectiveCapacityUnits: capacity.units / zones.length })),
  };
}
