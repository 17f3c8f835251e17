import { AwsError } from '../operation';
import { ipv4At, ipv6At, isInside, usableAddresses } from './cidr';
import type { InterfaceRecord, SubnetRecord } from './records';
import { addFreeAddresses, type Ec2, type Region } from './state';

/** What a new interface needs; the rest has EC2's defaults. */
export type InterfaceDraft = Pick<InterfaceRecord, 'description' | 'interfaceType' | 'groups'> & Partial<InterfaceRecord>;

/** Makes an interface in a subnet. Addresses that the draft does not name are chosen; the subnet's free addresses go down. */
export function makeInterface(ec2: Ec2, region: Region, { subnet, draft }: { subnet: SubnetRecord; draft: InterfaceDraft }): InterfaceRecord {
  const privateIpAddresses = draft.privateIpAddresses ?? [chooseAddress(region, subnet.subnetId)];
  const made = completeInterface(ec2, { ...draft, privateIpAddresses, subnetId: subnet.subnetId, vpcId: subnet.vpcId });
  region.interfaces.set(made.networkInterfaceId, made);
  addFreeAddresses(region, subnet.subnetId, -privateIpAddresses.length);
  return made;
}

/** Fills a draft up with EC2's defaults, without storing it. */
export function completeInterface(ec2: Ec2, draft: InterfaceDraft): InterfaceRecord {
  return {
    networkInterfaceId: ec2.id('eni'),
    privateIpAddresses: [],
    ipv4Prefixes: [],
    ipv6Addresses: [],
    ipv6Prefixes: [],
    macAddress: makeMac(ec2),
    sourceDestCheck: true,
    ...draft,
  };
}

function makeMac({ world }: Ec2): string {
  const bytes = Array.from({ length: 5 }, () => Math.floor(world.random() * 256).toString(16).padStart(2, '0'));
  return ['06', ...bytes].join(':');
}

/** The IPv4 addresses that interfaces of a subnet hold. */
function takenAddresses({ interfaces }: Region, subnetId: string): Set<string> {
  return new Set(interfaces.values().flatMap((one) => (one.subnetId === subnetId ? one.privateIpAddresses : [])));
}

/**
 * A free IPv4 address of a subnet: the first after the one given out last, so that a released one rests a while.
 * Throws `InsufficientFreeAddressesInSubnet`.
 */
export function chooseAddress(region: Region, subnetId: string): string {
  const subnet = region.subnets.get(subnetId);
  if (subnet === undefined || subnet.availableIpAddressCount < 1) throw full(subnetId);
  const taken = takenAddresses(region, subnetId);
  const prefixes = region.interfaces.values().flatMap((one) => (one.subnetId === subnetId ? one.ipv4Prefixes : []));
  const size = usableAddresses(subnet.cidrBlock);
  for (let step = 0; step < size; step += 1) {
    const index = 4 + ((subnet.cursor - 4 + step) % size);
    const address = ipv4At(subnet.cidrBlock, index);
    if (taken.has(address) || prefixes.some((prefix) => isInside(address, prefix))) continue;
    region.subnets.set(subnetId, { ...subnet, cursor: index + 1 });
    return address;
  }
  throw full(subnetId);
}

/** The error of a subnet that has no address left. */
export const full = (subnetId: string) => new AwsError('InsufficientFreeAddressesInSubnet', `The specified subnet '${subnetId}' does not have enough free addresses to satisfy the request.`);

/** A free IPv6 address of a subnet, or `undefined` if the subnet has no IPv6 block. */
export function chooseIpv6Address({ world }: Ec2, region: Region, subnet: SubnetRecord): string | undefined {
  const block = subnet.ipv6CidrBlocks.find((one) => one.state === 'associated')?.cidrBlock;
  if (block === undefined) return undefined;
  const taken = new Set(region.interfaces.values().flatMap((one) => one.ipv6Addresses));
  for (let index = 4 + Math.floor(world.random() * 2 ** 31); ; index += 1) {
    const address = ipv6At(block, index);
    if (!taken.has(address)) return address;
  }
}
