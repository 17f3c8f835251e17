import type { Instance, RunInstancesRequest, Reservation, Tag } from '@aws-sdk/client-ec2';
import type { Place } from '../network';
import { AwsError, type Call, type Operations } from '../operation';
import { need, operation } from './ec2-operation';
import { once } from './idempotency';
import { find, kinds } from './ids';
import { showInstance, terminate } from './instances';
import { checkGroups } from './interfaces';
import { chooseAddress, chooseIpv6Address, full, makeInterface } from './interface-making';
import { makePublicIp } from './addresses';
import type { InstanceRecord, InterfaceRecord, SubnetRecord } from './records';
import { addFreeAddresses, type Ec2, type Region } from './state';
import { checkTags } from './tags';

/** How long a launched instance is `pending` (milliseconds at AWS's own pace). */
const PENDING_MS = 15_000;

/** Where and how an instance starts. */
interface Launch {
  readonly subnet: SubnetRecord;
  readonly groups: readonly string[];
  readonly tags: readonly Tag[];
  readonly reservationId: string;
  readonly runningAt: number;
  readonly imageId?: string;
  readonly instanceType?: string;
  readonly keyName?: string;
}

/** RunInstances: with what decides about an instance's place in the network; nothing is started. */
export function launchOperations(ec2: Ec2): Operations {
  return {
    RunInstances: operation<RunInstancesRequest>(['ImageId', 'InstanceType', 'KeyName', 'MinCount', 'MaxCount', 'SubnetId', 'SecurityGroupIds', 'TagSpecifications', 'UserData', 'ClientToken'], (input, call) =>
      runOnce(ec2, call, input),
    ),
  };
}

const runOnce = once('RunInstances', runInstances);

function runInstances(ec2: Ec2, call: Call, input: RunInstancesRequest): Reservation {
  const region = ec2.open(call);
  const count = need(input.MaxCount, 'maxCount');
  if (count < need(input.MinCount, 'minCount') || count < 1) throw new AwsError('InvalidParameterValue', `Value (${count}) for parameter maxCount is invalid.`);
  const subnet = find(kinds.subnet, region.subnets, need(input.SubnetId, 'subnetId'));
  if (subnet.availableIpAddressCount < count) throw full(subnet.subnetId);
  const launch = {
    subnet,
    groups: groupsOf(ec2, region, { ids: input.SecurityGroupIds, vpcId: subnet.vpcId }),
    tags: instanceTags(ec2, input),
    reservationId: ec2.id('r'),
    runningAt: call.now + PENDING_MS * ec2.world.factor,
    imageId: need(input.ImageId, 'imageId'),
    instanceType: input.InstanceType ?? 'm1.small',
    ...(input.KeyName === undefined ? {} : { keyName: input.KeyName }),
  };
  const instances = Array.from({ length: count }, (): Instance => {
    const { instance, primary } = launchInstance(ec2, region, launch);
    return showInstance(region, { record: instance, interfaces: [primary], now: call.now });
  });
  return { ReservationId: launch.reservationId, OwnerId: call.account, Groups: [], Instances: instances };
}

function groupsOf(ec2: Ec2, region: Region, { ids, vpcId }: { ids: readonly string[] | undefined; vpcId: string }): readonly string[] {
  if (ids !== undefined && ids.length > 0) {
    checkGroups(ec2, region, { groups: ids, vpcId });
    return ids;
  }
  return region.groups.values().filter((group) => group.vpcId === vpcId && group.groupName === 'default').map((group) => group.groupId);
}

function instanceTags({ quotas }: Ec2, { TagSpecifications }: RunInstancesRequest): Tag[] {
  const foreign = (TagSpecifications ?? []).find((specification) => specification.ResourceType !== 'instance');
  if (foreign !== undefined) throw new AwsError('UnsupportedOperation', `The local AWS does not tag '${foreign.ResourceType}' in RunInstances`);
  return checkTags((TagSpecifications ?? []).flatMap((specification) => specification.Tags ?? []), quotas);
}

function launchInstance(ec2: Ec2, region: Region, launch: Launch): { instance: InstanceRecord; primary: InterfaceRecord } {
  const { subnet, groups, tags, reservationId, runningAt, imageId = 'ami-00000000000000001', instanceType = 'm5.large', keyName } = launch;
  const launchedAt = ec2.world.clock.now();
  const instance: InstanceRecord = {
    instanceId: ec2.id('i'),
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    availabilityZone: subnet.availabilityZone,
    imageId,
    instanceType,
    reservationId,
    launchedAt,
    runningAt,
    ...(keyName === undefined ? {} : { keyName }),
  };
  const attachment = { attachmentId: ec2.id('eni-attach'), instanceId: instance.instanceId, deviceIndex: 0, attachTime: launchedAt, deleteOnTermination: true };
  const publicly = subnet.mapPublicIpOnLaunch ? { association: { associationId: ec2.id('eipassoc'), publicIp: makePublicIp(ec2, region) } } : {};
  const primary = makeInterface(ec2, region, { subnet, draft: { description: '', interfaceType: 'interface', groups, attachment, ...publicly } });
  region.instances.set(instance.instanceId, instance);
  region.tags.set(instance.instanceId, [...tags]);
  return { instance, primary };
}

