import type { Ec2, IpPermission, SecurityGroupRule } from '../aws/ec2';
import type { ContributedRule } from '../contract/items';
import { type ObservedRule, SHARED_LABEL } from '../desired/targets/plan-rules';

/** An inbound rule with its id. */
export interface KnownRule extends ObservedRule {
  readonly id: string;
}

/** The inbound rules of one group. */
export async function readRules(ec2: Pick<Ec2, 'describeSecurityGroupRules'>, groupId: string): Promise<KnownRule[]> {
  return (await readRulesOf(ec2, [groupId])).get(groupId) ?? [];
}

/** The inbound rules of some groups, by group; one read. */
export async function readRulesOf(ec2: Pick<Ec2, 'describeSecurityGroupRules'>, groupIds: readonly string[]): Promise<Map<string, KnownRule[]>> {
  const inbound = (await ec2.describeSecurityGroupRules(groupIds)).filter(({ IsEgress }) => !IsEgress);
  return new Map(groupIds.map((groupId) => [groupId, inbound.filter(({ GroupId }) => GroupId === groupId).flatMap(asKnownRule)]));
}

/** Rules as EC2 takes them, each with our label. */
export function asPermissions(rules: readonly ContributedRule[]): IpPermission[] {
  return rules.map(({ protocol, fromPort, toPort, source }) => ({ IpProtocol: protocol, FromPort: fromPort, ToPort: toPort, ...sourceOf(source) }));
}

function sourceOf(source: ContributedRule['source']): Pick<IpPermission, 'UserIdGroupPairs' | 'IpRanges' | 'Ipv6Ranges'> {
  if ('groupId' in source) return { UserIdGroupPairs: [{ GroupId: source.groupId, Description: SHARED_LABEL }] };
  if (source.cidr.includes(':')) return { Ipv6Ranges: [{ CidrIpv6: source.cidr, Description: SHARED_LABEL }] };
  return { IpRanges: [{ CidrIp: source.cidr, Description: SHARED_LABEL }] };
}

/** EC2 says -1 where a rule has no ports. */
function asKnownRule(rule: SecurityGroupRule): KnownRule[] {
  const { SecurityGroupRuleId: id, IpProtocol: protocol = '-1', FromPort, ToPort, Description, CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo } = rule;
  const cidr = CidrIpv4 ?? CidrIpv6;
  const source = cidr !== undefined ? { cidr } : PrefixListId !== undefined ? { prefixListId: PrefixListId } : ReferencedGroupInfo?.GroupId !== undefined ? { groupId: ReferencedGroupInfo.GroupId } : undefined;
  if (source === undefined) return [];
  return [{
    id,
    protocol,
    source,
    ...(FromPort === undefined || (protocol === '-1' && FromPort === -1) ? {} : { fromPort: FromPort }),
    ...(ToPort === undefined || (protocol === '-1' && ToPort === -1) ? {} : { toPort: ToPort }),
    ...(Description === undefined ? {} : { description: Description }),
  }];
}
