import type { InterfaceRequest, Network, NetworkAllocation, NetworkInstance, NetworkInterface, NetworkSubnet, NetworkVpc, Place } from '../network';
import type { Call } from '../operation';
import { holderOf, makePublicIp } from './addresses';
import { canonicalAddress, isInside } from './cidr';
import { hasInternetGateway } from './gateways';
import { find, kinds } from './ids';
import { stateOf } from './instances';
import { chooseIpv6Address, makeInterface } from './interface-making';
import type { CidrRecord, InterfaceRecord, SubnetRecord } from './records';
import { removeInterface, type Ec2, type Region } from './state';

const associated = (blocks: readonly CidrRecord[]) => blocks.filter((block) => block.state === 'associated').map((block) => block.cidrBlock);

/** What load balancers see of EC2 and do in it, over EC2's own collections. */
export function makeNetwork(ec2: Ec2): Network {
  return {
    subnet: (place, subnetId) => seeSubnet(ec2.open(place), subnetId),
    vpc: (place, vpcId) => seeVpc(ec2.open(place), vpcId),
    securityGroup: (place, groupId) => ec2.open(place).groups.get(groupId),
    defaultSecurityGroup: (place, vpcId) => ec2.open(place).groups.values().find((group) => group.vpcId === vpcId && group.groupName === 'default'),
    instance: (place, instanceId) => seeInstance(ec2, place, instanceId),
    allocation: (place, allocationId) => seeAllocation(ec2.open(place), allocationId),
    interfaceByAddress: (place, vpcId, address) => findByAddress(ec2.open(place), vpcId, address),
    subnetByAddress: (place, vpcId, address) => findSubnet(ec2.open(place), vpcId, address),
    createInterface: (call, request) => createInterface(ec2, call, request),
    setInterfaceGroups(call, networkInterfaceId, groups) {
      const region = ec2.open(call);
      const one = find(kinds.networkInterface, region.interfaces, networkInterfaceId);
      region.interfaces.set(networkInterfaceId, { ...one, groups: [...groups] });
    },
    releaseInterface(call, networkInterfaceId, at) {
      const region = ec2.open(call);
      if (at <= ec2.world.clock.now()) removeInterface(region, networkInterfaceId);
      else if (region.interfaces.has(networkInterfaceId)) region.vanishing.set(networkInterfaceId, at);
    },
  };
}

function seeSubnet(region: Region, subnetId: string): NetworkSubnet | undefined {
  const subnet = region.subnets.get(subnetId);
  if (subnet === undefined) return undefined;
  return {
    subnetId,
    vpcId: subnet.vpcId,
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: subnet.availabilityZoneId,
    cidrBlock: subnet.cidrBlock,
    ipv6CidrBlocks: associated(subnet.ipv6CidrBlocks),
    availableIpAddressCount: subnet.availableIpAddressCount,
    zoneType: zoneTypeOf(region, subnet),
    ...(subnet.outpostArn === undefined ? {} : { outpostArn: subnet.outpostArn }),
  };
}

function findSubnet(region: Region, vpcId: string, address: string): NetworkSubnet | undefined {
  const blocks = ({ cidrBlock, ipv6CidrBlocks }: SubnetRecord) => [cidrBlock, ...associated(ipv6CidrBlocks)];
  const found = region.subnets.values().find((subnet) => subnet.vpcId === vpcId && blocks(subnet).some((block) => isInside(address, block)));
  return found === undefined ? undefined : seeSubnet(region, found.subnetId);
}

/** A kind of zone that load balancers know nothing of counts as an ordinary one. */
function zoneTypeOf(region: Region, { availabilityZone }: SubnetRecord): NetworkSubnet['zoneType'] {
  const type = region.zones.get(availabilityZone)?.zoneType;
  return type === 'local-zone' || type === 'wavelength-zone' ? type : 'availability-zone';
}

