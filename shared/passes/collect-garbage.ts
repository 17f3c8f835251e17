import { applyWhenActive, removeLeftover } from '../apply/apply-change';
import type { CollectGarbageInput } from '../contract/steps';
import { openCluster, parseServiceKey } from '../observe/cluster-access';
import type { LedgerItem } from '../contract/items';
import { familyOf, markOf } from '../model/members';
import type { ResourceId } from '../model/model';
import { garbageOf } from '../plan/make-plan';
import { keyLedger } from './create-load-balancer';
import { loadNotes, loadPlan } from './plan-record';
import type { PassDeps } from './service-pass';

/** A degraded key is looked at again after this; healthy ones by events and resync. */
const DEGRADED_AGAIN_MS = 2 * 60_000;

/**
 * The end of a pass that went well: deletes what a successor has replaced, if that is healthy, does what AWS takes only now, and notes what the pass was made from,
 * so that an event which changes nothing ends without a call.
 */
export async function collectGarbage(deps: Omit<PassDeps, 'tagging'>, input: CollectGarbageInput): Promise<{ deleted: number }> {
  const { store, now, factor } = deps;
  await store.leases.check(input);
  const healthy = input.health === 'healthy';
  const deleted = input.plan.outcome === 'apply' && healthy ? await collect(deps, input) : 0;
  const notes = await loadNotes(store, input.key, input.plan.planId);
  await store.leases.update(input, {
    phase: healthy ? 'Healthy' : 'Degraded',
    healthyBy: null,
    nextAttemptAt: healthy ? null : now() + DEGRADED_AGAIN_MS * factor,
    ...(notes ? { inputsHash: notes.inputsHash, driftCheckedAt: notes.observedAt } : {}),
  });
  return { deleted };
}

async function collect(deps: Omit<PassDeps, 'tagging'>, input: CollectGarbageInput): Promise<number> {
  const { cluster, client } = await openCluster({ clusters: deps.store.clusters, clusterClient: deps.clusterClient }, parseServiceKey(input.key).cluster);
  const plan = await loadPlan(deps.store, input.key, input.plan.planId);
  const ledger = keyLedger(deps, input);
  const physicalIds = new Map([...latestMembers(await ledger.list()), ...Object.entries(plan.kept)]);
  const context = { elbv2: deps.elbv2, ec2: deps.ec2, cluster: client, ledger, vpcId: cluster.vpcId, physicalIds, now: deps.now, loadBalancerCreated: async () => undefined };
  await applyWhenActive(context, plan.changes);
  const leftovers = garbageOf(plan);
  for (const leftover of leftovers) await removeLeftover(context, leftover);
  return leftovers.length;
}

/** The physical id behind each family: of several generations the latest. */
function latestMembers(ledger: readonly LedgerItem[]): Map<string, string> {
  const generation = (id: string) => Number(markOf(id).slice(1) || 0);
  const items = ledger.toSorted((a, b) => generation(a.id) - generation(b.id));
  return new Map(items.flatMap(({ id, physicalId }) => (physicalId === undefined ? [] : [[familyOf(id as ResourceId), physicalId]])));
}
