import { removeLeftover } from '../apply/apply-change';
import { EventualError, NotReadyError, UserConfigError } from '../contract/errors';
import { VERSION } from '../contract/events';
import type { ClusterItem } from '../contract/items';
import { formatKey } from '../contract/keys';
import { durationMs } from '../contract/settings';
import type { MoreOutput, ResumedStepInput } from '../contract/steps';
import { liftsProtection } from '../desired/service/deletion-protection';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { Service } from '../model/kubernetes';
import { type ObjectKey, openCluster, parseServiceKey, readService, serviceObject } from '../observe/cluster-access';
import type { Change, Leftover, Plan } from '../plan/change';
import { hasFinalizer, saysNothing, SERVICE_FINALIZER } from '../status/service-status';
import { backendKey } from '../targets/ensure-backend-group';
import { keyLedger } from './create-load-balancer';
import { noteDeletions } from './note-deletions';
import { loadPlan } from './plan-record';
import type { PassDeps } from './service-pass';

/** What is left when the finalizer had to go first is tried again after this. */
const REST_AGAIN_MS = 60_000;

export interface DeleteDeps extends Omit<PassDeps, 'tagging'> {
  /** Wakes a key of the target lane; answers the new generation. */
  readonly wakeTargets: (key: string) => Promise<number>;
}

interface Deletion {
  readonly deps: DeleteDeps;
  readonly input: ResumedStepInput;
  readonly name: ObjectKey;
  readonly cluster: ClusterItem;
  readonly client: ClusterClient;
  readonly plan: Plan;
}

/**
 * The way back: bindings, load balancer, target groups, then rules and groups when nothing uses them any more, then the finalizer. Waits by `NotReady`, so that AWS is
 * never asked for a deletion that it must refuse. After `finalizerDeadline` the finalizer goes first, with an Event, and the ledger keeps the rest for later passes.
 */
export async function deleteServiceResources(deps: DeleteDeps, input: ResumedStepInput): Promise<MoreOutput> {
  const state = await deps.store.leases.check(input);
  const name = parseServiceKey(input.key);
  const { cluster, client } = await openCluster({ clusters: deps.store.clusters, clusterClient: deps.clusterClient }, name.cluster);
  const plan = await loadPlan(deps.store, input.key, input.plan.planId);
  const deletion: Deletion = { deps, input, name, cluster, client, plan };
  if (state.deletingSince === undefined) {
    await noteDeletions(deps, { key: input.key, planId: input.plan.planId, plan, cluster, whole: true });
    await enterAdopted(deletion);
  }
  const deletingSince = state.deletingSince ?? deps.now();
  if (state.deletingSince === undefined) await deps.store.leases.update(input, { phase: 'Deleting', deletingSince });
  try {
    await removeEverything(deletion);
  } catch (error) {
    const late = deps.now() - deletingSince > durationMs(cluster.settings.stepbalancer.finalizerDeadline) * deps.factor;
    if (!late || !(error instanceof NotReadyError || error instanceof EventualError)) throw error;
    return handOverToLedger(deletion, error);
  }
  await forget(deletion);
  return { more: false, done: plan.changes.length };
}

/** What was found by its tags alone goes into the ledger first: from then on the ledger says what is left to do. */
async function enterAdopted({ deps, input, plan }: Deletion): Promise<void> {
  const ledger = keyLedger(deps, input);
  for (const change of plan.changes) if (change.action === 'adopt') await ledger.put({ v: VERSION, id: change.id, type: change.type, phase: 'deleting', physicalId: change.physicalId, name: change.name, origin: 'adopted', at: deps.now() });
}

async function removeEverything(deletion: Deletion): Promise<void> {
  const { deps, input, client, plan } = deletion;
  const context = { elbv2: deps.elbv2, ec2: deps.ec2, cluster: client, ledger: keyLedger(deps, input) };
  const left = new Set((await context.ledger.list()).map(({ id }) => id));
  const deletions = plan.changes.filter((change): change is Extract<Change, { action: 'delete' }> => change.action === 'delete');
  const leftovers = deletions.filter(({ id }) => left.has(id));
  for (const leftover of leftovers.filter(({ type }) => type !== 'security-group')) await removeUnlessProtected(deletion, leftover);
  await waitForBindings(deletion, deletions.flatMap(({ type, physicalId }) => (type === 'target-group-binding' ? [physicalId] : [])));
  for (const leftover of leftovers.filter(({ type }) => type === 'security-group')) {
    await waitUntilUnused(deletion, leftover.physicalId);
    await removeLeftover(context, leftover);
  }
  for (const item of await context.ledger.list()) await context.ledger.remove(item.id);
}

