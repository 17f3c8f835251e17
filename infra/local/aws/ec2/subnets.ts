import type { CreateSubnetRequest, DeleteSubnetRequest, DescribeSubnetsRequest, DescribeSubnetsResult, ModifySubnetAttributeRequest, Subnet } from '@aws-sdk/client-ec2';
import { AwsError, type Operations } from '../operation';
import { canonicalIpv4Cidr, canonicalIpv6Cidr, isInside, overlaps, usableAddresses } from './cidr';
import { need, operation } from './ec2-operation';
import { find, findAll, kinds } from './ids';
import { list, type Listing } from './listing';
import type { SubnetRecord, VpcRecord, ZoneRecord } from './records';
import { tagsOf, type Ec2, type Region } from './state';
import { takeTags } from './tags';

const zone = (subnet: Subnet) => subnet.AvailabilityZone;
const zoneId = (subnet: Subnet) => subnet.AvailabilityZoneId;
const cidr = (subnet: Subnet) => subnet.CidrBlock;

const subnetListing: Listing<Subnet> = {
  key: (subnet) => subnet.SubnetId,
  tags: (subnet) => subnet.Tags,
  fields: {
    'availability-zone': zone,
    availabilityZone: zone,
    'availability-zone-id': zoneId,
    availabilityZoneId: zoneId,
    'available-ip-address-count': (subnet) => subnet.AvailableIpAddressCount,
    'cidr-block': cidr,
    cidr,
    cidrBlock: cidr,
    'customer-owned-ipv4-pool': (subnet) => subnet.CustomerOwnedIpv4Pool,
    'default-for-az': (subnet) => subnet.DefaultForAz,
    defaultForAz: (subnet) => subnet.DefaultForAz,
    'ipv6-cidr-block-association.ipv6-cidr-block': (subnet) => subnet.Ipv6CidrBlockAssociationSet?.map((block) => block.Ipv6CidrBlock),
    'ipv6-cidr-block-association.association-id': (subnet) => subnet.Ipv6CidrBlockAssociationSet?.map((block) => block.AssociationId),
    'ipv6-cidr-block-association.state': (subnet) => subnet.Ipv6CidrBlockAssociationSet?.map((block) => block.Ipv6CidrBlockState?.State),
    'ipv6-native': (subnet) => subnet.Ipv6Native,
    'map-public-ip-on-launch': (subnet) => subnet.MapPublicIpOnLaunch,
    'outpost-arn': (subnet) => subnet.OutpostArn,
    'owner-id': (subnet) => subnet.OwnerId,
    state: (subnet) => subnet.State,
    'subnet-arn': (subnet) => subnet.SubnetArn,
    'subnet-id': (subnet) => subnet.SubnetId,
    'vpc-id': (subnet) => subnet.VpcId,
  },
};

/** DescribeSubnets, CreateSubnet, DeleteSubnet, ModifySubnetAttribute (public addresses on launch). */
export function subnetOperations(ec2: Ec2): Operations {
  return {
    DescribeSubnets: operation<DescribeSubnetsRequest>(['SubnetIds', 'Filters', 'MaxResults', 'NextToken'], (input, call) => describeSubnets(ec2.open(call), input)),
    CreateSubnet: operation<CreateSubnetRequest>(['VpcId', 'CidrBlock', 'Ipv6CidrBlock', 'AvailabilityZone', 'AvailabilityZoneId', 'TagSpecifications'], (input, call) =>
      createSubnet(ec2, ec2.open(call), input),
    ),
    DeleteSubnet: operation<DeleteSubnetRequest>(['SubnetId'], (input, call) => deleteSubnet(ec2.open(call), need(input.SubnetId, 'subnetId'))),
    ModifySubnetAttribute: operation<ModifySubnetAttributeRequest>(['SubnetId', 'MapPublicIpOnLaunch'], (input, call) => modifySubnet(ec2.open(call), input)),
  };
}

function describeSubnets(region: Region, input: DescribeSubnetsRequest): DescribeSubnetsResult {
  const subnets = findAll(kinds.subnet, region.subnets, input.SubnetIds).map((subnet) => showSubnet(region, subnet));
  const { items, ...rest } = list(subnets, input, subnetListing);
  return { Subnets: items, ...rest };
}

