import { EventualError } from '../contract/errors';
import type { ClusterItem } from '../contract/items';
import type { Key } from '../contract/keys';
import { findBackendGroup } from './ensure-backend-group';
import type { PassResult, TargetPass } from './run-target-key';
import type { TargetLaneDeps } from './target-lane';
import { wakeLabelledGroups, wakeStrayGroups } from './wake-stray-groups';

const STRAYS_MS = 50 * 60_000;
const UNUSED_FOR_MS = 20_000; // shorter than the next look, which so asks AWS in any case
const LOOK_AGAIN_MS = 30_000; // interfaces of a deleted load balancer linger for a minute or more

/**
 * One pass over a shared backend group: it is deleted when no load balancer uses it, no interface carries it and no rule refers to it. Marked as going before the users are counted once more, so
 * that a user who comes now sees it; the group is asked for first, so that no deletion is tried in vain.
 */
export async function syncBackendGroup(key: Extract<Key, { kind: 'backend' }>, pass: TargetPass, deps: TargetLaneDeps): Promise<PassResult> {
  const cluster = await deps.store.clusters.get(key.cluster);
  const users = await deps.store.contributions.listUsers(pass.holder.key);
  if (cluster?.mode !== 'own' && cluster?.mode !== 'forgotten') return { patch: {}, done: { outcome: 'not ours' } };
  if (users.length > 0) return inUse({ cluster, users, pass }, deps);
  await deps.store.leases.update(pass.holder, { phase: 'Deleting' });
  const late = await deps.store.contributions.listUsers(pass.holder.key);
  if (late.length > 0) return inUse({ cluster, users: late, pass }, deps);
  const groupId = pass.state.arn ?? (await findBackendGroup(cluster, deps));
  const waitsFor = groupId === undefined ? undefined : await deleteUnlessUsed({ groupId, cluster, pass }, deps);
  if (waitsFor !== undefined) return { patch: { phase: 'Waiting', nextAttemptAt: deps.now() + LOOK_AGAIN_MS * deps.factor }, done: { outcome: 'waits', waitsFor } };
  return { patch: { phase: 'Deleted', arn: null, nextAttemptAt: null }, done: { outcome: 'deleted', groupId } };
}

/**
 * While the group is used, its quiet looks find what was left behind on groups of former nodes; the first one is nothing but the start of the hour. Where the pass before broke off in
 * its deletion, or somebody deleted it by hand, its id is forgotten: its users find the group by its tags, or make it anew.
 */
async function inUse({ cluster, users, pass }: { cluster: ClusterItem; users: readonly string[]; pass: TargetPass }, deps: TargetLaneDeps): Promise<PassResult> {
  const at = pass.state.driftCheckedAt;
  const due = at !== undefined && cluster.lastResyncAt !== undefined && deps.now() - at > STRAYS_MS * deps.factor;
  const isDoubtful = pass.state.phase === 'Deleting' || (due && (await findBackendGroup(cluster, deps)) === undefined);
  if (isDoubtful) return { patch: { phase: 'Deleted', arn: null, nextAttemptAt: null }, done: { outcome: 'to be looked up by its users', users: users.length } };
  const strays = due ? await wakeStrayGroups(cluster, deps) : 0;
  return { patch: { phase: 'Healthy', nextAttemptAt: null, driftCheckedAt: due || at === undefined ? deps.now() : at }, done: { outcome: 'in use', users: users.length, strays } };
}

/** What still uses the group, in words; undefined once it is deleted. A group of the settings was never made here and has no state. */
async function deleteUnlessUsed({ groupId, cluster, pass }: { groupId: string; cluster: ClusterItem; pass: TargetPass }, deps: TargetLaneDeps): Promise<string | undefined> {
  const use = (await isKnownUnused(pass.holder.key, deps)) ? undefined : await findUse({ groupId, cluster, pass }, deps);
  if (use !== undefined) return use;
  await pass.guard();
  try {
    await deps.ec2.deleteSecurityGroup(groupId);
    return undefined;
  } catch (error) {
    if (error instanceof EventualError) return 'a dependency that AWS does not name';
    throw error;
  }
}

/** Whether its last user has just waited for everything that could use it: interfaces, and the rules of bindings. Where somebody else's rule names it AWS refuses, and the next look asks who. */
async function isKnownUnused(key: string, { store, now, factor }: TargetLaneDeps): Promise<boolean> {
  const seenAt = await store.contributions.unusedAt(key);
  return seenAt !== undefined && now() - seenAt < UNUSED_FOR_MS * factor;
}

/**
 * Rules that are still there at the second look may be what another controller made for a binding that went before we ever answered for it: no binding wakes their groups,
 * so this does.
 */
async function findUse({ groupId, cluster, pass }: { groupId: string; cluster: ClusterItem; pass: TargetPass }, deps: TargetLaneDeps): Promise<string | undefined> {
  const referring = await deps.ec2.describeSecurityGroups({ 'vpc-id': [cluster.vpcId], 'ip-permission.group-id': [groupId] });
  if (referring.some(({ GroupId }) => GroupId !== groupId)) {
    if (pass.state.phase === 'Waiting') await wakeLabelledGroups(referring, deps);
    return `rules of ${referring.map(({ GroupId }) => GroupId).join(', ')}`;
  }
  const interfaces = await deps.ec2.describeNetworkInterfaces({ 'group-id': [groupId] });
  return interfaces.length > 0 ? `${interfaces.length} network interfaces` : undefined;
}
