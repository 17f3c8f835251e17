import type {
  AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult, DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult,
  IpPermission, ModifySecurityGroupRulesRequest, RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult, RevokedSecurityGroupRule, SecurityGroupRule, SecurityGroupRuleRequest,
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
} from '@aws-sdk/client-ec2';
import { AwsError, type Operations } from '../operation';
import { need, operation } from './ec2-operation';
import { checkId, find, kinds, notFound } from './ids';
import { list, type Listing } from './listing';
import { describeRule, explodePermissions, quotaUse, ruleIdentity, type Rule } from './permissions';
import type { GroupRecord, RuleRecord } from './records';
import { tagsOf, type Ec2, type Region } from './state';
import { takeTags } from './tags';

const simple = ['GroupId', 'IpPermissions', 'CidrIp', 'FromPort', 'ToPort', 'IpProtocol'] as const;

/** Authorize, Revoke, Modify and Describe of security group rules, both directions. Each call takes effect whole or not at all. */
export function ruleOperations(ec2: Ec2): Operations {
  const authorize = (egress: boolean) =>
    operation<AuthorizeSecurityGroupIngressRequest & AuthorizeSecurityGroupEgressRequest>([...simple, 'TagSpecifications'], (input, call) => authorizeRules(ec2, ec2.open(call), { input, egress }));
  const revoke = (egress: boolean) => operation<RevokeSecurityGroupIngressRequest>([...simple, 'SecurityGroupRuleIds'], (input, call) => revokeRules(ec2.open(call), { input, egress }));
  const redescribe = (egress: boolean) =>
    operation<UpdateSecurityGroupRuleDescriptionsIngressRequest>(['GroupId', 'IpPermissions', 'SecurityGroupRuleDescriptions'], (input, call) => updateDescriptions(ec2.open(call), { input, egress }));
  return {
    AuthorizeSecurityGroupIngress: authorize(false),
    AuthorizeSecurityGroupEgress: authorize(true),
    RevokeSecurityGroupIngress: revoke(false),
    RevokeSecurityGroupEgress: revoke(true),
    UpdateSecurityGroupRuleDescriptionsIngress: redescribe(false),
    UpdateSecurityGroupRuleDescriptionsEgress: redescribe(true),
    ModifySecurityGroupRules: operation<ModifySecurityGroupRulesRequest>(['GroupId', 'SecurityGroupRules'], (input, call) => modifyRules(ec2, ec2.open(call), input)),
    DescribeSecurityGroupRules: operation<DescribeSecurityGroupRulesRequest>(['SecurityGroupRuleIds', 'Filters', 'MaxResults', 'NextToken'], (input, call) => describeRules(ec2.open(call), input)),
  };
}

/** A single permission may be spelled flat, without the list. */
function permissionsOf({ IpPermissions, IpProtocol, FromPort, ToPort, CidrIp }: AuthorizeSecurityGroupIngressRequest): IpPermission[] {
  if (IpProtocol === undefined && CidrIp === undefined) return IpPermissions ?? [];
  return [...(IpPermissions ?? []), { IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] }];
}

