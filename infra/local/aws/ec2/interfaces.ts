import type { DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult, ModifyNetworkInterfaceAttributeRequest, NetworkInterface, NetworkInterfaceAssociation, NetworkInterfaceAttachment } from '@aws-sdk/client-ec2';
import { AwsError, type Operations } from '../operation';
import { need, operation } from './ec2-operation';
import { find, findAll, kinds } from './ids';
import { list, refusePagingByIds, type Listing } from './listing';
import type { InterfaceRecord } from './records';
import { tagsOf, type Ec2, type Region } from './state';

const interfaceListing: Listing<NetworkInterface> = {
  key: (one) => one.NetworkInterfaceId,
  tags: (one) => one.TagSet,
  fields: {
    'addresses.association.public-ip': (one) => one.PrivateIpAddresses?.map((address) => address.Association?.PublicIp),
    'addresses.primary': (one) => one.PrivateIpAddresses?.map((address) => address.Primary),
    'addresses.private-ip-address': (one) => one.PrivateIpAddresses?.map((address) => address.PrivateIpAddress),
    'association.allocation-id': (one) => one.Association?.AllocationId,
    'association.association-id': (one) => one.Association?.AssociationId,
    'association.ip-owner-id': (one) => one.Association?.IpOwnerId,
    'association.public-ip': (one) => one.Association?.PublicIp,
    'attachment.attachment-id': (one) => one.Attachment?.AttachmentId,
    'attachment.delete-on-termination': (one) => one.Attachment?.DeleteOnTermination,
    'attachment.device-index': (one) => one.Attachment?.DeviceIndex,
    'attachment.instance-id': (one) => one.Attachment?.InstanceId,
    'attachment.instance-owner-id': (one) => one.Attachment?.InstanceOwnerId,
    'attachment.status': (one) => one.Attachment?.Status,
    'availability-zone': (one) => one.AvailabilityZone,
    'availability-zone-id': (one) => one.AvailabilityZoneId,
    description: (one) => one.Description,
    'group-id': (one) => one.Groups?.map((group) => group.GroupId),
    'group-name': (one) => one.Groups?.map((group) => group.GroupName),
    'interface-type': (one) => one.InterfaceType,
    'ipv6-addresses.ipv6-address': (one) => one.Ipv6Addresses?.map((address) => address.Ipv6Address),
    'mac-address': (one) => one.MacAddress,
    'network-interface-id': (one) => one.NetworkInterfaceId,
    'owner-id': (one) => one.OwnerId,
    'private-dns-name': (one) => one.PrivateDnsName,
    'private-ip-address': (one) => one.PrivateIpAddresses?.map((address) => address.PrivateIpAddress),
    'requester-id': (one) => one.RequesterId,
    'requester-managed': (one) => one.RequesterManaged,
    'source-dest-check': (one) => one.SourceDestCheck,
    status: (one) => one.Status,
    'subnet-id': (one) => one.SubnetId,
    'vpc-id': (one) => one.VpcId,
  },
};

/** DescribeNetworkInterfaces, ModifyNetworkInterfaceAttribute (one attribute per call, as in EC2). */
export function interfaceOperations(ec2: Ec2): Operations {
  return {
    DescribeNetworkInterfaces: operation<DescribeNetworkInterfacesRequest>(['NetworkInterfaceIds', 'Filters', 'MaxResults', 'NextToken', 'IncludeManagedResources'], (input, call) =>
      describeInterfaces(ec2.open(call), input),
    ),
    ModifyNetworkInterfaceAttribute: operation<ModifyNetworkInterfaceAttributeRequest>(['NetworkInterfaceId', 'Groups', 'Description', 'SourceDestCheck', 'Attachment'], (input, call) =>
      modifyInterface(ec2, ec2.open(call), input),
    ),
  };
}

function describeInterfaces(region: Region, input: DescribeNetworkInterfacesRequest): DescribeNetworkInterfacesResult {
  refusePagingByIds(input.NetworkInterfaceIds, input, 'networkInterfaceIds');
  const found = findAll(kinds.networkInterface, region.interfaces, input.NetworkInterfaceIds).map((one) => showInterface(region, one));
  const { items, ...rest } = list(found, input, interfaceListing);
  return { NetworkInterfaces: items, ...rest };
}

/** An interface as AWS shows it. */
export function showInterface(region: Region, one: InterfaceRecord): NetworkInterface {
  const subnet = one.subnetId === undefined ? undefined : region.subnets.get(one.subnetId);
  return {
    NetworkInterfaceId: one.networkInterfaceId,
    InterfaceType: one.interfaceType as NonNullable<NetworkInterface['InterfaceType']>,
    Description: one.description,
    Status: one.attachment === undefined ? 'available' : 'in-use',
    OwnerId: region.place.account,
    RequesterManaged: one.requesterId !== undefined,
    SourceDestCheck: one.sourceDestCheck,
    MacAddress: one.macAddress,
    Groups: showGroups(region, one.groups),
    TagSet: tagsOf(region, one.networkInterfaceId),
    VpcId: one.vpcId,
    SubnetId: one.subnetId,
    AvailabilityZone: subnet?.availabilityZone,
    AvailabilityZoneId: subnet?.availabilityZoneId,
    RequesterId: one.requesterId,
    ...showAddresses(region, one),
    ...(one.attachment === undefined ? {} : { Attachment: showAttachment(region, one.attachment) }),
  };
}

