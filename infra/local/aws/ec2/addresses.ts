import type { Address, AllocateAddressRequest, AllocateAddressResult, DescribeAddressesRequest, DescribeAddressesResult, ReleaseAddressRequest } from '@aws-sdk/client-ec2';
import { AwsError, type Operations } from '../operation';
import { need, operation } from './ec2-operation';
import { applyFilters, type Filterable } from './filters';
import { find, findAll, kinds } from './ids';
import type { AddressRecord, InterfaceRecord } from './records';
import { tagsOf, type Ec2, type Region } from './state';
import { takeTags } from './tags';

const addressFilters: Filterable<Address> = {
  tags: (address) => address.Tags,
  fields: {
    'allocation-id': (address) => address.AllocationId,
    'association-id': (address) => address.AssociationId,
    domain: (address) => address.Domain,
    'instance-id': (address) => address.InstanceId,
    'network-border-group': (address) => address.NetworkBorderGroup,
    'network-interface-id': (address) => address.NetworkInterfaceId,
    'network-interface-owner-id': (address) => address.NetworkInterfaceOwnerId,
    'private-ip-address': (address) => address.PrivateIpAddress,
    'public-ip': (address) => address.PublicIp,
  },
};

/** DescribeAddresses, AllocateAddress, ReleaseAddress. */
export function addressOperations(ec2: Ec2): Operations {
  return {
    DescribeAddresses: operation<DescribeAddressesRequest>(['AllocationIds', 'PublicIps', 'Filters'], (input, call) => describeAddresses(ec2.open(call), input)),
    AllocateAddress: operation<AllocateAddressRequest>(['Domain', 'TagSpecifications', 'NetworkBorderGroup'], (input, call) => allocateAddress(ec2, ec2.open(call), input)),
    ReleaseAddress: operation<ReleaseAddressRequest>(['AllocationId', 'NetworkBorderGroup'], (input, call) => releaseAddress(ec2.open(call), need(input.AllocationId, 'allocationId'))),
  };
}

function describeAddresses(region: Region, { AllocationIds, PublicIps, Filters }: DescribeAddressesRequest): DescribeAddressesResult {
  const byId = findAll(kinds.allocation, region.addresses, AllocationIds);
  const unknown = (PublicIps ?? []).find((ip) => !region.addresses.values().some((address) => address.publicIp === ip));
  if (unknown !== undefined) throw new AwsError('InvalidAddress.NotFound', `Address '${unknown}' not found.`);
  const asked = byId.filter((address) => PublicIps === undefined || PublicIps.length === 0 || PublicIps.includes(address.publicIp));
  return { Addresses: applyFilters(asked.map((address) => showAddress(region, address)), Filters, addressFilters) };
}

/** The interface that an Elastic IP is associated with. */
export function holderOf({ interfaces }: Region, allocationId: string): InterfaceRecord | undefined {
  return interfaces.values().find((one) => one.association?.allocationId === allocationId);
}

function showAddress(region: Region, { allocationId, publicIp, publicIpv4Pool, customerOwnedIpv4Pool }: AddressRecord): Address {
  const holder = holderOf(region, allocationId);
  return {
    AllocationId: allocationId,
    PublicIp: publicIp,
    PublicIpv4Pool: publicIpv4Pool,
    Domain: 'vpc',
    NetworkBorderGroup: region.place.region,
    Tags: tagsOf(region, allocationId),
    ...(customerOwnedIpv4Pool === undefined ? {} : { CustomerOwnedIp: publicIp, CustomerOwnedIpv4Pool: customerOwnedIpv4Pool }),
    ...(holder === undefined ? {} : showAssociation(region, holder)),
  };
}

function showAssociation(region: Region, holder: InterfaceRecord): Address {
  return {
    AssociationId: holder.association?.associationId,
    NetworkInterfaceId: holder.networkInterfaceId,
    NetworkInterfaceOwnerId: holder.requesterId ?? region.place.account,
    PrivateIpAddress: holder.privateIpAddresses[0],
    ...(holder.attachment?.instanceId === undefined ? {} : { InstanceId: holder.attachment.instanceId }),
  };
}

function allocateAddress(ec2: Ec2, region: Region, input: AllocateAddressRequest): AllocateAddressResult {
  if (region.addresses.size >= ec2.quotas.elasticIps) throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
  const tags = takeTags(input.TagSpecifications, kinds.allocation, ec2.quotas);
  const { allocationId, publicIp, publicIpv4Pool } = addAddress(ec2, region, ec2.id('eipalloc'));
  region.tags.set(allocationId, tags);
  return { AllocationId: allocationId, PublicIp: publicIp, PublicIpv4Pool: publicIpv4Pool, Domain: 'vpc', NetworkBorderGroup: region.place.region };
}

/** Makes an Elastic IP under a given id, past the quota. */
export function addAddress(ec2: Ec2, region: Region, allocationId: string): AddressRecord {
  const address: AddressRecord = { allocationId, publicIp: makePublicIp(ec2, region), publicIpv4Pool: 'amazon' };
  region.addresses.set(allocationId, address);
  return address;
}

/** A public address that nothing else in the place has, out of a block reserved for documentation and tests (RFC 2544). */
export function makePublicIp({ world }: Ec2, { addresses, interfaces }: Region): string {
  const taken = new Set([...addresses.values().map((address) => address.publicIp), ...interfaces.values().map((one) => one.association?.publicIp)]);
  const draw = () => Math.floor(world.random() * 2 ** 17);
  for (let number = draw(), left = 2 ** 17; left > 0; number = (number + 1) % 2 ** 17, left -= 1) {
    const ip = `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
    if (!taken.has(ip)) return ip;
  }
  throw new AwsError('InsufficientAddressCapacity', 'Not enough available addresses to satisfy your request.');
}

function releaseAddress(region: Region, allocationId: string): object {
  const { publicIp } = find(kinds.allocation, region.addresses, allocationId);
  if (holderOf(region, allocationId) !== undefined) throw new AwsError('InvalidIPAddress.InUse', `Address ${publicIp} is in use.`);
  region.addresses.delete(allocationId);
  region.tags.delete(allocationId);
  return {};
}
