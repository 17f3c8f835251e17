import type { DescribeInstancesRequest, DescribeInstancesResult, Instance, InstanceNetworkInterface, InstanceState, NetworkInterface, TerminateInstancesRequest, TerminateInstancesResult } from '@aws-sdk/client-ec2';
import type { NetworkInstance } from '../network';
import { AwsError, type Operations } from '../operation';
import { operation } from './ec2-operation';
import { find, findAll, kinds } from './ids';
import { privateName, showGroups, showInterface } from './interfaces';
import { list, refusePagingByIds, type Listing } from './listing';
import type { InstanceRecord, InterfaceRecord } from './records';
import { removeInterface, tagsOf, type Ec2, type Region } from './state';

type State = NetworkInstance['state'];

const stateCodes: Readonly<Record<State, number>> = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48, stopping: 64, stopped: 80 };

/** How long an instance takes to stop for good, and how long it is shown after that (milliseconds at AWS's own pace). */
const SHUTTING_DOWN_MS = 30_000;
const SHOWN_AFTER_END_MS = 3_600_000;

/** The state of an instance at a time: it follows from its times alone. */
export function stateOf({ runningAt, stoppingAt, terminatedAt }: InstanceRecord, now: number): State {
  if (stoppingAt !== undefined) return now >= (terminatedAt ?? stoppingAt) ? 'terminated' : 'shutting-down';
  return now >= runningAt ? 'running' : 'pending';
}

const showState = (state: State): InstanceState => ({ Name: state, Code: stateCodes[state] });

const ofInterfaces = (read: (one: InstanceNetworkInterface) => string | undefined) => (instance: Instance) => (instance.NetworkInterfaces ?? []).map(read);

const instanceListing: Listing<Instance> = {
  key: (instance) => instance.InstanceId,
  tags: (instance) => instance.Tags,
  fields: {
    architecture: (instance) => instance.Architecture,
    'availability-zone': (instance) => instance.Placement?.AvailabilityZone,
    'image-id': (instance) => instance.ImageId,
    'instance-id': (instance) => instance.InstanceId,
    'instance-state-code': (instance) => instance.State?.Code,
    'instance-state-name': (instance) => instance.State?.Name,
    'instance-type': (instance) => instance.InstanceType,
    'instance.group-id': (instance) => instance.SecurityGroups?.map((group) => group.GroupId),
    'instance.group-name': (instance) => instance.SecurityGroups?.map((group) => group.GroupName),
    'key-name': (instance) => instance.KeyName,
    'network-interface.addresses.private-ip-address': (instance) => instance.NetworkInterfaces?.flatMap((one) => (one.PrivateIpAddresses ?? []).map((address) => address.PrivateIpAddress)),
    'network-interface.group-id': (instance) => instance.NetworkInterfaces?.flatMap((one) => (one.Groups ?? []).map((group) => group.GroupId)),
    'network-interface.ipv6-addresses.ipv6-address': (instance) => instance.NetworkInterfaces?.flatMap((one) => (one.Ipv6Addresses ?? []).map((address) => address.Ipv6Address)),
    'network-interface.network-interface-id': ofInterfaces((one) => one.NetworkInterfaceId),
    'network-interface.subnet-id': ofInterfaces((one) => one.SubnetId),
    'network-interface.vpc-id': ofInterfaces((one) => one.VpcId),
    'private-dns-name': (instance) => instance.PrivateDnsName,
    'private-ip-address': (instance) => instance.PrivateIpAddress,
    'subnet-id': (instance) => instance.SubnetId,
    'vpc-id': (instance) => instance.VpcId,
  },
};

/** DescribeInstances, TerminateInstances. RunInstances is beside, in `nodes.ts`. */
export function instanceOperations(ec2: Ec2): Operations {
  return {
    DescribeInstances: operation<DescribeInstancesRequest>(['InstanceIds', 'Filters', 'MaxResults', 'NextToken', 'IncludeManagedResources'], (input, call) =>
      describeInstances(ec2, ec2.open(call), input),
    ),
    TerminateInstances: operation<TerminateInstancesRequest>(['InstanceIds'], (input, call) => terminateInstances(ec2, ec2.open(call), input)),
  };
}

function describeInstances(ec2: Ec2, region: Region, input: DescribeInstancesRequest): DescribeInstancesResult {
  const now = ec2.world.clock.now();
  forgetOld(region, now - SHOWN_AFTER_END_MS * ec2.world.factor);
  refusePagingByIds(input.InstanceIds, input, 'instancesSet');
  const attached = interfacesByInstance(region);
  const found = findAll(kinds.instance, region.instances, input.InstanceIds).map((record) => showInstance(region, { record, interfaces: attached.get(record.instanceId) ?? [], now }));
  const { items, ...rest } = list(found, input, instanceListing);
  return { Reservations: items.map((instance) => ({ ReservationId: region.instances.get(instance.InstanceId ?? '')?.reservationId, OwnerId: region.place.account, Groups: [], Instances: [instance] })), ...rest };
}

function forgetOld(region: Region, before: number): void {
  for (const instance of region.instances.values()) {
    if ((instance.terminatedAt ?? Infinity) > before) continue;
    region.instances.delete(instance.instanceId);
    region.tags.delete(instance.instanceId);
  }
}