/** Groups as interfaces and instances name them. */
export function showGroups(region: Region, groups: readonly string[]): { GroupId: string; GroupName: string | undefined }[] {
  return groups.map((id) => ({ GroupId: id, GroupName: region.groups.get(id)?.groupName }));
}

function showAddresses(region: Region, one: InterfaceRecord): NetworkInterface {
  const association = showAssociation(region, one);
  const [primary] = one.privateIpAddresses;
  return {
    PrivateIpAddress: primary,
    PrivateDnsName: privateName(region, primary),
    PrivateIpAddresses: one.privateIpAddresses.map((address, index) => ({
      PrivateIpAddress: address,
      PrivateDnsName: privateName(region, address),
      Primary: index === 0,
      ...(index === 0 ? association : {}),
    })),
    Ipv4Prefixes: one.ipv4Prefixes.map((prefix) => ({ Ipv4Prefix: prefix })),
    Ipv6Prefixes: one.ipv6Prefixes.map((prefix) => ({ Ipv6Prefix: prefix })),
    Ipv6Addresses: one.ipv6Addresses.map((address) => ({ Ipv6Address: address, IsPrimaryIpv6: false })),
    Ipv6Address: one.ipv6Addresses[0],
    ...association,
  };
}

/** The name that a VPC's own resolver gives to an address: `ip-10-0-0-1.us-west-2.compute.internal`, in us-east-1 `….ec2.internal`. */
export function privateName({ place }: Region, address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return `ip-${address.replaceAll('.', '-')}.${place.region === 'us-east-1' ? 'ec2' : `${place.region}.compute`}.internal`;
}

function showAssociation(region: Region, { association, requesterId }: InterfaceRecord): { Association?: NetworkInterfaceAssociation } {
  if (association === undefined) return {};
  const { allocationId, associationId, publicIp } = association;
  const own = allocationId !== undefined;
  return { Association: { AllocationId: allocationId, AssociationId: associationId, PublicIp: publicIp, IpOwnerId: own ? region.place.account : (requesterId ?? 'amazon') } };
}

function showAttachment(region: Region, attachment: NonNullable<InterfaceRecord['attachment']>): NetworkInterfaceAttachment {
  return {
    AttachmentId: attachment.attachmentId,
    DeviceIndex: attachment.deviceIndex,
    InstanceId: attachment.instanceId,
    InstanceOwnerId: attachment.instanceId === undefined ? 'amazon-elb' : region.place.account,
    AttachTime: new Date(attachment.attachTime),
    DeleteOnTermination: attachment.deleteOnTermination,
    Status: 'attached',
    NetworkCardIndex: 0,
  };
}

function modifyInterface(ec2: Ec2, region: Region, input: ModifyNetworkInterfaceAttributeRequest): object {
  const one = find(kinds.networkInterface, region.interfaces, need(input.NetworkInterfaceId, 'networkInterfaceId'));
  if (one.requesterId !== undefined) throw new AwsError('OperationNotPermitted', `You are not allowed to manage '${one.networkInterfaceId}' attached by ${one.requesterId}.`);
  const { Groups, Description, SourceDestCheck, Attachment } = input;
  if ([Groups, Description, SourceDestCheck, Attachment].filter((attribute) => attribute !== undefined).length > 1) {
    throw new AwsError('InvalidParameterCombination', 'Fields for multiple attribute types specified');
  }
  if (Groups !== undefined) checkGroups(ec2, region, { groups: Groups, vpcId: one.vpcId });
  region.interfaces.set(one.networkInterfaceId, {
    ...one,
    groups: Groups ?? one.groups,
    description: Description?.Value ?? one.description,
    sourceDestCheck: SourceDestCheck?.Value ?? one.sourceDestCheck,
    ...(one.attachment === undefined ? {} : { attachment: { ...one.attachment, deleteOnTermination: Attachment?.DeleteOnTermination ?? one.attachment.deleteOnTermination } }),
  });
  return {};
}

/** Throws unless all groups exist in the VPC and are few enough for one interface. */
export function checkGroups(ec2: Ec2, region: Region, { groups, vpcId }: { groups: readonly string[]; vpcId: string | undefined }): void {
  if (groups.length > ec2.quotas.securityGroupsPerInterface) {
    throw new AwsError('SecurityGroupsPerInterfaceLimitExceeded', 'The maximum number of security groups per interface has been reached.');
  }
  const found = findAll(kinds.group, region.groups, groups);
  if (groups.length > 0 && vpcId !== undefined && found.some((group) => group.vpcId !== vpcId)) {
    throw new AwsError('InvalidParameterValue', 'You have specified two resources that belong to different networks.');
  }
}
