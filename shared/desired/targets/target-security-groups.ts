import type { TargetInterface } from './target-interfaces';

/** How the one security group of an interface that gets our rules is chosen among several. */
export interface GroupChoice {
  /** The cluster's name, as in the tag `kubernetes.io/cluster/<name>`. */
  readonly clusterName: string;
  /** LBC's `serviceTargetEniSecurityGroupTags`. */
  readonly extraTags: Readonly<Record<string, string>>;
  /** Tags by group id. Needed only for interfaces that carry several groups. */
  readonly tagsOfGroup: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/**
 * The security group of an interface that gets our rules: its only one, or exactly one that carries the cluster's tag (any value) and the extra tags
 * (LBC's behaviour §3.6). Otherwise what is wrong, in words.
 */
export function groupOfInterface(target: TargetInterface, choice: GroupChoice): { groupId: string } | { fault: string } {
  const [only, second] = target.groupIds;
  if (only !== undefined && second === undefined) return { groupId: only };
  const tag = `kubernetes.io/cluster/${choice.clusterName}`;
  const matching = target.groupIds.filter((groupId) => {
    const tags = choice.tagsOfGroup.get(groupId) ?? {};
    return tag in tags && Object.entries(choice.extraTags).every(([key, value]) => tags[key] === value);
  });
  const [chosen, another] = matching;
  if (chosen !== undefined && another === undefined) return { groupId: chosen };
  const extra = Object.entries(choice.extraTags).map(([key, value]) => `${key}=${value}`);
  return { fault: `expected exactly one security group with the tags ${[tag, ...extra].join(', ')} on interface ${target.id}, found ${matching.sort().join(', ') || 'none'} among ${[...target.groupIds].sort().join(', ')}` };
}
