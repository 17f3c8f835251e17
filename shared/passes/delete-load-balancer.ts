import { removeLeftover } from '../apply/apply-change';
import { EventualError, NotReadyError, PlanStaleError, UserConfigError } from '../contract/errors';
import { VERSION } from '../contract/events';
import type { ClusterItem } from '../contract/items';
import { formatKey } from '../contract/keys';
import { READ_LAG_MS } from '../contract/read-lag';
import { durationMs } from '../contract/settings';
import type { MoreOutput, ResumedStepInput } from '../contract/steps';
import { liftsProtection } from '../desired/service/deletion-protection';
import { serviceOwnership } from '../desired/service/ownership';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { Service } from '../model/kubernetes';
import type { ResourceId } from '../model/model';
import { type ObjectKey, openCluster, parseServiceKey, readService, serviceObject } from '../observe/cluster-access';
import type { Change, Leftover, Plan } from '../plan/change';
import { backendKey } from '../targets/ensure-backend-group';
import { keyLedger } from './create-load-balancer';
import { letGo, letGoEarly } from './let-go';
import { noteDeletions } from './note-deletions';
import { loadNotes, loadPlan } from './plan-record';
import type { PassDeps } from './service-pass';

/** What is left when the finalizer had to go first is tried again after this, and less and less often. */
const REST_AGAIN_MS = 60_000;
const REST_AGAIN_AT_LEAST_MS = 60 * 60_000;
/** Ends of a step that are no refusal by AWS, or one that a person decides about. */
const NOT_REFUSED = new Set(['Superseded', 'LeaseLost', 'PlanStale', 'Dirty', 'UserConfig']);

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
  /** When this attempt began: what was written since is another one's. */
  readonly begunAt: number;
}

/**
 * The way back: bindings, load balancer, target groups, then rules and groups when nothing uses them any more, then the finalizer. Waits by `NotReady`, so that AWS is
 * never asked for a deletion that it must refuse. After `finalizerDeadline` the finalizer goes first, with an Event, and the ledger keeps the rest for later passes.
 */
export async function deleteServiceResources(deps: DeleteDeps, input: ResumedStepInput): Promise<MoreOutput> {
  const begunAt = deps.now();
  const state = await deps.store.leases.check(input);
  const name = parseServiceKey(input.key);
  const { cluster, client } = await openCluster({ clusters: deps.store.clusters, clusterClient: deps.clusterClient }, name.cluster);
  const plan = await loadPlan(deps.store, input.key, input.plan.planId);
  expectNotWanted(await readService(client, name), { key: input.key, cluster });
  const deletion: Deletion = { deps, input, name, cluster, client, plan, begunAt };
  const deletingSince = state.deletingSince ?? deps.now();
  const begun = state.phase === 'Deleting' && state.planId === input.plan.planId;
  if (!begun) await begin(deletion, { deletingSince, first: state.deletingSince === undefined });
  try {
    await removeEverything(deletion);
  } catch (error) {
    const sinceMs = deps.now() - deletingSince;
    if (sinceMs <= durationMs(cluster.settings.stepbalancer.finalizerDeadline) * deps.factor) throw error;
    return handOverToLedger(deletion, { error, sinceMs });
  }
  await forget(deletion);
  return { more: false, done: plan.changes.length };
}

/** A redrive may come long after the plan was made: what is wanted again is not deleted. */
function expectNotWanted(service: Service | undefined, { key, cluster }: { key: string; cluster: ClusterItem }): void {
  if (!service || !serviceOwnership(service, cluster.settings).ours) return;
  throw new PlanStaleError(`${key}: the Service is there and asks for its load balancer; its plan is made anew`);
}

/** Once per plan: the deletions are counted, and the state says that they are under way. */
async function begin(deletion: Deletion, { deletingSince, first }: { deletingSince: number; first: boolean }): Promise<void> {
  const { deps, input, plan, cluster } = deletion;
  if (first) await noteDeletions(deps, { key: input.key, plan, notes: await loadNotes(deps.store, input.key, input.plan.planId), cluster, whole: true });
  await enterAdopted(deletion);
  await deps.store.leases.update(input, { phase: 'Deleting', deletingSince, planId: input.plan.planId ?? null });
}

