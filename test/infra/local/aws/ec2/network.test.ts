import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InterfaceRequest } from '../../../../../infra/local/aws/network';
import { drivenClock } from '../../../../../infra/local/clock';
import { fileStorage } from '../../../../../infra/local/storage';
import { codeOf } from '../code-of';
import { aGroup, aNetwork, ec2World, place, type Ec2World } from './ec2-world';

const aRequest = (subnetId: string, rest: Partial<InterfaceRequest> = {}): InterfaceRequest => ({
  subnetId,
  groups: [],
  description: 'ELB net/web/0123456789abcdef',
  interfaceType: 'network_load_balancer',
  assignIpv6: false,
  assignPublicIp: false,
  ...rest,
});

const freeIn = async ({ client }: Ec2World, subnetId: string) => (await client.describeSubnets({ SubnetIds: [subnetId] })).Subnets?.[0]?.AvailableIpAddressCount;

describe('a load balancer’s interface', () => {
  it('is shown as requester managed, in use, with its description', async () => {
    const world = ec2World();
    const { vpcId, subnetId } = await aNetwork(world);
    const group = await aGroup(world, vpcId);
    const { networkInterfaceId } = world.network.createInterface(world.call(), aRequest(subnetId, { groups: [group] }));
    const { NetworkInterfaces } = await world.client.describeNetworkInterfaces({ Filters: [{ Name: 'description', Values: ['ELB net/web/*'] }] });
    expect(NetworkInterfaces).toMatchObject([
      { NetworkInterfaceId: networkInterfaceId, RequesterManaged: true, RequesterId: 'amazon-elb', Status: 'in-use', VpcId: vpcId, SubnetId: subnetId, AvailabilityZone: 'us-west-2a', InterfaceType: 'network_load_balancer', Groups: [{ GroupId: group, GroupName: 'web' }] },
    ]);
  });

  it('takes an address of its subnet and gives it back when it vanishes', async () => {
    const world = ec2World();
    const { vpcId, subnetId } = await aNetwork(world);
    const { networkInterfaceId, privateIpAddress } = world.network.createInterface(world.call(), aRequest(subnetId));
    expect(privateIpAddress).toBe('10.0.1.4');
    expect(await freeIn(world, subnetId)).toBe(250);
    world.network.releaseInterface(world.call(), networkInterfaceId, world.clock.now() + 20_000);
    world.clock.advance(19_999);
    expect(world.network.interfaceByAddress(place, vpcId, '10.0.1.4')?.networkInterfaceId).toBe(networkInterfaceId);
    world.clock.advance(1);
    expect(world.network.interfaceByAddress(place, vpcId, '10.0.1.4')).toBeUndefined();
    expect(await freeIn(world, subnetId)).toBe(251);
    expect(await codeOf(() => world.client.describeNetworkInterfaces({ NetworkInterfaceIds: [networkInterfaceId] }))).toBe('InvalidNetworkInterfaceID.NotFound');
  });

  it('keeps its security groups from being deleted until it has vanished', async () => {
    const world = ec2World();
    const { vpcId, subnetId } = await aNetwork(world);
    const group = await aGroup(world, vpcId);
    const { networkInterfaceId } = world.network.createInterface(world.call(), aRequest(subnetId, { groups: [group] }));
    const remove = () => codeOf(() => world.client.deleteSecurityGroup({ GroupId: group }));
    expect(await remove()).toBe('DependencyViolation');
    world.network.releaseInterface(world.call(), networkInterfaceId, world.clock.now() + 20_000);
    expect(await remove()).toBe('DependencyViolation');
    world.clock.advance(20_000);
    expect(await remove()).toBe('none');
  });

  it('frees a group that it is taken out of', async () => {
    const world = ec2World();
    const { vpcId, subnetId } = await aNetwork(world);
    const [one, other] = [await aGroup(world, vpcId, 'one'), await aGroup(world, vpcId, 'other')];
    const { networkInterfaceId } = world.network.createInterface(world.call(), aRequest(subnetId, { groups: [one] }));
    world.network.setInterfaceGroups(world.call(), networkInterfaceId, [other]);
    expect(await codeOf(() => world.client.deleteSecurityGroup({ GroupId: one }))).toBe('none');
    expect(await codeOf(() => world.client.deleteSecurityGroup({ GroupId: other }))).toBe('DependencyViolation');
  });

  it('holds its Elastic IP until it has vanished', async () => {
    const world = ec2World();
    const { subnetId } = await aNetwork(world);
    const { AllocationId = '', PublicIp } = await world.client.allocateAddress({ Domain: 'vpc' });
    const made = world.network.createInterface(world.call(), aRequest(subnetId, { allocationId: AllocationId }));
    expect(made.publicIp).toBe(PublicIp);
    expect(world.network.allocation(place, AllocationId)).toEqual({ allocationId: AllocationId, publicIp: PublicIp, networkInterfaceId: made.networkInterfaceId });
    expect((await world.client.describeAddresses({})).Addresses).toMatchObject([{ AllocationId, NetworkInterfaceId: made.networkInterfaceId, PrivateIpAddress: '10.0.1.4' }]);
    expect(await codeOf(() => world.client.releaseAddress({ AllocationId }))).toBe('InvalidIPAddress.InUse');
    world.network.releaseInterface(world.call(), made.networkInterfaceId, world.clock.now());
    expect(await codeOf(() => world.client.releaseAddress({ AllocationId }))).toBe('none');
  });

  it('cannot be changed by the user', async () => {
    const world = ec2World();
    const { subnetId } = await aNetwork(world);
    const { networkInterfaceId } = world.network.createInterface(world.call(), aRequest(subnetId));
    expect(await codeOf(() => world.client.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: networkInterfaceId, Description: { Value: 'mine' } }))).toBe('OperationNotPermitted');
  });

  it('vanishes at its time after a restart too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ec2-'));
    const clock = drivenClock();
    const first = ec2World({ storage: fileStorage(join(folder, 'state.db')), clock });
    const { vpcId, subnetId } = await aNetwork(first);
    const made = first.network.createInterface(first.call(), aRequest(subnetId));
    first.network.releaseInterface(first.call(), made.networkInterfaceId, clock.now() + 20_000);
    const second = ec2World({ storage: fileStorage(join(folder, 'state.db')), clock, seed: 2 });
    expect(second.network.interfaceByAddress(place, vpcId, '10.0.1.4')).toBeDefined();
    clock.advance(20_000);
    expect(second.network.interfaceByAddress(place, vpcId, '10.0.1.4')).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});

