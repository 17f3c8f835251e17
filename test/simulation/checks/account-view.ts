import { defaultIds } from '../../../infra/local/aws/default-environment';
import type { GroupRecord, RuleRecord } from '../../../infra/local/aws/ec2/records';
import type { TargetRecord } from '../../../infra/local/aws/elbv2/state';
import type { World } from '../world/open-world';

/** Something in AWS that carries our cluster's tag. */
export interface OwnResource {
  readonly type: 'load-balancer' | 'target-group' | 'security-group';
  readonly physicalId: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

type ListedTags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];

const byKey = (tags: ListedTags) => Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
const isOurs = ({ tags }: { tags: Readonly<Record<string, string>> }) => tags['elbv2.k8s.aws/cluster'] === defaultIds.cluster;

/** What carries our cluster's tag, of the types that do. */
export function ownResources({ account, place }: World): OwnResource[] {
  const region = account.ec2.state.open(place);
  const found: OwnResource[] = [
    ...account.elbv2.state.loadBalancers.values().map(({ arn, name, tags }) => ({ type: 'load-balancer' as const, physicalId: arn, name, tags: byKey(tags) })),
    ...account.elbv2.state.targetGroups.values().map(({ arn, name, tags }) => ({ type: 'target-group' as const, physicalId: arn, name, tags: byKey(tags) })),
    ...region.groups.values().map(({ groupId, groupName }) => ({ type: 'security-group' as const, physicalId: groupId, name: groupName, tags: byKey(region.tags.get(groupId) ?? []) })),
  ];
  return found.filter(isOurs);
}

/** The inbound rules of a security group. */
export function inboundRules({ account, place }: World, groupId: string): RuleRecord[] {
  return groupOf({ account, place }, groupId)?.rules.filter(({ egress }) => !egress) ?? [];
}

/** A security group as it is kept. */
export function groupOf({ account, place }: Pick<World, 'account' | 'place'>, groupId: string): GroupRecord | undefined {
  return account.ec2.state.open(place).groups.get(groupId);
}

/** Registered targets that do not drain. */
export function standingTargets({ account }: World, targetGroupArn: string): TargetRecord[] {
  return account.elbv2.state.targets.values().filter((target) => target.targetGroupArn === targetGroupArn && target.goneAt === undefined);
}