/** What was found by its tags alone goes into the ledger first: from then on the ledger says what is left to do. Who made it may have let it use the shared group. */
async function enterAdopted({ deps, input, plan, cluster }: Deletion): Promise<void> {
  const ledger = keyLedger(deps, input);
  const adoptions = plan.changes.filter((change) => change.action === 'adopt');
  if (adoptions.length > 0) await deps.store.contributions.addUser(backendKey(cluster), input.key);
  for (const change of adoptions) await ledger.put({ v: VERSION, id: change.id, type: change.type, phase: 'deleting', physicalId: change.physicalId, name: change.name, origin: 'adopted', at: deps.now() });
}

async function removeEverything(deletion: Deletion): Promise<void> {
  const { deps, input, client, plan } = deletion;
  const context = { elbv2: deps.elbv2, ec2: deps.ec2, cluster: client, ledger: keyLedger(deps, input) };
  // By physical id: what something is called may depend on what else was seen.
  const left = new Map((await context.ledger.list()).map(({ id, physicalId }) => [physicalId, id as ResourceId]));
  const deletions = plan.changes.filter((change): change is Extract<Change, { action: 'delete' }> => change.action === 'delete');
  const leftovers = deletions.flatMap((deletion) => (left.has(deletion.physicalId) ? [{ ...deletion, id: left.get(deletion.physicalId) ?? deletion.id }] : []));
  for (const leftover of leftovers.filter(({ type }) => type !== 'security-group')) await removeUnlessProtected(deletion, leftover);
  await waitForBindings(deletion, deletions.flatMap(({ type, physicalId }) => (type === 'target-group-binding' ? [physicalId] : [])));
  for (const leftover of leftovers.filter(({ type }) => type === 'security-group')) {
    await waitUntilUnused(deletion, leftover.physicalId);
    await removeLeftover(context, leftover);
  }
  await forgetRest(deletion);
}

/**
 * The ledger lets go of what the plan knew. What it holds besides was not seen when the plan was made: a creation of a moment ago, perhaps. It is waited for until AWS must show
 * it, and then looked for by a new plan: nothing that may exist is forgotten.
 */
async function forgetRest({ deps, input, plan }: Deletion): Promise<void> {
  const ledger = keyLedger(deps, input);
  const known = new Set<string | undefined>(plan.changes.flatMap((change) => (change.action === 'delete' ? [change.physicalId, ...change.takesAlong] : [change.id])));
  const rest = await ledger.list();
  const unknown = rest.filter(({ id, physicalId }) => !known.has(id) && (physicalId === undefined || !known.has(physicalId)));
  if (unknown.some(({ at }) => deps.now() - at < READ_LAG_MS * deps.factor)) throw new NotReadyError(`waiting until AWS shows ${unknown.map(({ id }) => id).join(', ')}, made a moment ago and not seen yet`);
  if (unknown.length > 0) throw new PlanStaleError(`the plan of ${input.key} does not know ${unknown.map(({ id }) => id).join(', ')} of the ledger; it is made anew`);
  for (const { id } of rest) await ledger.remove(id);
}

/** Where AWS refuses because of deletion protection and the Service says that it has none any more, the protection goes first. */
async function removeUnlessProtected({ deps, input, client, name }: Deletion, leftover: Leftover): Promise<void> {
  const context = { elbv2: deps.elbv2, ec2: deps.ec2, cluster: client, ledger: keyLedger(deps, input) };
  try {
    await removeLeftover(context, leftover);
  } catch (error) {
    const isProtected = leftover.type === 'load-balancer' && error instanceof UserConfigError && error.details.awsCode === 'OperationNotPermitted';
    if (!isProtected) throw error;
    const service = await readService(client, name);
    if (!service || !liftsProtection(service)) {
      // The deadline of the finalizer begins when AWS may delete.
      await deps.store.leases.update(input, { deletingSince: deps.now() });
      throw protectedByHand(leftover, error);
    }
    await deps.elbv2.modifyLoadBalancerAttributes(leftover.physicalId, { 'deletion_protection.enabled': 'false' });
    await removeLeftover(context, leftover);
  }
}

