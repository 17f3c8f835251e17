import type { ClusterItem } from '../contract/items';
import { NO_MEMORY, type TargetMemory } from '../contract/target-memory';
import { matchTargets } from '../desired/targets/match-targets';
import { usesQuic } from '../desired/targets/target';
import { stackOfBinding } from '../desired/tracking';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { TargetGroupBinding } from '../model/kubernetes';
import { asObservedTargets } from './apply-targets';
import { contributeRules } from './contribute-rules';
import { deleteOwnTargets, readOwnTargets } from './own-targets';
import { FAULTY_BINDINGS } from './revoke-rights';
import type { PassResult, TargetPass } from './run-target-key';
import { saveMemory } from './target-memory';
import { openGates } from './tell-readiness';
import type { BindingKey, TargetLaneDeps } from './target-lane';

/** LBC puts it on every binding; so does this program on bindings of users. */
const FINALIZER = 'elbv2.k8s.aws/resources';

interface Remove {
  readonly key: BindingKey;
  readonly pass: TargetPass;
  readonly cluster: ClusterItem;
  readonly client: ClusterClient;
  readonly binding: TargetGroupBinding | undefined;
  readonly memory: TargetMemory;
}

/**
 * The way back of a binding that is gone or going: its targets are deregistered where the target group outlives it, its rules leave the groups, then its finalizer
 * goes. Each part is silent where it was done before.
 */
export async function removeBinding({ key, pass, cluster, client, binding, memory: before }: Remove, deps: TargetLaneDeps): Promise<PassResult> {
  const memory = { ...before, leaving: true };
  if (!before.leaving && before.references.length > 0) await saveMemory(deps.store, pass.holder, memory);
  const deregistered = binding && !isModelled(binding) && hasFinalizer(binding) ? await deregisterAll({ binding, client, pass }, deps) : 0;
  await contributeRules(deps, { holder: pass.holder, cluster, binding: `${key.namespace}/${key.name}`, rules: new Map(), memory });
  await openGates(client, { namespace: key.namespace, name: key.name, now: deps.now() });
  await dropReferences({ key, pass, memory }, deps);
  if (memory.faulty || pass.state.owner !== undefined) await deps.store.contributions.removeUser(FAULTY_BINDINGS, pass.holder.key);
  await saveMemory(deps.store, pass.holder, NO_MEMORY);
  if (binding && hasFinalizer(binding)) await removeFinalizer(client, binding);
  return { patch: { phase: 'Deleted', inputsHash: null, driftCheckedAt: null, nextAttemptAt: null, told: null }, done: { outcome: 'removed', deregistered } };
}

/** What is left of a removal that broke off, where the binding was made again meanwhile: the index is to hold nothing that the memory does not. Answers the memory to go on with. */
export async function finishLeaving({ key, pass, memory }: Pick<Remove, 'key' | 'pass' | 'memory'>, deps: TargetLaneDeps): Promise<TargetMemory> {
  if (!memory.leaving) return memory;
  await dropReferences({ key, pass, memory }, deps);
  const { leaving: _, ...rest } = { ...memory, references: [] };
  await saveMemory(deps.store, pass.holder, rest);
  return rest;
}

async function dropReferences({ key, pass, memory }: Pick<Remove, 'key' | 'pass' | 'memory'>, { store }: TargetLaneDeps): Promise<void> {
  for (const object of memory.references) await store.references.remove({ cluster: key.cluster, object, key: pass.holder.key });
}

/** Holds a user's binding until its targets and rules are gone. A binding that a model asked for needs no such hold: its key remembers it. */
export async function addFinalizer(client: ClusterClient, binding: TargetGroupBinding): Promise<void> {
  const { namespace = '', name, finalizers = [], resourceVersion } = binding.metadata;
  if (isModelled(binding) || hasFinalizer(binding)) return;
  await client.patch(RESOURCES.targetGroupBindings, { namespace, name }, { type: 'merge', body: { metadata: { finalizers: [...finalizers, FINALIZER], resourceVersion } } });
}

function hasFinalizer({ metadata }: TargetGroupBinding): boolean {
  return metadata.finalizers?.includes(FINALIZER) ?? false;
}

/** A binding that a model asked for: its target group goes with it, under the key that made both. */
function isModelled(binding: TargetGroupBinding): boolean {
  return stackOfBinding(binding.metadata.labels ?? {}) !== undefined;
}

/** Where the target group is shared with other clusters, only what this one wrote down as its own. */
async function deregisterAll({ binding, client, pass }: { binding: TargetGroupBinding; client: ClusterClient; pass: TargetPass }, deps: TargetLaneDeps): Promise<number> {
  const { targetGroupARN: arn, targetGroupProtocol } = binding.spec;
  const own = await readOwnTargets(client, binding);
  const health = arn ? await deps.elbv2.describeTargetHealth(arn) : undefined;
  const { deregister } = matchTargets({ desired: [], observed: asObservedTargets(health ?? []), quic: usesQuic(targetGroupProtocol), own });
  if (arn && deregister.length > 0) {
    await pass.guard();
    await deps.elbv2.deregisterTargets(arn, deregister.map(({ id, port, quicServerId }) => ({ Id: id, Port: port, ...(quicServerId === undefined ? {} : { QuicServerId: quicServerId }) })));
  }
  await deleteOwnTargets(client, binding);
  return deregister.length;
}

/** The whole list is written with the version it was read at, so that nobody else's finalizer is lost. */
async function removeFinalizer(client: ClusterClient, { metadata }: TargetGroupBinding): Promise<void> {
  const finalizers = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  const name = { namespace: metadata.namespace ?? '', name: metadata.name };
  await client.patch(RESOURCES.targetGroupBindings, name, { type: 'merge', body: { metadata: { finalizers, resourceVersion: metadata.resourceVersion } } });
}