/** The interfaces of each instance, the primary one first. */
function interfacesByInstance({ interfaces }: Region): Map<string, InterfaceRecord[]> {
  const attached = interfaces.values().filter((one) => one.attachment?.instanceId !== undefined);
  const byInstance = Map.groupBy(attached, (one) => one.attachment?.instanceId ?? '');
  for (const list of byInstance.values()) list.sort((one, other) => (one.attachment?.deviceIndex ?? 0) - (other.attachment?.deviceIndex ?? 0));
  return byInstance;
}

/** An instance as AWS shows it; a terminated one has lost its network. */
export function showInstance(region: Region, { record, interfaces, now }: { record: InstanceRecord; interfaces: readonly InterfaceRecord[]; now: number }): Instance {
  const [primary] = interfaces;
  const state = stateOf(record, now);
  return {
    InstanceId: record.instanceId,
    ImageId: record.imageId,
    InstanceType: record.instanceType as NonNullable<Instance['InstanceType']>,
    KeyName: record.keyName,
    State: showState(state),
    LaunchTime: new Date(record.launchedAt),
    Architecture: 'x86_64',
    AmiLaunchIndex: 0,
    Monitoring: { State: 'disabled' },
    Placement: { AvailabilityZone: record.availabilityZone, GroupName: '', Tenancy: 'default' },
    SecurityGroups: showGroups(region, primary?.groups ?? []),
    NetworkInterfaces: interfaces.map((one) => showAttached(showInterface(region, one))),
    SourceDestCheck: primary?.sourceDestCheck,
    Tags: tagsOf(region, record.instanceId),
    StateTransitionReason: record.stoppingAt === undefined ? '' : 'User initiated',
    ...(state === 'terminated' ? {} : { VpcId: record.vpcId, SubnetId: record.subnetId, PrivateIpAddress: primary?.privateIpAddresses[0], PrivateDnsName: privateName(region, primary?.privateIpAddresses[0]) }),
    ...(primary?.association === undefined ? {} : { PublicIpAddress: primary.association.publicIp }),
  };
}

/** An interface inside an instance has fewer members than on its own. */
function showAttached(one: NetworkInterface): InstanceNetworkInterface {
  const { Attachment: attachment, Association: association } = one;
  return {
    NetworkInterfaceId: one.NetworkInterfaceId,
    InterfaceType: one.InterfaceType,
    Description: one.Description,
    Status: one.Status,
    OwnerId: one.OwnerId,
    VpcId: one.VpcId,
    SubnetId: one.SubnetId,
    MacAddress: one.MacAddress,
    SourceDestCheck: one.SourceDestCheck,
    Groups: one.Groups,
    PrivateIpAddress: one.PrivateIpAddress,
    PrivateDnsName: one.PrivateDnsName,
    PrivateIpAddresses: one.PrivateIpAddresses?.map(({ PrivateIpAddress, PrivateDnsName, Primary }) => ({ PrivateIpAddress, PrivateDnsName, Primary })),
    Ipv4Prefixes: one.Ipv4Prefixes,
    Ipv6Prefixes: one.Ipv6Prefixes,
    Ipv6Addresses: one.Ipv6Addresses?.map(({ Ipv6Address }) => ({ Ipv6Address })),
    Attachment: { AttachmentId: attachment?.AttachmentId, AttachTime: attachment?.AttachTime, DeleteOnTermination: attachment?.DeleteOnTermination, DeviceIndex: attachment?.DeviceIndex, Status: attachment?.Status },
    ...(association === undefined ? {} : { Association: { IpOwnerId: association.IpOwnerId, PublicIp: association.PublicIp } }),
  };
}

function terminateInstances(ec2: Ec2, region: Region, { InstanceIds }: TerminateInstancesRequest): TerminateInstancesResult {
  const found = findAll(kinds.instance, region.instances, InstanceIds ?? []);
  if (InstanceIds === undefined || InstanceIds.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter instancesSet');
  return { TerminatingInstances: found.map(({ instanceId }) => terminate(ec2, region, instanceId)) };
}

/** Ends an instance: its interfaces that go with it are gone at once, it is shown as `terminated` for an hour more. */
export function terminate(ec2: Ec2, region: Region, instanceId: string): { InstanceId: string; PreviousState: InstanceState; CurrentState: InstanceState } {
  const now = ec2.world.clock.now();
  const instance = find(kinds.instance, region.instances, instanceId);
  const ended: InstanceRecord = { ...instance, stoppingAt: instance.stoppingAt ?? now, terminatedAt: instance.terminatedAt ?? now + SHUTTING_DOWN_MS * ec2.world.factor };
  region.instances.set(instanceId, ended);
  for (const one of region.interfaces.values()) {
    if (one.attachment?.instanceId !== instanceId) continue;
    if (one.attachment.deleteOnTermination) removeInterface(region, one.networkInterfaceId);
    else region.interfaces.set(one.networkInterfaceId, detached(one));
  }
  return { InstanceId: instanceId, PreviousState: showState(stateOf(instance, now)), CurrentState: showState(stateOf(ended, now)) };
}

function detached(one: InterfaceRecord): InterfaceRecord {
  const { attachment, ...rest } = one;
  return attachment === undefined ? one : rest;
}