/** Somebody wanted it to stay, and not by the manifest: only a person can decide. */
function protectedByHand({ name, physicalId }: Leftover, cause: UserConfigError): UserConfigError {
  const off = `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${physicalId} --attributes Key=deletion_protection.enabled,Value=false`;
  const message = `load balancer ${name} has deletion protection that the object does not state: somebody switched it on in AWS. It goes on serving. Switch it off if it is really to go (${off}); the deletion goes on by itself within 15 minutes`;
  return new UserConfigError(message, { cause, details: { ...cause.details, code: 'DeletionProtectedInAws' } });
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

/**
 * A deleted load balancer's interfaces linger, and rules of nodes may still name the group: AWS would refuse its deletion. The last user of the shared backend group looks for interfaces
 * of that one with the same call, so that its key need not ask again.
 */
async function waitUntilUnused({ deps, input, cluster }: Deletion, groupId: string): Promise<void> {
  const shared = await sharedGroupUsedByNobodyElse(deps, { key: input.key, cluster });
  const interfaces = await deps.ec2.describeNetworkInterfaces({ 'group-id': shared === undefined ? [groupId] : [groupId, shared] });
  const lingering = interfaces.filter(({ Groups = [] }) => Groups.some(({ GroupId }) => GroupId === groupId));
  if (lingering.length > 0) throw new NotReadyError(`waiting for ${lingering.length} network interfaces of the deleted load balancer, which still use ${groupId}`);
  if (shared !== undefined && interfaces.length === 0) await deps.store.contributions.noteUnused(backendKey(cluster));
  if (cluster.settings.enableBackendSecurityGroup) return;
  const referring = await deps.ec2.describeSecurityGroups({ 'ip-permission.group-id': [groupId] });
  if (referring.length > 0) throw new NotReadyError(`waiting for rules in ${referring.map(({ GroupId }) => GroupId).join(', ')} that still name ${groupId}`);
}

async function sharedGroupUsedByNobodyElse({ store }: DeleteDeps, { key, cluster }: { key: string; cluster: ClusterItem }): Promise<string | undefined> {
  const backend = backendKey(cluster);
  const users = await store.contributions.listUsers(backend);
  return users.length === 1 && users[0] === key ? (await store.leases.read(backend))?.arn : undefined;
}

/** The shared group's key looks whether anybody needs it still; also where an earlier attempt had left it and died before that key was woken. */
async function leaveSharedGroup({ deps, input, cluster, plan }: Deletion): Promise<void> {
  const backend = backendKey(cluster);
  const users = await deps.store.contributions.listUsers(backend);
  const isUser = plan.changes.some(({ action }) => action === 'adopt') || users.includes(input.key);
  if (isUser) await deps.store.contributions.removeUser(backend, input.key);
  const isForsaken = async () => users.length === 0 && !['Deleted', undefined].includes((await deps.store.leases.read(backend))?.phase);
  if (isUser || (await isForsaken())) await deps.wakeTargets(backend);
}

/** Nothing is left in AWS: the traces in the cluster and in the store go, the finalizer last. */
async function forget(deletion: Deletion): Promise<void> {
  const { deps, input, name, cluster, client } = deletion;
  await leaveSharedGroup(deletion);
  await letGo(client, await readService(client, name));
  await deps.store.references.remove({ cluster: cluster.id, object: serviceObject(name), key: input.key, until: deletion.begunAt });
  await deps.store.leases.update(input, { phase: 'Deleted', deletingSince: null, hostname: null, arn: null, inputsHash: null, driftCheckedAt: null, healthyBy: null, nextAttemptAt: null, planId: null });
}

/**
 * AWS has refused for too long: Kubernetes is not held up any more, the ledger remembers what is left. What passes by itself is tried again less and less often; any other error
 * stays an error of this execution, to be seen and mended.
 */
async function handOverToLedger({ deps, input, name, client, plan }: Deletion, { error, sinceMs }: { error: unknown; sinceMs: number }): Promise<MoreOutput> {
  if (!(error instanceof Error) || NOT_REFUSED.has(error.name)) throw error;
  await letGoEarly(client, name, { error, left: await deps.store.ledger.list(input.key) });
  if (!(error instanceof NotReadyError || error instanceof EventualError)) throw error;
  const again = Math.min(Math.max(REST_AGAIN_MS * deps.factor, sinceMs / 4), REST_AGAIN_AT_LEAST_MS * deps.factor);
  await deps.store.leases.update(input, { nextAttemptAt: deps.now() + again, inputsHash: null });
  return { more: false, done: plan.changes.length };
}