describe('machines of nodes', () => {
  it('run at once, with an interface in the subnet and the node’s groups', async () => {
    const world = ec2World();
    const { vpcId, subnetId } = await aNetwork(world);
    const group = await aGroup(world, vpcId, 'node');
    const node = world.machines.addNode(place, { name: 'node-1', subnetId, groups: [group], tags: { 'kubernetes.io/cluster/demo': 'owned' } });
    expect(node).toMatchObject({ providerId: `aws:///us-west-2a/${node.instanceId}`, zone: 'us-west-2a' });
    expect(world.network.instance(place, node.instanceId)).toMatchObject({ state: 'running', vpcId, subnetId, privateIpAddress: node.privateIp });
    const { Reservations } = await world.client.describeInstances({ InstanceIds: [node.instanceId] });
    expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({ State: { Name: 'running' }, SecurityGroups: [{ GroupId: group }], NetworkInterfaces: [{ NetworkInterfaceId: node.interfaceId, Attachment: { DeviceIndex: 0 } }] });
  });

  it('give pods addresses of the subnet, and take them back', async () => {
    const world = ec2World();
    const { vpcId, subnetId } = await aNetwork(world);
    const node = world.machines.addNode(place, { name: 'node-1', subnetId, groups: [] });
    const address = world.machines.assignPodAddress(place, node.interfaceId);
    expect(world.network.interfaceByAddress(place, vpcId, address)).toMatchObject({ networkInterfaceId: node.interfaceId, subnetId });
    expect(await freeIn(world, subnetId)).toBe(249);
    const { NetworkInterfaces } = await world.client.describeNetworkInterfaces({ Filters: [{ Name: 'addresses.private-ip-address', Values: [address] }] });
    expect(NetworkInterfaces).toMatchObject([{ NetworkInterfaceId: node.interfaceId, PrivateIpAddresses: [{ Primary: true }, { Primary: false, PrivateIpAddress: address }] }]);
    world.machines.releasePodAddress(place, node.interfaceId, address);
    expect(await freeIn(world, subnetId)).toBe(250);
    expect(world.machines.assignPodAddress(place, node.interfaceId)).not.toBe(address);
  });

  it('never hand out more than the subnet has', async () => {
    const world = ec2World();
    const { vpcId } = await aNetwork(world);
    const { Subnet } = await world.client.createSubnet({ VpcId: vpcId, CidrBlock: '10.0.2.0/28', AvailabilityZone: 'us-west-2b' });
    const { interfaceId, privateIp } = world.machines.addNode(place, { name: 'node-1', subnetId: Subnet?.SubnetId ?? '', groups: [] });
    const addresses = [privateIp, ...Array.from({ length: 10 }, () => world.machines.assignPodAddress(place, interfaceId))];
    expect(new Set(addresses).size).toBe(11);
    expect(await codeOf(() => world.machines.assignPodAddress(place, interfaceId))).toBe('InsufficientFreeAddressesInSubnet');
    world.machines.releasePodAddress(place, interfaceId, '10.0.2.7');
    expect(world.machines.assignPodAddress(place, interfaceId)).toBe('10.0.2.7');
  });

  it('end at once for the network, and are shown as terminated for an hour', async () => {
    const world = ec2World();
    const { subnetId } = await aNetwork(world);
    const { instanceId } = world.machines.addNode(place, { name: 'node-1', subnetId, groups: [] });
    const state = async () => (await world.client.describeInstances({ InstanceIds: [instanceId] })).Reservations?.[0]?.Instances?.[0]?.State?.Name;
    world.machines.removeNode(place, instanceId);
    expect(await state()).toBe('shutting-down');
    expect(await freeIn(world, subnetId)).toBe(251);
    world.clock.advance(30_000);
    expect(await state()).toBe('terminated');
    world.clock.advance(3_600_000);
    expect(await codeOf(state)).toBe('InvalidInstanceID.NotFound');
  });
});
