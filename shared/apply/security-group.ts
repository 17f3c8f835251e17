import type { IpPermission } from '../aws/ec2';
import { awsCode } from '../aws/errors';
import { ConflictError, UserConfigError } from '../contract/errors';
import type { IngressPermission, SecurityGroupSpec } from '../model/model';
import type { Creation, Difference } from '../plan/change';
import { type ApplyContext, compact, hasSameIdentity, resolveToken } from './apply-context';

/** Makes the group, or finds the one that an earlier attempt made. Answers its id. `UserConfig` where the name is somebody else's. */
export async function createSecurityGroup(context: ApplyContext, { tags }: Creation, spec: SecurityGroupSpec): Promise<string> {
  try {
    return await context.ec2.createSecurityGroup({ name: spec.groupName, description: spec.description, vpcId: context.vpcId, tags });
  } catch (error) {
    if (awsCode(error) !== 'InvalidGroup.Duplicate') throw error;
    const [found] = await context.ec2.describeSecurityGroups({ 'vpc-id': [context.vpcId], 'group-name': [spec.groupName] });
    const foundTags = Object.fromEntries((found?.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
    if (found && hasSameIdentity(foundTags, tags)) return found.GroupId;
    throw nameTaken(`security group ${spec.groupName} in ${context.vpcId}`, found?.GroupId, error);
  }
}

/** Brings tags and inbound rules of the group to the plan: what is added comes before what goes, where both fit. */
export async function updateSecurityGroup(context: ApplyContext, groupId: string, difference: Difference): Promise<void> {
  if (difference.kind === 'tags') {
    if (Object.keys(difference.set).length > 0) await context.ec2.createTags([groupId], difference.set);
    if (difference.remove.length > 0) await context.ec2.deleteTags([groupId], difference.remove);
  }
  if (difference.kind === 'ingress') await updateRules(context, groupId, difference);
}

/** Old and new rules together may be more than a group can hold, though the new ones alone are not: then the old ones go first. */
async function updateRules(context: ApplyContext, groupId: string, { authorize, revoke }: Extract<Difference, { kind: 'ingress' }>): Promise<void> {
  const revokeRules = async () => void (revoke.length > 0 && (await context.ec2.revokeIngress(groupId, { permissions: permissions(context, revoke) })));
  try {
    await authorizeMissing(context, groupId, authorize);
  } catch (error) {
    if (awsCode(error) !== 'RulesPerSecurityGroupLimitExceeded' || revoke.length === 0) throw error;
    await revokeRules();
    return authorizeMissing(context, groupId, authorize);
  }
  return revokeRules();
}

/** AWS refuses a whole call when one of its rules exists; then each is tried alone. */
async function authorizeMissing(context: ApplyContext, groupId: string, wanted: readonly IngressPermission[]): Promise<void> {
  const all = permissions(context, wanted);
  if (all.length === 0) return;
  try {
    await context.ec2.authorizeIngress(groupId, all);
  } catch (error) {
    if (awsCode(error) !== 'InvalidPermission.Duplicate') throw error;
    if (all.length > 1) for (const one of all) await context.ec2.authorizeIngress(groupId, [one]).catch(ignoreDuplicate);
  }
}

function ignoreDuplicate(error: unknown): void {
  if (awsCode(error) !== 'InvalidPermission.Duplicate') throw error;
}

/** Rules as EC2 takes them, one source each, equal ones once. */
function permissions(context: ApplyContext, rules: readonly IngressPermission[]): IpPermission[] {
  const exploded = rules.flatMap(({ ipProtocol, fromPort, toPort, ipRanges = [], ipv6Ranges = [], prefixLists = [], userIDGroupPairs = [] }) => {
    const ports = compact({ IpProtocol: ipProtocol, FromPort: fromPort, ToPort: toPort });
    const described = (description: string | undefined) => (description ? { Description: description } : {});
    return [
      ...ipRanges.map(({ cidrIP, description }) => ({ ...ports, IpRanges: [{ CidrIp: cidrIP, ...described(description) }] })),
      ...ipv6Ranges.map(({ cidrIPv6, description }) => ({ ...ports, Ipv6Ranges: [{ CidrIpv6: cidrIPv6, ...described(description) }] })),
      ...prefixLists.map(({ listID, description }) => ({ ...ports, PrefixListIds: [{ PrefixListId: listID, ...described(description) }] })),
      ...userIDGroupPairs.map(({ groupID, description }) => ({ ...ports, UserIdGroupPairs: [{ GroupId: resolveToken(context, groupID), ...described(description) }] })),
    ];
  });
  return [...new Map(exploded.map((rule) => [JSON.stringify(rule), rule])).values()];
}

/** The error for a name that somebody else uses. */
export function nameTaken(what: string, found: string | undefined, cause: unknown): UserConfigError | ConflictError {
  if (found === undefined) return new ConflictError(`AWS says that ${what} exists already, but does not show it yet; it is looked at again`, { cause });
  return new UserConfigError(
    `Expected the name of ${what} to be free or ours, found ${found} without the tags of this object. Nothing of it was changed. Delete or rename it, or give this load balancer another name.`,
    { cause, details: { code: 'NameTaken' } },
  );
}
