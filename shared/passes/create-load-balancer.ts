import { applyChange } from '../apply/apply-change';
import type { ApplyContext } from '../apply/apply-context';
import { PlanStaleError, UserConfigError } from '../contract/errors';
import type { ClusterItem, LedgerItem } from '../contract/items';
import { durationMs } from '../contract/settings';
import type { MoreOutput, ResumedStepInput } from '../contract/steps';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { Service } from '../model/kubernetes';
import { BACKEND_GROUP } from '../model/model';
import { openCluster, parseServiceKey, readService } from '../observe/cluster-access';
import type { Plan } from '../plan/change';
import { garbageOf } from '../plan/make-plan';
import { desiredLoadBalancerStatus, hasFinalizer, saysLoadBalancer, SERVICE_FINALIZER } from '../status/service-status';
import type { Holder } from '../store/store';
import { backendKey } from '../targets/ensure-backend-group';
import { noteDeletions } from './note-deletions';
import { loadNotes, loadPlan } from './plan-record';
import type { PassDeps } from './service-pass';

/** Work of one invocation: after this long it answers `more` and is entered again, well before the function's time-out of 60 s. */
const WORK_MS = 40_000;

export interface CreateDeps extends Omit<PassDeps, 'tagging'> {
  /** Makes the shared backend security group, or finds it; notes its user first. Answers the group's id. */
  readonly ensureBackendGroup: (input: { readonly cluster: ClusterItem; readonly userKey: string }) => Promise<string>;
  /** Forgets that group, which AWS does not know. Answers whether it can be found, or made, anew. */
  readonly forgetBackendGroup: (input: { readonly cluster: ClusterItem; readonly groupId: string }) => Promise<boolean>;
}

/**
 * Makes the plan so: the finalizer first, then change after change. Every creation is on record before and after; what an earlier attempt did is found.
 * The hostname goes into the Service's status as soon as the load balancer exists.
 */
export async function applyServicePlan(deps: CreateDeps, input: ResumedStepInput): Promise<MoreOutput> {
  const { store, now } = deps;
  await store.leases.check(input);
  const name = parseServiceKey(input.key);
  const { cluster, client } = await openCluster({ clusters: store.clusters, clusterClient: deps.clusterClient }, name.cluster);
  const plan = await loadPlan(store, input.key, input.plan.planId);
  const service = await readService(client, name);
  if (!service || service.metadata.deletionTimestamp) throw new PlanStaleError(`${input.key}: the Service is gone or going; a new pass takes its load balancer away`);
  if (input.work === null) await beginWork(deps, { input, cluster, plan });
  await addFinalizer(client, service);
  await store.leases.update(input, { phase: 'Working' });

  const context = await applyContext(deps, { input, cluster, client, plan, service });
  const until = now() + WORK_MS * deps.factor;
  for (let done = input.work?.done ?? 0; done < plan.changes.length; done++) {
    const change = plan.changes[done];
    if (change) await applyChange(context, change).catch((error: unknown) => unlessGroupIsGone(deps, { error, cluster, groupId: context.physicalIds.get(BACKEND_GROUP) }));
    if (now() > until) return { more: done + 1 < plan.changes.length, done: done + 1 };
  }
  return { more: false, done: plan.changes.length };
}

/** Throws the error, or `PlanStale` where it is that the shared group does not exist any more: the next pass finds it, or makes it, anew. */
async function unlessGroupIsGone(deps: CreateDeps, { error, cluster, groupId }: { error: unknown; cluster: ClusterItem; groupId: string | undefined }): Promise<never> {
  const isGone = error instanceof UserConfigError && error.details.awsCode === 'InvalidSecurityGroup' && groupId !== undefined && error.message.includes(groupId);
  if (!isGone || !(await deps.forgetBackendGroup({ cluster, groupId }))) throw error;
  throw new PlanStaleError(`the shared backend security group ${groupId} does not exist any more; it is looked for, or made, anew`, { cause: error });
}

/** A plan is begun soon after it was made, or never: a redrive may come after days. Its deletions are counted first. */
async function beginWork(deps: CreateDeps, { input, cluster, plan }: Pick<Work, 'input' | 'cluster' | 'plan'>): Promise<void> {
  const notes = await loadNotes(deps.store, input.key, input.plan.planId);
  const ageMs = deps.now() - (notes?.observedAt ?? 0);
  if (ageMs > durationMs(cluster.settings.stepbalancer.driftCheckAfter) * deps.factor) throw new PlanStaleError(`the plan of ${input.key} is ${Math.round(ageMs / 1000)} s old; it is made anew from what is so now`);
  await noteDeletions(deps, { key: input.key, plan, notes, cluster, whole: false });
}