function showSubnet(region: Region, subnet: SubnetRecord): Subnet {
  const { account, region: name } = region.place;
  return {
    SubnetId: subnet.subnetId,
    SubnetArn: `arn:aws:ec2:${name}:${account}:subnet/${subnet.subnetId}`,
    VpcId: subnet.vpcId,
    OwnerId: account,
    State: 'available',
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId: subnet.availabilityZoneId,
    CidrBlock: subnet.cidrBlock,
    Ipv6CidrBlockAssociationSet: subnet.ipv6CidrBlocks.map((block) => ({ AssociationId: block.associationId, Ipv6CidrBlock: block.cidrBlock, Ipv6CidrBlockState: { State: block.state } })),
    AvailableIpAddressCount: subnet.availableIpAddressCount,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    AssignIpv6AddressOnCreation: false,
    DefaultForAz: false,
    EnableDns64: false,
    Ipv6Native: false,
    MapCustomerOwnedIpOnLaunch: false,
    PrivateDnsNameOptionsOnLaunch: { HostnameType: 'ip-name', EnableResourceNameDnsARecord: false, EnableResourceNameDnsAAAARecord: false },
    Tags: tagsOf(region, subnet.subnetId),
    ...(subnet.outpostArn === undefined ? {} : { OutpostArn: subnet.outpostArn }),
  };
}

function createSubnet(ec2: Ec2, region: Region, input: CreateSubnetRequest): { Subnet: Subnet } {
  const vpc = find(kinds.vpc, region.vpcs, need(input.VpcId, 'vpcId'));
  const cidrBlock = checkSubnetCidr(region, vpc, canonicalIpv4Cidr(need(input.CidrBlock, 'cidrBlock')));
  const { zoneName, zoneId: id } = findZone(region, input);
  const ipv6 = input.Ipv6CidrBlock === undefined ? [] : [canonicalIpv6Cidr(input.Ipv6CidrBlock)];
  const subnet: SubnetRecord = {
    subnetId: ec2.id('subnet'),
    vpcId: vpc.vpcId,
    availabilityZone: zoneName,
    availabilityZoneId: id,
    cidrBlock,
    ipv6CidrBlocks: ipv6.map((block) => ({ associationId: ec2.id('subnet-cidr-assoc'), cidrBlock: block, state: 'associated' })),
    availableIpAddressCount: usableAddresses(cidrBlock),
    mapPublicIpOnLaunch: false,
    cursor: 4,
  };
  region.tags.set(subnet.subnetId, takeTags(input.TagSpecifications, kinds.subnet, ec2.quotas));
  region.subnets.set(subnet.subnetId, subnet);
  return { Subnet: showSubnet(region, subnet) };
}

function checkSubnetCidr(region: Region, vpc: VpcRecord, cidrBlock: string): string {
  const bits = Number(cidrBlock.split('/')[1]);
  const fits = vpc.cidrBlocks.some((block) => block.state === 'associated' && bits >= Number(block.cidrBlock.split('/')[1]) && isInside(cidrBlock.split('/')[0] ?? '', block.cidrBlock));
  if (bits < 16 || bits > 28 || !fits) throw new AwsError('InvalidSubnet.Range', `The CIDR '${cidrBlock}' is invalid.`);
  const taken = region.subnets.values().some((subnet) => subnet.vpcId === vpc.vpcId && overlaps(subnet.cidrBlock, cidrBlock));
  if (taken) throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${cidrBlock}' conflicts with another subnet`);
  return cidrBlock;
}

function findZone(region: Region, { AvailabilityZone, AvailabilityZoneId }: CreateSubnetRequest): ZoneRecord {
  const zones = region.zones.values();
  const found = zones.find((one) => (AvailabilityZone ?? one.zoneName) === one.zoneName && (AvailabilityZoneId ?? one.zoneId) === one.zoneId);
  if (found === undefined) throw new AwsError('InvalidParameterValue', `Value (${AvailabilityZone ?? AvailabilityZoneId}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.map((one) => one.zoneName).join(', ')}.`);
  return found;
}

function deleteSubnet(region: Region, subnetId: string): object {
  find(kinds.subnet, region.subnets, subnetId);
  if (region.interfaces.values().some((one) => one.subnetId === subnetId)) {
    throw new AwsError('DependencyViolation', `The subnet '${subnetId}' has dependencies and cannot be deleted.`);
  }
  region.subnets.delete(subnetId);
  region.tags.delete(subnetId);
  return {};
}

function modifySubnet(region: Region, { SubnetId, MapPublicIpOnLaunch }: ModifySubnetAttributeRequest): object {
  const subnet = find(kinds.subnet, region.subnets, need(SubnetId, 'subnetId'));
  region.subnets.set(subnet.subnetId, { ...subnet, mapPublicIpOnLaunch: MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIpOnLaunch });
  return {};
}
