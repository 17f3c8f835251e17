import type { TargetHealthDescription } from '../aws/elbv2';
import { DirtyError, NotReadyError } from '../contract/errors';
import type { LedgerItem } from '../contract/items';
import { durationMs } from '../contract/settings';
import type { PlannedStepInput, WaitForHealthyOutput } from '../contract/steps';
import type { ClusterClient } from '../kubernetes/cluster-client';
import { openCluster, parseServiceKey, readService } from '../observe/cluster-access';
import { garbageOf } from '../plan/make-plan';
import { loadPlan } from './plan-record';
import type { PassDeps } from './service-pass';
import { forgetTold, tellDegraded, type Waiting } from './tell-health';

type WaitDeps = Pick<PassDeps, 'store' | 'elbv2' | 'clusterClient' | 'now' | 'factor'>;

/** Nothing more is on its way: healthy, not used, or leaving. */
const SETTLED = new Set(['healthy', 'unused', 'draining', 'unhealthy.draining']);

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

  const { ledger, succeeds } = await remaining(deps, input);
  const balancers = await loadBalancersNotActive(deps, ledger);
  const waiting = balancers.length > 0 ? balancers : await targetsNotHealthy(deps, ledger, { succeeds, patient: now() < healthyBy, isLocal: (group) => isLocal(client, group) });
  const hopeless = waiting.some(({ final }) => final !== undefined);
  if (waiting.length > 0 && !hopeless && now() < healthyBy) throw new NotReadyError(`${input.key}: ${waiting.map(({ what }) => what).join('; ')}`);
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

interface Look {
  /** What succeeds another has to have a healthy target: `unused` may only mean that AWS has not begun to check. */
  readonly succeeds: boolean;
  /** The first target group to wait for is reason enough to come again: fifty ports are not asked for fifty times at each look. At the end all are told. */
  readonly patient: boolean;
  /** Whether a target group's Service is served by nodes with pods of its own only. */
  readonly isLocal: (group: LedgerItem) => Promise<boolean>;
}

async function targetsNotHealthy({ elbv2 }: WaitDeps, ledger: readonly LedgerItem[], { succeeds, patient, isLocal: hasLocalPods }: Look): Promise<Waiting[]> {
  const waiting: Waiting[] = [];
  for (const group of standing(ledger, 'target-group')) {
    const arn = group.physicalId;
    const targets = (await elbv2.describeTargetHealth(arn)) ?? [];
    const name = arn.split('/')[1] ?? arn;
    const staying = targets.filter(({ TargetHealth }) => !['draining', 'unhealthy.draining'].includes(TargetHealth.State ?? ''));
    if (staying.length === 0) waiting.push({ what: `target group ${name} has no target: no ready endpoint`, final: 'NoReadyEndpoints' });
    const unproven = succeeds && staying.every(({ TargetHealth }) => TargetHealth.State !== 'healthy');
    const pending = staying.filter(({ TargetHealth }) => unproven || !SETTLED.has(TargetHealth.State ?? ''));
    if (pending.length === 0 || (mayBeWithoutPods(staying) && (await hasLocalPods(group)))) continue;
    waiting.push({ what: `${pending.length} of ${staying.length} targets of ${name} are not healthy yet` });
    if (patient) break;
  }
  return waiting;
}

/** Nodes of which some serve and the others have been found wanting: with externalTrafficPolicy Local those have no pod, and never become healthy (P17). */
function mayBeWithoutPods(targets: readonly TargetHealthDescription[]): boolean {
  const states = new Set(targets.map(({ TargetHealth }) => TargetHealth.State));
  return states.has('healthy') && [...states].every((state) => state === 'healthy' || state === 'unhealthy') && targets.every(({ Target }) => Target.Id?.startsWith('i-'));
}

/** A target group's id names its Service: `target-group/<namespace>/<name>:<port>`. */
async function isLocal(client: ClusterClient, { id }: LedgerItem): Promise<boolean> {
  const [, namespace, name] = /^target-group\/([^/]+)\/([^:]+):/.exec(id) ?? [];
  if (namespace === undefined || name === undefined) return false;
  return (await readService(client, { namespace, name }))?.spec.externalTrafficPolicy === 'Local';
}

const standing = (ledger: readonly LedgerItem[], type: string) => ledger.filter((item): item is LedgerItem & { physicalId: string } => item.type === type && item.physicalId !== undefined && item.phase !== 'deleting');