/** The finalizer comes before anything exists in AWS, else a deletion could slip through between the two. */
async function addFinalizer(client: ClusterClient, service: Service): Promise<void> {
  if (hasFinalizer(service)) return;
  const { namespace = 'default', name, resourceVersion, finalizers = [] } = service.metadata;
  await client.patch(RESOURCES.services, { namespace, name }, { type: 'merge', body: { metadata: { resourceVersion, finalizers: [...finalizers, SERVICE_FINALIZER] } } });
}

interface Work {
  readonly input: ResumedStepInput;
  readonly cluster: ClusterItem;
  readonly client: ClusterClient;
  readonly plan: Plan;
  readonly service: Service;
}

async function applyContext(deps: CreateDeps, { input, cluster, client, plan, service }: Work): Promise<ApplyContext> {
  const { store } = deps;
  const ledger = keyLedger(deps, input);
  const physicalIds = new Map([...Object.entries(plan.kept), ...(await madeBefore(plan, { done: input.work?.done ?? 0, ledger }))]);
  // Also where nothing of the plan names the group: a load balancer that is taken over uses it from now on in our books.
  if ((await loadNotes(store, input.key, input.plan.planId))?.needsBackendGroup === true) physicalIds.set(BACKEND_GROUP, await deps.ensureBackendGroup({ cluster, userKey: input.key }));
  else if (mayLeaveSharedGroup(plan)) await store.contributions.addUser(backendKey(cluster), input.key);
  return {
    elbv2: deps.elbv2,
    ec2: deps.ec2,
    cluster: client,
    ledger,
    vpcId: cluster.vpcId,
    physicalIds,
    now: deps.now,
    async loadBalancerCreated({ arn, dnsName }) {
      if (oldOneServes(plan)) return;
      await store.leases.update(input, { arn, hostname: dnsName.toLowerCase() });
      await writeHostname(client, service, dnsName);
    },
  };
}

/** Whether a load balancer that somebody else made loses security groups: it may have used the shared one, and counts as its user until the pass ends well, so that no group is left that nobody uses. */
function mayLeaveSharedGroup({ changes }: Plan): boolean {
  const loses = changes.some((change) => (change.action === 'replace' ? change.old.type === 'load-balancer' : change.action === 'update' && change.differences.some(({ kind }) => kind === 'securityGroups')));
  return loses && changes.some(({ action }) => action === 'adopt');
}

/** What earlier invocations of the same work have made: later changes refer to it. */
async function madeBefore(plan: Plan, { done, ledger }: { done: number; ledger: ApplyContext['ledger'] }): Promise<[string, string][]> {
  if (done === 0) return [];
  const known = new Map((await ledger.list()).map(({ id, physicalId }) => [id, physicalId]));
  return plan.changes.slice(0, done).flatMap((change): [string, string][] => {
    const physicalId = change.action === 'create' || change.action === 'replace' ? known.get(change.id) : undefined;
    return physicalId !== undefined && 'desired' in change ? [[change.desired.id, physicalId]] : [];
  });
}

/** Whether a load balancer serves on until its successor is healthy: then its hostname stays in the status as long (CollectGarbage changes it). */
function oldOneServes(plan: Plan): boolean {
  return garbageOf(plan).some(({ type }) => type === 'load-balancer');
}

/** The ledger of one key, as appliers see it: read once per invocation, since nobody else writes it under this lease. */
export function keyLedger({ store }: Pick<PassDeps, 'store'>, holder: Holder): ApplyContext['ledger'] {
  let read: Promise<Map<string, LedgerItem>> | undefined;
  const known = () => (read ??= store.ledger.list(holder.key).then((items) => new Map(items.map((item) => [item.id, item]))));
  return {
    list: async () => [...(await known()).values()],
    async put(item) {
      await store.ledger.put(holder, item);
      (await read)?.set(item.id, item);
    },
    async remove(id) {
      await store.ledger.remove(holder, id);
      (await read)?.delete(id);
    },
  };
}

/** The hostname in the Service's status, if it is not there yet. */
export async function writeHostname(client: ClusterClient, service: Service, dnsName: string): Promise<void> {
  if (saysLoadBalancer(service, dnsName)) return;
  const { namespace = 'default', name } = service.metadata;
  await client.patch(RESOURCES.services, { namespace, name }, { type: 'merge', body: { status: { loadBalancer: desiredLoadBalancerStatus(service, dnsName) } } }, { subresource: 'status' });
}