function authorizeRules(ec2: Ec2, region: Region, { input, egress }: { input: AuthorizeSecurityGroupIngressRequest; egress: boolean }): AuthorizeSecurityGroupIngressResult {
  const group = find(kinds.group, region.groups, need(input.GroupId, 'groupId'));
  const permissions = permissionsOf(input);
  if (permissions.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter ipPermissions');
  const added = explodePermissions(permissions, region.place.account).map((rule): RuleRecord => ({ ...rule, ruleId: ec2.id('sgr'), egress }));
  for (const rule of added) checkSource(region, group, rule);
  const tags = takeTags(input.TagSpecifications, kinds.rule, ec2.quotas);
  storeRules(ec2, region, { ...group, rules: [...group.rules, ...added] });
  for (const rule of added) region.tags.set(rule.ruleId, tags);
  return { Return: true, SecurityGroupRules: added.map((rule) => showRule(region, group.groupId, rule)) };
}

/** Stores a group's rules. Throws `InvalidPermission.Duplicate` for two equal ones and `RulesPerSecurityGroupLimitExceeded`. */
function storeRules(ec2: Ec2, region: Region, group: GroupRecord): void {
  for (const egress of [false, true]) {
    const rules = group.rules.filter((rule) => rule.egress === egress);
    refuseDuplicates(rules);
    const { ipv4, ipv6 } = quotaUse(rules, (prefixListId) => sizeOf(region, prefixListId));
    if (Math.max(ipv4, ipv6) > ec2.quotas.rulesPerSecurityGroup) {
      throw new AwsError('RulesPerSecurityGroupLimitExceeded', 'The maximum number of rules per security group has been reached.');
    }
  }
  region.groups.set(group.groupId, group);
}

function refuseDuplicates(rules: readonly Rule[]): void {
  const seen = new Set<string>();
  for (const rule of rules) {
    const identity = ruleIdentity(rule);
    if (seen.has(identity)) throw new AwsError('InvalidPermission.Duplicate', `the specified rule "${describeRule(rule)}" already exists`);
    seen.add(identity);
  }
}

function sizeOf(region: Region, prefixListId: string): { ipv4: number; ipv6: number } {
  const list = region.prefixLists.get(prefixListId);
  const size = list?.maxEntries ?? 1;
  return list?.addressFamily === 'IPv6' ? { ipv4: 0, ipv6: size } : { ipv4: size, ipv6: 0 };
}

/** A group or prefix list that a rule names must exist, a group of this account in the same VPC. */
function checkSource(region: Region, group: GroupRecord, { source }: Rule): void {
  if (source.kind === 'prefixList') find(kinds.prefixList, region.prefixLists, source.prefixListId);
  if (source.kind !== 'group' || source.userId !== region.place.account) return;
  const named = find(kinds.group, region.groups, source.groupId);
  if (named.vpcId !== group.vpcId) throw new AwsError(kinds.group.notFound, 'You have specified two resources that belong to different networks.');
}

function revokeRules(region: Region, { input, egress }: { input: RevokeSecurityGroupIngressRequest; egress: boolean }): RevokeSecurityGroupIngressResult {
  const group = find(kinds.group, region.groups, need(input.GroupId, 'groupId'));
  const permissions = permissionsOf(input);
  const ids = input.SecurityGroupRuleIds ?? [];
  if (permissions.length + ids.length === 0) throw new AwsError('MissingParameter', "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.");
  const own = group.rules.filter((rule) => rule.egress === egress);
  const revoked = new Set([...pickRules(own, permissions, region.place.account), ...pickById(own, ids)]);
  region.groups.set(group.groupId, { ...group, rules: group.rules.filter((rule) => !revoked.has(rule)) });
  for (const rule of revoked) region.tags.delete(rule.ruleId);
  return { Return: true, RevokedSecurityGroupRules: [...revoked].map((rule) => showRevoked(group.groupId, rule)) };
}

/** The rules that these permissions name, descriptions apart. In a VPC one that is not there fails the whole call. */
function pickRules(rules: readonly RuleRecord[], permissions: readonly IpPermission[], account: string): RuleRecord[] {
  return explodePermissions(permissions, account).map((wanted) => {
    const found = rules.find((rule) => ruleIdentity(rule) === ruleIdentity(wanted));
    if (found === undefined) throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
    return found;
  });
}

function pickById(rules: readonly RuleRecord[], ids: readonly string[]): RuleRecord[] {
  return ids.map((id) => {
    checkId(kinds.rule, id);
    const found = rules.find((rule) => rule.ruleId === id);
    if (found === undefined) throw notFound(kinds.rule, [id]);
    return found;
  });
}

function updateDescriptions(region: Region, { input, egress }: { input: UpdateSecurityGroupRuleDescriptionsIngressRequest; egress: boolean }): { Return: boolean } {
  const group = find(kinds.group, region.groups, need(input.GroupId, 'groupId'));
  const own = group.rules.filter((rule) => rule.egress === egress);
  const wanted = explodePermissions(input.IpPermissions ?? [], region.place.account);
  const texts = new Map(pickRules(own, input.IpPermissions ?? [], region.place.account).map((rule, index) => [rule.ruleId, wanted[index]?.description]));
  for (const { SecurityGroupRuleId, Description } of input.SecurityGroupRuleDescriptions ?? []) {
    const [rule] = pickById(own, [need(SecurityGroupRuleId, 'securityGroupRuleId')]);
    if (rule !== undefined) texts.set(rule.ruleId, Description);
  }
  region.groups.set(group.groupId, { ...group, rules: group.rules.map((rule) => (texts.has(rule.ruleId) ? withDescription(rule, texts.get(rule.ruleId)) : rule)) });
  return { Return: true };
}

function withDescription(rule: RuleRecord, text: string | undefined): RuleRecord {
  if (text !== undefined && text !== '') return { ...rule, description: text };
  const { description, ...rest } = rule;
  return description === undefined ? rule : rest;
}

function modifyRules(ec2: Ec2, region: Region, input: ModifySecurityGroupRulesRequest): { Return: boolean } {
  const group = find(kinds.group, region.groups, need(input.GroupId, 'groupId'));
  const changed = new Map(
    (input.SecurityGroupRules ?? []).map(({ SecurityGroupRuleId, SecurityGroupRule: request }) => {
      const [rule] = pickById(group.rules, [need(SecurityGroupRuleId, 'securityGroupRuleId')]);
      return [rule, explodePermissions([permissionOf(need(request, 'securityGroupRule'))], region.place.account)[0]];
    }),
  );
  for (const rule of changed.values()) if (rule !== undefined) checkSource(region, group, rule);
  const rules = group.rules.map((rule): RuleRecord => ({ ...(changed.get(rule) ?? rule), ruleId: rule.ruleId, egress: rule.egress }));
  storeRules(ec2, region, { ...group, rules });
  return { Return: true };
}

function permissionOf({ IpProtocol, FromPort, ToPort, Description, CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId }: SecurityGroupRuleRequest): IpPermission {
  return {
    IpProtocol,
    FromPort,
    ToPort,
    IpRanges: CidrIpv4 === undefined ? [] : [{ CidrIp: CidrIpv4, Description }],
    Ipv6Ranges: CidrIpv6 === undefined ? [] : [{ CidrIpv6, Description }],
    PrefixListIds: PrefixListId === undefined ? [] : [{ PrefixListId, Description }],
    UserIdGroupPairs: ReferencedGroupId === undefined ? [] : [{ GroupId: ReferencedGroupId, Description }],
  };
}

const ruleListing: Listing<SecurityGroupRule> = {
  key: (rule) => rule.SecurityGroupRuleId,
  tags: (rule) => rule.Tags,
  fields: { 'group-id': (rule) => rule.GroupId, 'security-group-rule-id': (rule) => rule.SecurityGroupRuleId },
};

function describeRules(region: Region, input: DescribeSecurityGroupRulesRequest): DescribeSecurityGroupRulesResult {
  const all = region.groups.values().flatMap((group) => group.rules.map((rule) => ({ group, rule })));
  const ids = input.SecurityGroupRuleIds ?? [];
  pickById(all.map(({ rule }) => rule), ids);
  const asked = all.filter(({ rule }) => ids.length === 0 || ids.includes(rule.ruleId));
  const { items, ...rest } = list(asked.map(({ group, rule }) => showRule(region, group.groupId, rule)), input, ruleListing);
  return { SecurityGroupRules: items, ...rest };
}

function showRule(region: Region, groupId: string, rule: RuleRecord): SecurityGroupRule {
  const { source } = rule;
  return {
    ...showTraffic(groupId, rule),
    GroupOwnerId: region.place.account,
    SecurityGroupRuleArn: `arn:aws:ec2:${region.place.region}:${region.place.account}:security-group-rule/${rule.ruleId}`,
    Tags: tagsOf(region, rule.ruleId),
    ...(source.kind === 'group' ? { ReferencedGroupInfo: { GroupId: source.groupId, UserId: source.userId } } : {}),
  };
}

function showRevoked(groupId: string, rule: RuleRecord): RevokedSecurityGroupRule {
  return { ...showTraffic(groupId, rule), ...(rule.source.kind === 'group' ? { ReferencedGroupId: rule.source.groupId } : {}) };
}

/** Protocols without ports show -1 here, unlike in DescribeSecurityGroups. */
function showTraffic(groupId: string, { ruleId, egress, protocol, fromPort, toPort, source, description }: RuleRecord): SecurityGroupRule & RevokedSecurityGroupRule {
  return {
    SecurityGroupRuleId: ruleId,
    GroupId: groupId,
    IsEgress: egress,
    IpProtocol: protocol,
    FromPort: fromPort ?? -1,
    ToPort: toPort ?? -1,
    ...(source.kind === 'ipv4' ? { CidrIpv4: source.cidr } : {}),
    ...(source.kind === 'ipv6' ? { CidrIpv6: source.cidr } : {}),
    ...(source.kind === 'prefixList' ? { PrefixListId: source.prefixListId } : {}),
    ...(description === undefined ? {} : { Description: description }),
  };
}
