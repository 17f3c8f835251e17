import { applyHandovers, applyWhenActive, removeLeftover } from '../apply/apply-change';
import type { ApplyContext } from '../apply/apply-context';
import { NotReadyError } from '../contract/errors';
import type { CollectGarbageInput } from '../contract/steps';
import type { ClusterClient } from '../kubernetes/cluster-client';
import { openCluster, parseServiceKey, readService } from '../observe/cluster-access';
import type { LedgerItem } from '../contract/items';
import { familyOf, markOf } from '../model/members';
import type { ResourceId } from '../model/model';
import type { Leftover } from '../plan/change';
import { garbageOf } from '../plan/make-plan';
import { leaveBackendGroup } from '../targets/ensure-backend-group';
import { keyLedger, writeHostname } from './create-load-balancer';
import { loadNotes, loadPlan } from './plan-record';
import type { PassDeps } from './service-pass';

/** The one load balancer of a model. */
const BALANCER = 'load-balancer/LoadBalancer';
/** A degraded key is looked at again after this; healthy ones by events and resync. */
const DEGRADED_AGAIN_MS = 2 * 60_000;

/**
 * The end of a pass that went well: deletes what a successor has replaced, if that is healthy or nobody misses the old, does what AWS takes only now, and notes what
 * the pass was made from, so that an event which changes nothing ends without a call.
 */
export async function collectGarbage(deps: Omit<PassDeps, 'tagging'>, input: CollectGarbageInput): Promise<{ deleted: number }> {
  const { store, now, factor } = deps;
  const { phase } = await store.leases.check(input);
  const healthy = input.health === 'healthy';
  const deleted = input.plan.outcome === 'apply' ? await collect(deps, input) : 0;
  const notes = await loadNotes(store, input.key, input.plan.planId);
  // Also where nothing was left to do: a pass that did it may have died before it came here.
  if (phase !== 'Healthy' && notes?.needsBackendGroup === false) await leave(deps, input.key);
  await store.leases.update(input, {
    phase: healthy ? 'Healthy' : 'Degraded',
    healthyBy: null,
    nextAttemptAt: healthy ? null : now() + DEGRADED_AGAIN_MS * factor,
    ...(notes ? { inputsHash: notes.inputsHash, driftCheckedAt: notes.observedAt } : {}),
  });
  return { deleted };
}

/** A model that no longer needs the shared backend group lets go of it, now that nothing of it refers to the group. */
async function leave({ store, clusterClient, now }: Omit<PassDeps, 'tagging'>, key: string): Promise<void> {
  const { cluster } = await openCluster({ clusters: store.clusters, clusterClient }, parseServiceKey(key).cluster);
  await leaveBackendGroup({ cluster, userKey: key, now: now() }, { store });
}

async function collect(deps: Omit<PassDeps, 'tagging'>, input: CollectGarbageInput): Promise<number> {
  const { cluster, client } = await openCluster({ clusters: deps.store.clusters, clusterClient: deps.clusterClient }, parseServiceKey(input.key).cluster);
  const plan = await loadPlan(deps.store, input.key, input.plan.planId);
  const ledger = keyLedger(deps, input);
  const physicalIds = new Map([...latestMembers(await ledger.list()), ...Object.entries(plan.kept)]);
  const context = { elbv2: deps.elbv2, ec2: deps.ec2, cluster: client, ledger, vpcId: cluster.vpcId, physicalIds, now: deps.now, loadBalancerCreated: async () => undefined };
  const healthy = input.health === 'healthy';
  await applyWhenActive(context, plan.changes).catch((error: unknown) => {
    // A load balancer that is still not active is degraded already; the next pass compares again.
    if (healthy || !(error instanceof NotReadyError)) throw error;
  });
  const leftovers = garbageOf(plan);
  if (!healthy && (await stillServe(context, leftovers))) return 0;
  await applyHandovers(context, plan.changes);
  if (leftovers.some(({ type }) => type === 'load-balancer')) await tellSuccessor(deps, { input, client, arn: physicalIds.get(BALANCER) });
  for (const leftover of leftovers) await removeLeftover(context, leftover);
  return leftovers.length;
}

interface Successor {
  readonly input: CollectGarbageInput;
  readonly client: ClusterClient;
  /** Of the load balancer that takes over; absent where a load balancer goes without one. */
  readonly arn: string | undefined;
}

/** Until now the hostname of the old load balancer stood in the status, since that one served. */
async function tellSuccessor({ store, elbv2 }: Omit<PassDeps, 'tagging'>, { input, client, arn }: Successor): Promise<void> {
  const [found] = arn === undefined ? [] : await elbv2.describeLoadBalancers({ arns: [arn] });
  if (!found?.DNSName) return;
  await store.leases.update(input, { arn: found.LoadBalancerArn, hostname: found.DNSName.toLowerCase() });
  const service = await readService(client, parseServiceKey(input.key));
  if (service && !service.metadata.deletionTimestamp) await writeHostname(client, service, found.DNSName);
}

/** Whether a target of what is to go is healthy: without an endpoint, or behind a listener that has moved on, nothing is lost with it. */
async function stillServe({ elbv2 }: Pick<ApplyContext, 'elbv2'>, leftovers: readonly Leftover[]): Promise<boolean> {
  for (const { type, physicalId } of leftovers) {
    const behind = type === 'load-balancer' ? (await elbv2.describeTargetGroups({ loadBalancerArn: physicalId })).map(({ TargetGroupArn }) => TargetGroupArn) : [];
    for (const arn of type === 'target-group' ? [physicalId] : behind) {
      const targets = (await elbv2.describeTargetHealth(arn)) ?? [];
      if (targets.some(({ TargetHealth }) => TargetHealth.State === 'healthy')) return true;
    }
  }
  return false;
}

/** The physical id behind each family: of several generations the latest. */
function latestMembers(ledger: readonly LedgerItem[]): Map<string, string> {
  const generation = (id: string) => Number(markOf(id).slice(1) || 0);
  const items = ledger.toSorted((a, b) => generation(a.id) - generation(b.id));
  return new Map(items.flatMap(({ id, physicalId }) => (physicalId === undefined ? [] : [[familyOf(id as ResourceId), physicalId]])));
}