/** Where AWS refuses because of deletion protection and the Service says that it has none any more, the protection goes first. */
async function removeUnlessProtected({ deps, input, client, name }: Deletion, leftover: Leftover): Promise<void> {
  const context = { elbv2: deps.elbv2, ec2: deps.ec2, cluster: client, ledger: keyLedger(deps, input) };
  try {
    await removeLeftover(context, leftover);
  } catch (error) {
    const isProtected = leftover.type === 'load-balancer' && error instanceof UserConfigError && error.details.awsCode === 'OperationNotPermitted';
    const service = isProtected ? await readService(client, name) : undefined;
    if (!service || !liftsProtection(service)) throw error;
    await deps.elbv2.modifyLoadBalancerAttributes(leftover.physicalId, { 'deletion_protection.enabled': 'false' });
    await removeLeftover(context, leftover);
  }
}

/** The target lane takes a binding's rules away, and the finalizer of one that LBC made; the groups go after that. */
async function waitForBindings({ deps, cluster, client }: Deletion, bindings: readonly string[]): Promise<void> {
  const pending: string[] = [];
  for (const binding of bindings) {
    const [namespace = '', name = ''] = binding.split('/');
    const key = formatKey({ kind: 'tg', cluster: cluster.id, namespace, name });
    const state = await deps.store.leases.read(key);
    if (state ? state.phase === 'Deleted' && state.doneGen === state.gen : !(await client.get(RESOURCES.targetGroupBindings, { namespace, name }))) continue;
    pending.push(binding);
    if (!state || state.gen === state.doneGen) await deps.wakeTargets(key);
  }
  if (pending.length > 0) throw new NotReadyError(`waiting for the target lane to let go of ${pending.join(', ')}`);
}

/** A deleted load balancer's interfaces linger, and rules of nodes may still name the group: AWS would refuse its deletion. */
async function waitUntilUnused({ deps, cluster }: Deletion, groupId: string): Promise<void> {
  const interfaces = await deps.ec2.describeNetworkInterfaces({ 'group-id': [groupId] });
  if (interfaces.length > 0) throw new NotReadyError(`waiting for ${interfaces.length} network interfaces of the deleted load balancer, which still use ${groupId}`);
  if (cluster.settings.enableBackendSecurityGroup) return;
  const referring = await deps.ec2.describeSecurityGroups({ 'ip-permission.group-id': [groupId] });
  if (referring.length > 0) throw new NotReadyError(`waiting for rules in ${referring.map(({ GroupId }) => GroupId).join(', ')} that still name ${groupId}`);
}

/** Nothing is left in AWS: the traces in the cluster and in the store go, the finalizer last. */
async function forget(deletion: Deletion): Promise<void> {
  const { deps, input, name, cluster, client, plan } = deletion;
  const backend = backendKey(cluster);
  const neverNoted = plan.changes.some(({ action }) => action === 'adopt');
  if (neverNoted || (await deps.store.contributions.listUsers(backend)).includes(input.key)) {
    await deps.store.contributions.removeUser(backend, input.key);
    await deps.wakeTargets(backend);
  }
  await letGo(client, await readService(client, name));
  await deps.store.references.remove({ cluster: cluster.id, object: serviceObject(name), key: input.key });
  await deps.store.leases.update(input, { phase: 'Deleted', deletingSince: null, hostname: null, arn: null, inputsHash: null, driftCheckedAt: null, healthyBy: null, nextAttemptAt: null, planId: null });
}

/** Clears the status and takes the finalizer off; silent where the Service is gone. Without our finalizer its status is somebody else's: it may have gone to another controller. */
async function letGo(client: ClusterClient, service: Service | undefined): Promise<void> {
  if (!service || !hasFinalizer(service)) return;
  const { namespace = 'default', name } = service.metadata;
  if (!saysNothing(service)) await client.patch(RESOURCES.services, { namespace, name }, { type: 'merge', body: { status: { loadBalancer: { ingress: null } } } }, { subresource: 'status' });
  const fresh = await readService(client, { namespace, name });
  const { finalizers = [], resourceVersion } = fresh?.metadata ?? {};
  await client.patch(RESOURCES.services, { namespace, name }, { type: 'merge', body: { metadata: { resourceVersion, finalizers: finalizers.filter((finalizer) => finalizer !== SERVICE_FINALIZER) } } });
}

/** AWS has refused for too long: Kubernetes is not held up any more, the ledger remembers what is left. */
async function handOverToLedger({ deps, input, name, client, plan }: Deletion, error: Error): Promise<MoreOutput> {
  const service = await readService(client, name);
  const left = await deps.store.ledger.list(input.key);
  if (service) {
    const { uid } = service.metadata;
    await client.recordEvent({
      object: { apiVersion: 'v1', kind: 'Service', namespace: name.namespace, name: name.name, ...(uid ? { uid } : {}) },
      type: 'Warning',
      reason: 'DeletionContinuesWithoutObject',
      message: `AWS still refuses (${error.message}). The finalizer was taken off; ${left.length} resources (${left.map(({ id }) => id).join(', ')}) are deleted as soon as AWS lets go of them.`,
    });
    await letGo(client, service);
  }
  await deps.store.leases.update(input, { nextAttemptAt: deps.now() + REST_AGAIN_MS * deps.factor, inputsHash: null });
  return { more: false, done: plan.changes.length };
}
