import { DirtyError, NotReadyError } from '../contract/errors';
import type { LedgerItem } from '../contract/items';
import { durationMs } from '../contract/settings';
import type { PlannedStepInput, WaitForHealthyOutput } from '../contract/steps';
import { openCluster, parseServiceKey } from '../observe/cluster-access';
import { garbageOf } from '../plan/make-plan';
import { loadPlan } from './plan-record';
import type { PassDeps } from './service-pass';
import { type Standing, targetsNotHealthy } from './target-health';
import { forgetTold, tellDegraded, type Waiting } from './tell-health';

type WaitDeps = Pick<PassDeps, 'store' | 'elbv2' | 'clusterClient' | 'now' | 'factor'>;

/**
 * Waits, by `NotReady` and the state's Retry, until the load balancer is active and its targets are healthy, up to the time `healthyBy`. Then, or at once
 * without any target, the answer is `degraded`: reported, never a failure. `Dirty` as soon as something newer is to be done.
 */
export async function waitForHealthy(deps: WaitDeps, input: PlannedStepInput): Promise<WaitForHealthyOutput> {
  const { store, now, factor } = deps;
  const state = await store.leases.check(input);
  if (state.gen > input.lease.runGen) throw new DirtyError(`${input.key} has changed meanwhile; it is planned anew`);
  if (input.plan.outcome === 'noop' && state.phase === 'Healthy') return { health: 'healthy' };
  const name = parseServiceKey(input.key);
  const { cluster, client } = await openCluster({ clusters: store.clusters, clusterClient: deps.clusterClient }, name.cluster);
  const { healthyWithin } = cluster.settings.stepbalancer;
  const healthyBy = state.healthyBy ?? now() + durationMs(healthyWithin) * factor;
  if (state.healthyBy === undefined) await store.leases.update(input, { healthyBy });

  // What was degraded before, and has not been touched since, is looked at and not waited for.
  const patient = now() < healthyBy && !(input.plan.outcome === 'noop' && state.phase === 'Degraded');
  const { ledger, succeeds } = await remaining(deps, input);
  const balancers = await loadBalancersNotActive(deps, ledger);
  const waiting = balancers.length > 0 ? balancers : await targetsNotHealthy(standing(ledger, 'target-group'), { elbv2: deps.elbv2, client, succeeds, patient });
  const hopeless = waiting.some(({ final }) => final !== undefined);
  if (waiting.length > 0 && !hopeless && patient) throw new NotReadyError(`${input.key}: ${waiting.map(({ what }) => what).join('; ')}`);
  const telling = { store, holder: input, state, client, name };
  if (waiting.length === 0) await forgetTold(telling);
  else await tellDegraded(telling, { waiting, within: healthyWithin });
  return { health: waiting.length === 0 ? 'healthy' : 'degraded' };
}

/** What stays when the pass is over: nobody waits for what a successor is to replace. */
async function remaining({ store }: WaitDeps, { key, plan: { outcome, planId } }: PlannedStepInput): Promise<{ ledger: readonly LedgerItem[]; succeeds: boolean }> {
  const ledger = await store.ledger.list(key);
  if (outcome !== 'apply') return { ledger, succeeds: false };
  const going = new Set<string>(garbageOf(await loadPlan(store, key, planId)).map(({ id }) => id));
  return { ledger: ledger.filter(({ id }) => !going.has(id)), succeeds: going.size > 0 };
}

async function loadBalancersNotActive({ elbv2 }: WaitDeps, ledger: readonly LedgerItem[]): Promise<Waiting[]> {
  const arns = standing(ledger, 'load-balancer').map(({ physicalId }) => physicalId);
  if (arns.length === 0) return [];
  const found = await elbv2.describeLoadBalancers({ arns });
  return found.flatMap(({ LoadBalancerName, State }) => (State?.Code === 'active' || State?.Code === 'active_impaired' ? [] : [{ what: `load balancer ${LoadBalancerName} is ${State?.Code ?? 'unknown'}`, ...(State?.Code === 'failed' ? { final: 'LoadBalancerFailed' as const } : {}) }]));
}

const standing = (ledger: readonly LedgerItem[], type: string) => ledger.filter((item): item is Standing => item.type === type && item.physicalId !== undefined && item.phase !== 'deleting');
