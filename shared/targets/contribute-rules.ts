import { VERSION } from '../contract/events';
import type { ClusterItem, ContributedRule } from '../contract/items';
import { formatKey } from '../contract/keys';
import type { TargetMemory } from '../contract/target-memory';
import type { Holder } from '../store/store';
import { digest } from './digest';
import { saveMemory } from './target-memory';
import type { TargetLaneDeps } from './target-lane';
import { wakeTargets } from './wake-targets';

/** What one binding needs now on each security group of its targets. */
export interface Contribute {
  readonly holder: Holder;
  readonly cluster: ClusterItem;
  /** `namespace/name` of the binding. */
  readonly binding: string;
  readonly rules: ReadonlyMap<string, readonly ContributedRule[]>;
  readonly memory: TargetMemory;
}

/**
 * Writes what a binding needs on node and pod groups, takes back what it no longer needs, and wakes the groups concerned. The memory names a group before
 * anything is written under its key, so that a crash leaves no contribution that nobody knows of; and says that it no longer knows one before that is
 * taken back, so that a binding which is made again writes it again. Answers the new memory.
 */
export async function contributeRules(deps: TargetLaneDeps, input: Contribute): Promise<TargetMemory> {
  const { holder, cluster, rules } = input;
  const separate = cluster.settings.disableRestrictedSecurityGroupRules;
  const wanted = new Map([...rules].map(([groupId, list]) => [groupId, digest({ list, separate })]));
  const changed = [...wanted].filter(([groupId, text]) => input.memory.contributions[groupId]?.digest !== text).map(([groupId]) => groupId);
  const left = Object.keys(input.memory.contributions).filter((groupId) => !wanted.has(groupId));
  if (changed.length === 0 && left.length === 0) return input.memory;

  const contributions = { ...input.memory.contributions };
  for (const groupId of [...changed, ...left]) contributions[groupId] = { digest: '', gen: 0 };
  if (left.length > 0 || changed.some((groupId) => !(groupId in input.memory.contributions))) await saveMemory(deps.store, holder, { ...input.memory, contributions });
  for (const groupId of changed) {
    const sgKey = formatKey({ kind: 'sg', groupId });
    await deps.store.leases.check(holder);
    await deps.store.contributions.put(sgKey, { v: VERSION, cluster: cluster.id, binding: input.binding, rules: [...(rules.get(groupId) ?? [])], separate, at: deps.now() });
    contributions[groupId] = { digest: wanted.get(groupId) ?? '', gen: await wakeTargets(deps, sgKey) };
  }
  for (const groupId of left) {
    const sgKey = formatKey({ kind: 'sg', groupId });
    await deps.store.contributions.remove(sgKey, cluster.id, input.binding);
    await wakeTargets(deps, sgKey);
    delete contributions[groupId];
  }
  return { ...input.memory, contributions };
}
