import type { CreateSecurityGroupRequest, CreateSecurityGroupResult, DeleteSecurityGroupRequest, DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult, IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { AwsError, type Operations } from '../operation';
import { need, operation } from './ec2-operation';
import { find, findAll, kinds } from './ids';
import { list, type Listing } from './listing';
import { mergePermissions } from './permissions';
import type { GroupRecord, RuleRecord, VpcRecord } from './records';
import { tagsOf, type Ec2, type Region } from './state';
import { takeTags } from './tags';

/** The filters `<prefix>cidr`, `<prefix>group-id` … over one direction of a group. */
function permissionFields(prefix: string, read: (group: SecurityGroup) => IpPermission[] | undefined): Listing<SecurityGroup>['fields'] {
  const each = (field: (permission: IpPermission) => readonly (string | number | undefined)[]) => (group: SecurityGroup) => (read(group) ?? []).flatMap(field);
  const pairs = (field: 'GroupId' | 'GroupName' | 'UserId') => each((permission) => (permission.UserIdGroupPairs ?? []).map((pair) => pair[field]));
  return {
    [`${prefix}cidr`]: each((permission) => (permission.IpRanges ?? []).map((range) => range.CidrIp)),
    [`${prefix}ipv6-cidr`]: each((permission) => (permission.Ipv6Ranges ?? []).map((range) => range.CidrIpv6)),
    [`${prefix}prefix-list-id`]: each((permission) => (permission.PrefixListIds ?? []).map((one) => one.PrefixListId)),
    [`${prefix}from-port`]: each((permission) => [permission.FromPort]),
    [`${prefix}to-port`]: each((permission) => [permission.ToPort]),
    [`${prefix}protocol`]: each((permission) => [permission.IpProtocol]),
    [`${prefix}group-id`]: pairs('GroupId'),
    [`${prefix}group-name`]: pairs('GroupName'),
    [`${prefix}user-id`]: pairs('UserId'),
  };
}

const groupListing: Listing<SecurityGroup> = {
  key: (group) => group.GroupId,
  tags: (group) => group.Tags,
  fields: {
    description: (group) => group.Description,
    'group-id': (group) => group.GroupId,
    'group-name': (group) => group.GroupName,
    'owner-id': (group) => group.OwnerId,
    'vpc-id': (group) => group.VpcId,
    ...permissionFields('ip-permission.', (group) => group.IpPermissions),
    ...permissionFields('egress.ip-permission.', (group) => group.IpPermissionsEgress),
  },
};

/** DescribeSecurityGroups, CreateSecurityGroup, DeleteSecurityGroup. */
export function securityGroupOperations(ec2: Ec2): Operations {
  return {
    DescribeSecurityGroups: operation<DescribeSecurityGroupsRequest>(['GroupIds', 'GroupNames', 'Filters', 'MaxResults', 'NextToken'], (input, call) =>
      describeGroups(ec2.open(call), input),
    ),
    CreateSecurityGroup: operation<CreateSecurityGroupRequest>(['Description', 'GroupName', 'VpcId', 'TagSpecifications'], (input, call) => createGroup(ec2, ec2.open(call), input)),
    DeleteSecurityGroup: operation<DeleteSecurityGroupRequest>(['GroupId', 'GroupName'], (input, call) => deleteGroup(ec2.open(call), input)),
  };
}

function describeGroups(region: Region, input: DescribeSecurityGroupsRequest): DescribeSecurityGroupsResult {
  const named = (input.GroupNames ?? []).map((name) => findByName(region, name).groupId);
  const ids = [...(input.GroupIds ?? []), ...named];
  const groups = findAll(kinds.group, region.groups, ids).map((group) => showGroup(region, group));
  const { items, ...rest } = list(groups, input, groupListing);
  return { SecurityGroups: items, ...rest };
}

/** Names are only good in the default VPC, as AWS says of GroupNames. */
function findByName(region: Region, name: string): GroupRecord {
  const home = region.vpcs.values().find((vpc) => vpc.isDefault)?.vpcId;
  const found = region.groups.values().find((group) => group.groupName === name && group.vpcId === home);
  if (found === undefined) throw new AwsError(kinds.group.notFound, `The security group '${name}' does not exist in default VPC '${home ?? 'none'}'`);
  return found;
}

/** A group as AWS shows it. */
export function showGroup(region: Region, group: GroupRecord): SecurityGroup {
  return {
    GroupId: group.groupId,
    GroupName: group.groupName,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: region.place.account,
    SecurityGroupArn: arnOf(region, group.groupId),
    IpPermissions: mergePermissions(group.rules.filter((rule) => !rule.egress)),
    IpPermissionsEgress: mergePermissions(group.rules.filter((rule) => rule.egress)),
    Tags: tagsOf(region, group.groupId),
  };
}

const arnOf = ({ place }: Region, groupId: string) => `arn:aws:ec2:${place.region}:${place.account}:security-group/${groupId}`;

function createGroup(ec2: Ec2, region: Region, input: CreateSecurityGroupRequest): CreateSecurityGroupResult {
  const groupName = checkText(need(input.GroupName, 'groupName'), 'GroupName');
  const description = checkText(need(input.Description, 'groupDescription'), 'GroupDescription');
  if (groupName.startsWith('sg-')) throw new AwsError('InvalidParameterValue', `Value (${groupName}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`);
  if (groupName.toLowerCase() === 'default') throw new AwsError('InvalidGroup.Reserved', `Cannot use reserved security group name: ${groupName}`);
  const vpc = input.VpcId === undefined ? defaultVpc(region) : find(kinds.vpc, region.vpcs, input.VpcId);
  const tags = takeTags(input.TagSpecifications, kinds.group, ec2.quotas);
  refuseTaken(ec2, region, { groupName, vpcId: vpc.vpcId });
  const group: GroupRecord = { groupId: ec2.id('sg'), vpcId: vpc.vpcId, groupName, description, rules: allowAllOut(ec2, vpc) };
  region.groups.set(group.groupId, group);
  region.tags.set(group.groupId, tags);
  return { GroupId: group.groupId, SecurityGroupArn: arnOf(region, group.groupId), ...(tags.length === 0 ? {} : { Tags: tags }) };
}

function checkText(text: string, parameter: string): string {
  if (text.length > 255) throw new AwsError('InvalidParameterValue', `Value (${text}) for parameter ${parameter} is invalid. It must be at most 255 characters long.`);
  if (!/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/.test(text)) {
    throw new AwsError('InvalidParameterValue', `Value (${text}) for parameter ${parameter} is invalid. Character sets beyond a-zA-Z0-9. _-:/()#,@[]+=&;{}!$* are not supported.`);
  }
  return text;
}

function defaultVpc(region: Region): VpcRecord {
  const found = region.vpcs.values().find((vpc) => vpc.isDefault);
  if (found === undefined) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  return found;
}

function refuseTaken({ quotas }: Ec2, region: Region, { groupName, vpcId }: { groupName: string; vpcId: string }): void {
  if (region.groups.values().some((group) => group.vpcId === vpcId && group.groupName === groupName)) {
    throw new AwsError('InvalidGroup.Duplicate', `The security group '${groupName}' already exists for VPC '${vpcId}'`);
  }
  if (region.groups.size >= quotas.securityGroups) throw new AwsError('SecurityGroupLimitExceeded', 'The maximum number of security groups has been reached.');
}

/** What every new group begins with: all traffic out, for IPv6 too if the VPC has it. */
function allowAllOut(ec2: Ec2, vpc: VpcRecord): RuleRecord[] {
  const rule = (source: RuleRecord['source']): RuleRecord => ({ ruleId: ec2.id('sgr'), egress: true, protocol: '-1', source });
  const ipv6 = vpc.ipv6CidrBlocks.some((block) => block.state === 'associated');
  return [rule({ kind: 'ipv4', cidr: '0.0.0.0/0' }), ...(ipv6 ? [rule({ kind: 'ipv6', cidr: '::/0' })] : [])];
}

/** Makes the group `default` of a new VPC: its members reach each other, and everything outside. */
export function addDefaultGroup(ec2: Ec2, region: Region, vpc: VpcRecord): void {
  const groupId = ec2.id('sg');
  const among: RuleRecord = { ruleId: ec2.id('sgr'), egress: false, protocol: '-1', source: { kind: 'group', groupId, userId: region.place.account } };
  region.groups.set(groupId, { groupId, vpcId: vpc.vpcId, groupName: 'default', description: 'default VPC security group', rules: [among, ...allowAllOut(ec2, vpc)] });
}

function deleteGroup(region: Region, { GroupId, GroupName }: DeleteSecurityGroupRequest): object {
  const group = GroupId === undefined ? findByName(region, need(GroupName, 'groupName')) : find(kinds.group, region.groups, GroupId);
  const { groupId, groupName } = group;
  if (groupName === 'default') throw new AwsError('CannotDelete', `the specified group: "${groupId}" name: "default" cannot be deleted by a user`);
  if (isUsed(region, groupId)) throw new AwsError('DependencyViolation', `resource ${groupId} has a dependent object`);
  region.groups.delete(groupId);
  for (const id of [groupId, ...group.rules.map((rule) => rule.ruleId)]) region.tags.delete(id);
  return { Return: true, GroupId: groupId };
}

/** True while another group's rule or a network interface (a load balancer's too) refers to the group. */
function isUsed({ groups, interfaces }: Region, groupId: string): boolean {
  const named = groups.values().some((group) => group.groupId !== groupId && group.rules.some(({ source }) => source.kind === 'group' && source.groupId === groupId));
  return named || interfaces.values().some((one) => one.groups.includes(groupId));
}