function seeVpc(region: Region, vpcId: string): NetworkVpc | undefined {
  const vpc = region.vpcs.get(vpcId);
  if (vpc === undefined) return undefined;
  return { vpcId, cidrBlocks: associated(vpc.cidrBlocks), ipv6CidrBlocks: associated(vpc.ipv6CidrBlocks), hasInternetGateway: hasInternetGateway(region, vpcId) };
}

/** An instance that a test environment states without its network has none: a target group refuses it. */
function seeInstance(ec2: Ec2, place: Place, instanceId: string): NetworkInstance | undefined {
  const region = ec2.open(place);
  const instance = region.instances.get(instanceId);
  const primary = region.interfaces.values().find((one) => one.attachment?.instanceId === instanceId && one.attachment.deviceIndex === 0);
  if (instance === undefined) return undefined;
  return {
    instanceId,
    vpcId: instance.vpcId ?? '',
    subnetId: instance.subnetId ?? '',
    availabilityZone: instance.availabilityZone ?? '',
    state: stateOf(instance, ec2.world.clock.now()),
    privateIpAddress: primary?.privateIpAddresses[0] ?? '',
  };
}

function seeAllocation(region: Region, allocationId: string): NetworkAllocation | undefined {
  const address = region.addresses.get(allocationId);
  if (address === undefined) return undefined;
  const holder = holderOf(region, allocationId);
  return { allocationId, publicIp: address.publicIp, ...(holder === undefined ? {} : { networkInterfaceId: holder.networkInterfaceId }) };
}

function findByAddress(region: Region, vpcId: string, address: string): NetworkInterface | undefined {
  const wanted = canonicalAddress(address);
  const holds = (one: InterfaceRecord) =>
    one.privateIpAddresses.includes(wanted) || one.ipv6Addresses.includes(wanted) || [...one.ipv4Prefixes, ...one.ipv6Prefixes].some((prefix) => isInside(wanted, prefix));
  const found = region.interfaces.values().find((one) => one.vpcId === vpcId && holds(one));
  return found === undefined ? undefined : seeInterface(found);
}

function seeInterface(one: InterfaceRecord): NetworkInterface {
  const [ipv6Address] = one.ipv6Addresses;
  return {
    networkInterfaceId: one.networkInterfaceId,
    subnetId: one.subnetId ?? '',
    privateIpAddress: one.privateIpAddresses[0] ?? '',
    ...(one.association === undefined ? {} : { publicIp: one.association.publicIp }),
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
  };
}

function createInterface(ec2: Ec2, call: Call, request: InterfaceRequest): NetworkInterface {
  const region = ec2.open(call);
  const subnet = find(kinds.subnet, region.subnets, request.subnetId);
  const ipv6 = request.ipv6Address ?? (request.assignIpv6 ? chooseIpv6Address(ec2, region, subnet) : undefined);
  const made = makeInterface(ec2, region, {
    subnet,
    draft: {
      description: request.description,
      interfaceType: request.interfaceType,
      groups: request.groups,
      requesterId: 'amazon-elb',
      attachment: { attachmentId: ec2.id('ela-attach'), deviceIndex: 1, attachTime: call.now, deleteOnTermination: false },
      sourceDestCheck: true,
      ...(request.privateIpAddress === undefined ? {} : { privateIpAddresses: [request.privateIpAddress] }),
      ...(ipv6 === undefined ? {} : { ipv6Addresses: [canonicalAddress(ipv6)] }),
      ...associationOf(ec2, region, request),
    },
  });
  return seeInterface(made);
}

function associationOf(ec2: Ec2, region: Region, { allocationId, assignPublicIp }: InterfaceRequest): Pick<InterfaceRecord, 'association'> {
  if (allocationId === undefined && !assignPublicIp) return {};
  const associationId = ec2.id('eipassoc');
  if (allocationId === undefined) return { association: { associationId, publicIp: makePublicIp(ec2, region) } };
  return { association: { associationId, allocationId, publicIp: find(kinds.allocation, region.addresses, allocationId).publicIp } };
}