/** A node that the local cluster wants. */
export interface NodeRequest {
  readonly name: string;
  readonly subnetId: string;
  readonly groups: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly instanceType?: string;
}

/** What a node's object in the cluster says of its machine. */
export interface NodeMachine {
  readonly instanceId: string;
  readonly privateIp: string;
  /** As kubelets write it: `aws:///us-west-2a/i-…`. */
  readonly providerId: string;
  readonly interfaceId: string;
  readonly zone: string;
  readonly instanceType: string;
}

/** The local cluster's way into EC2: machines for its nodes and addresses for its pods, as the VPC CNI gives them. */
export interface Machines {
  /** Starts an instance that runs at once. Throws `AwsError` for unknown subnets and groups and for a full subnet. */
  addNode(place: Place, request: NodeRequest): NodeMachine;
  /** Ends a node's instance; its interface and addresses are gone at once. */
  removeNode(place: Place, instanceId: string): void;
  /** Gives an interface one more address of its subnet, IPv6 if asked. Throws `InsufficientFreeAddressesInSubnet`. */
  assignPodAddress(place: Place, interfaceId: string, family?: 'IPv4' | 'IPv6'): string;
  /** Takes a pod's address back; an unknown one is nothing. */
  releasePodAddress(place: Place, interfaceId: string, address: string): void;
}

/** Builds the local cluster's way into EC2. Every change is on disk when the call returns. */
export function makeMachines(ec2: Ec2): Machines {
  const { storage } = ec2.world;
  return {
    addNode: (place, request) => storage.atomically(() => addNode(ec2, ec2.open(place), request)),
    removeNode: (place, instanceId) => storage.atomically(() => void terminate(ec2, ec2.open(place), instanceId)),
    assignPodAddress: (place, interfaceId, family = 'IPv4') => storage.atomically(() => assignAddress(ec2, ec2.open(place), { interfaceId, family })),
    releasePodAddress: (place, interfaceId, address) => storage.atomically(() => releaseAddress(ec2.open(place), { interfaceId, address })),
  };
}

function addNode(ec2: Ec2, region: Region, { name, subnetId, groups, tags, instanceType }: NodeRequest): NodeMachine {
  const subnet = find(kinds.subnet, region.subnets, subnetId);
  checkGroups(ec2, region, { groups, vpcId: subnet.vpcId });
  const given = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const { instance, primary } = launchInstance(ec2, region, {
    subnet,
    groups,
    tags: checkTags(given, ec2.quotas),
    reservationId: ec2.id('r'),
    runningAt: ec2.world.clock.now(),
    ...(instanceType === undefined ? {} : { instanceType }),
  });
  return {
    instanceId: instance.instanceId,
    privateIp: primary.privateIpAddresses[0] ?? '',
    providerId: `aws:///${subnet.availabilityZone}/${instance.instanceId}`,
    interfaceId: primary.networkInterfaceId,
    zone: subnet.availabilityZone,
    instanceType: instance.instanceType,
  };
}

function assignAddress(ec2: Ec2, region: Region, { interfaceId, family }: { interfaceId: string; family: 'IPv4' | 'IPv6' }): string {
  const one = find(kinds.networkInterface, region.interfaces, interfaceId);
  const subnet = find(kinds.subnet, region.subnets, one.subnetId ?? '');
  if (family === 'IPv4') {
    const address = chooseAddress(region, subnet.subnetId);
    region.interfaces.set(interfaceId, { ...one, privateIpAddresses: [...one.privateIpAddresses, address] });
    addFreeAddresses(region, subnet.subnetId, -1);
    return address;
  }
  const address = chooseIpv6Address(ec2, region, subnet);
  if (address === undefined) throw new AwsError('InvalidParameterValue', `The subnet '${subnet.subnetId}' has no IPv6 CIDR block`);
  region.interfaces.set(interfaceId, { ...one, ipv6Addresses: [...one.ipv6Addresses, address] });
  return address;
}

function releaseAddress(region: Region, { interfaceId, address }: { interfaceId: string; address: string }): void {
  const one = region.interfaces.get(interfaceId);
  if (one === undefined) return;
  const [primary, ...secondary] = one.privateIpAddresses;
  const kept = secondary.filter((other) => other !== address);
  region.interfaces.set(interfaceId, { ...one, privateIpAddresses: [...(primary === undefined ? [] : [primary]), ...kept], ipv6Addresses: one.ipv6Addresses.filter((other) => other !== address) });
  addFreeAddresses(region, one.subnetId, secondary.length - kept.length);
}
