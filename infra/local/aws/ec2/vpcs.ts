import type { CreateVpcRequest, DeleteVpcRequest, DescribeVpcsRequest, DescribeVpcsResult, Vpc } from '@aws-sdk/client-ec2';
import { AwsError, type Operations } from '../operation';
import { canonicalIpv4Cidr, canonicalIpv6Cidr } from './cidr';
import { need, operation } from './ec2-operation';
import { find, findAll, kinds } from './ids';
import { list, type Listing } from './listing';
import type { CidrRecord, VpcRecord } from './records';
import { addDefaultGroup } from './security-groups';
import { tagsOf, type Ec2, type Region } from './state';
import { takeTags } from './tags';

const vpcListing: Listing<Vpc> = {
  key: (vpc) => vpc.VpcId,
  tags: (vpc) => vpc.Tags,
  fields: {
    cidr: (vpc) => vpc.CidrBlock,
    'cidr-block-association.cidr-block': (vpc) => vpc.CidrBlockAssociationSet?.map((block) => block.CidrBlock),
    'cidr-block-association.association-id': (vpc) => vpc.CidrBlockAssociationSet?.map((block) => block.AssociationId),
    'cidr-block-association.state': (vpc) => vpc.CidrBlockAssociationSet?.map((block) => block.CidrBlockState?.State),
    'ipv6-cidr-block-association.ipv6-cidr-block': (vpc) => vpc.Ipv6CidrBlockAssociationSet?.map((block) => block.Ipv6CidrBlock),
    'ipv6-cidr-block-association.association-id': (vpc) => vpc.Ipv6CidrBlockAssociationSet?.map((block) => block.AssociationId),
    'ipv6-cidr-block-association.state': (vpc) => vpc.Ipv6CidrBlockAssociationSet?.map((block) => block.Ipv6CidrBlockState?.State),
    'dhcp-options-id': (vpc) => vpc.DhcpOptionsId,
    'is-default': (vpc) => vpc.IsDefault,
    isDefault: (vpc) => vpc.IsDefault,
    'owner-id': (vpc) => vpc.OwnerId,
    state: (vpc) => vpc.State,
    'vpc-id': (vpc) => vpc.VpcId,
  },
};

/** DescribeVpcs, CreateVpc, DeleteVpc. */
export function vpcOperations(ec2: Ec2): Operations {
  return {
    DescribeVpcs: operation<DescribeVpcsRequest>(['VpcIds', 'Filters', 'MaxResults', 'NextToken'], (input, call) => describeVpcs(ec2.open(call), input)),
    CreateVpc: operation<CreateVpcRequest>(['CidrBlock', 'AmazonProvidedIpv6CidrBlock', 'TagSpecifications'], (input, call) => createVpc(ec2, ec2.open(call), input)),
    DeleteVpc: operation<DeleteVpcRequest>(['VpcId'], (input, call) => deleteVpc(ec2.open(call), need(input.VpcId, 'vpcId'))),
  };
}

function describeVpcs(region: Region, input: DescribeVpcsRequest): DescribeVpcsResult {
  const vpcs = findAll(kinds.vpc, region.vpcs, input.VpcIds).map((vpc) => showVpc(region, vpc));
  const { items, ...rest } = list(vpcs, input, vpcListing);
  return { Vpcs: items, ...rest };
}

function showVpc(region: Region, vpc: VpcRecord): Vpc {
  return {
    VpcId: vpc.vpcId,
    State: 'available',
    CidrBlock: vpc.cidrBlocks.find((block) => block.state === 'associated')?.cidrBlock,
    CidrBlockAssociationSet: vpc.cidrBlocks.map((block) => ({ AssociationId: block.associationId, CidrBlock: block.cidrBlock, CidrBlockState: { State: block.state } })),
    Ipv6CidrBlockAssociationSet: vpc.ipv6CidrBlocks.map((block) => ({ AssociationId: block.associationId, Ipv6CidrBlock: block.cidrBlock, Ipv6CidrBlockState: { State: block.state } })),
    DhcpOptionsId: 'default',
    InstanceTenancy: 'default',
    IsDefault: vpc.isDefault,
    OwnerId: region.place.account,
    Tags: tagsOf(region, vpc.vpcId),
  };
}

function createVpc(ec2: Ec2, region: Region, input: CreateVpcRequest): { Vpc: Vpc } {
  const cidrBlock = canonicalIpv4Cidr(need(input.CidrBlock, 'cidrBlock'));
  const bits = Number(cidrBlock.split('/')[1]);
  if (bits < 16 || bits > 28) throw new AwsError('InvalidVpc.Range', `The CIDR '${cidrBlock}' is invalid.`);
  const vpcId = ec2.id('vpc');
  region.tags.set(vpcId, takeTags(input.TagSpecifications, kinds.vpc, ec2.quotas));
  const vpc = addVpc(ec2, region, { vpcId, cidrBlocks: [{ associationId: ec2.id('vpc-cidr-assoc'), cidrBlock, state: 'associated' }], ipv6CidrBlocks: input.AmazonProvidedIpv6CidrBlock === true ? [{ associationId: ec2.id('vpc-cidr-assoc'), cidrBlock: amazonBlock(ec2), state: 'associated' }] : [] });
  return { Vpc: showVpc(region, vpc) };
}

/** A /56 as Amazon gives one to a VPC. */
function amazonBlock({ world }: Ec2): string {
  const group = (bits: number) => Math.floor(world.random() * 2 ** bits);
  return canonicalIpv6Cidr(`2600:1f14:${group(16).toString(16)}:${(group(8) * 256).toString(16)}::/56`);
}

/** Makes a VPC with what AWS makes beside it: the default security group and the main route table with its local route. */
export function addVpc(ec2: Ec2, region: Region, given: { vpcId: string; cidrBlocks: readonly CidrRecord[]; ipv6CidrBlocks: readonly CidrRecord[] }): VpcRecord {
  const vpc: VpcRecord = { ...given, isDefault: false };
  region.vpcs.set(vpc.vpcId, vpc);
  addDefaultGroup(ec2, region, vpc);
  const routeTableId = ec2.id('rtb');
  region.routeTables.set(routeTableId, {
    routeTableId,
    vpcId: vpc.vpcId,
    associations: [{ associationId: ec2.id('rtbassoc'), main: true }],
    routes: vpc.cidrBlocks.filter((block) => block.state === 'associated').map((block) => ({ destination: block.cidrBlock, gatewayId: 'local' })),
  });
  return vpc;
}

function deleteVpc(region: Region, vpcId: string): object {
  find(kinds.vpc, region.vpcs, vpcId);
  const groups = region.groups.values().filter((group) => group.vpcId === vpcId);
  const tables = region.routeTables.values().filter((table) => table.vpcId === vpcId);
  const holders = [
    ...groups.filter((group) => group.groupName !== 'default'),
    ...region.subnets.values().filter((subnet) => subnet.vpcId === vpcId),
    ...region.gateways.values().filter((gateway) => gateway.vpcId === vpcId),
    ...tables.filter((table) => !table.associations.some((association) => association.main)),
  ];
  if (holders.length > 0) throw new AwsError('DependencyViolation', `The vpc '${vpcId}' has dependencies and cannot be deleted.`);
  for (const group of groups) region.groups.delete(group.groupId);
  for (const table of tables) region.routeTables.delete(table.routeTableId);
  region.vpcs.delete(vpcId);
  region.tags.delete(vpcId);
  return {};
}
