import type { ClusterItem } from '../contract/items';
import { formatKey } from '../contract/keys';
import { durationMs } from '../contract/settings';
import type { TargetMemory } from '../contract/target-memory';
import { requiredRules } from '../desired/targets/required-rules';
import { resolveTargets } from '../desired/targets/resolve-targets';
import { type Target, type TargetFacts, type TargetResolution, bindingProblem, usesQuic } from '../desired/targets/target';
import { stackOfBinding } from '../desired/tracking';
import type { Problem } from '../model/problem';
import { clientOf } from '../observe/cluster-access';
import { contributeRules } from './contribute-rules';
import { digestBinding, digestWish } from './digest';
import { findGroups } from './find-groups';
import { moveTargets } from './move-targets';
import { type ClusterView, readBinding, readTargetFacts } from './read-target-facts';
import { addFinalizer, finishLeaving, removeBinding } from './remove-binding';
import { FAULTY_BINDINGS } from './revoke-rights';
import type { PassResult, TargetPass } from './run-target-key';
import { loadMemory, saveMemory } from './target-memory';
import type { BindingKey, TargetLaneDeps } from './target-lane';
import { tellProblems } from './tell-problems';
import { hasStartingPod, openGates, tellReadiness } from './tell-readiness';

const CLUSTER_FAULT_MS = 15 * 60_000; // an event that got lost is made good for

/**
 * One pass over one binding: what the cluster says, compared with what the target group holds, made so. The plan of a pass is small and lives only here; what it did
 * is logged and kept in the state. An event that changes nothing makes no call to AWS until the drift check is due.
 */
export async function syncTargetGroup(key: BindingKey, pass: TargetPass, deps: TargetLaneDeps): Promise<PassResult> {
  const cluster = await deps.store.clusters.get(key.cluster);
  if (cluster?.mode !== 'own' && cluster?.mode !== 'forgotten') return { patch: { phase: 'Pending' }, done: { outcome: 'not ours', mode: cluster?.mode ?? 'unregistered' } };
  const kept = await loadMemory(deps.store, pass.holder.key);
  const client = clientOf(cluster, deps.clusterClient);
  const binding = await readBinding(client, key);
  if (!binding || binding.metadata.deletionTimestamp !== undefined) return removeBinding({ key, pass, cluster, client, binding, memory: kept }, deps);
  const memory = await finishLeaving({ key, pass, memory: kept }, deps);
  const references = new Set(memory.references);
  const view: ClusterView = { client, refer: referTo({ key, text: pass.holder.key, references, deps }) };
  await addFinalizer(client, binding);
  const { facts, resolution } = await resolve(view, { binding, cluster });
  const wish = `${digestWish({ resolution, facts, settings: cluster.settings })}/${digestBinding(binding)}`;
  if (isAnswered(pass, { wish, cluster, deps })) return { patch: starts(facts, resolution) ? { nextAttemptAt: soon(cluster, deps) } : {}, done: { outcome: 'unchanged' } };
  return work({ pass, cluster, view, facts, resolution, wish, references, memory: { ...memory, references: [...references] } }, deps);
}

/**
 * An empty answer is not believed at once: Service and slices are read one after the other, and a port that was renamed in between has no endpoints in what was read. What a second
 * reading says holds.
 */
async function resolve(view: ClusterView, of: Parameters<typeof readTargetFacts>[1]): Promise<{ facts: TargetFacts; resolution: TargetResolution }> {
  const facts = await readTargetFacts(view, of);
  const resolution = resolveTargets(facts);
  if (!facts.service || (resolution.outcome === 'resolved' && resolution.targets.length > 0)) return { facts, resolution };
  const again = await readTargetFacts(view, of);
  return { facts: again, resolution: resolveTargets(again) };
}

interface Work {
  readonly pass: TargetPass;
  readonly cluster: ClusterItem;
  readonly view: ClusterView;
  readonly facts: TargetFacts;
  readonly resolution: TargetResolution;
  readonly wish: string;
  readonly references: ReadonlySet<string>;
  readonly memory: TargetMemory;
}

async function work(input: Work, deps: TargetLaneDeps): Promise<PassResult> {
  const { pass, cluster, facts, resolution, wish } = input;
  const targets = resolution.outcome === 'resolved' ? resolution.targets : [];
  const problems: Problem[] = [...resolution.problems];
  const { memory, moved, waiting, stale, problems: found } = resolution.outcome === 'refused' ? { memory: input.memory, ...UNMOVED } : await moveAll(input, targets, deps);
  problems.push(...found);
  if (found.some(({ code }) => code === 'TargetGroupNotFound')) await wakeMaker(input, deps);
  await saveMemory(deps.store, pass.holder, { ...memory, references: [...input.references] });
  const told = await tellProblems({ client: input.view.client, binding: facts.binding, service: facts.service, problems, told: pass.state.told ?? [] });
  const phase = resolution.outcome === 'refused' ? 'Blocked' : problems.length > 0 ? 'Degraded' : waiting ? 'Waiting' : 'Healthy';
  // What is wrong in the cluster is mended there, and an event tells of it; AWS tells nothing.
  const inCluster = problems.length > 0 ? deps.now() + CLUSTER_FAULT_MS * deps.factor : null;
  const again = found.length > 0 || waiting || stale || starts(facts, resolution) ? soon(cluster, deps) : inCluster;
  return {
    patch: { phase, inputsHash: stale ? null : wish, driftCheckedAt: deps.now(), nextAttemptAt: again, told },
    done: { outcome: resolution.outcome, targets: targets.length, ...moved, stale, problems: problems.map(({ code }) => code) },
  };
}

/** A binding of a load balancer that is gone, whose key is at rest: it was written too late, and the key that wrote it is to find it. The sweeper starts that. */
async function wakeMaker({ cluster, facts: { binding } }: Work, { store }: TargetLaneDeps): Promise<void> {
  const [namespace = '', name] = stackOfBinding(binding.metadata.labels ?? {})?.id.split('/') ?? [];
  if (name === undefined) return;
  const key = formatKey({ kind: 'svc', cluster: cluster.id, namespace, name });
  const state = await store.leases.read(key);
  if (state?.phase === 'Deleted' && state.gen === state.doneGen) await store.leases.markDirty(key, undefined, `binding ${binding.metadata.name} is left`);
}

const starts = (facts: TargetFacts, resolution: TargetResolution) => resolution.outcome === 'resolved' && hasStartingPod(facts, resolution.targets);

const soon = ({ settings }: ClusterItem, { now, factor }: Pick<TargetLaneDeps, 'now' | 'factor'>) => now() + durationMs(settings.targetgroupbindingRequeueDuration) * factor;

interface AllMoved {
  readonly memory: TargetMemory;
  readonly moved: { readonly registered: number; readonly deregistered: number };
  /** Whether a pod's readiness gate is still closed. */
  readonly waiting: boolean;
  /** Whether AWS showed less than was registered. */
  readonly stale: boolean;
  readonly problems: readonly Problem[];
}

const UNMOVED = { moved: { registered: 0, deregistered: 0 }, waiting: false, stale: false, problems: [] };

/** Rules first, so that no target is reached too early; for instances a fault there leaves the targets as they are (LBC's behaviour §3.7). */
async function moveAll(input: Work, targets: readonly Target[], deps: TargetLaneDeps): Promise<AllMoved> {
  const { facts, view, resolution } = input;
  const { binding } = facts;
  const network = await recordFaults(await contribute(input, targets, deps), input.pass, deps);
  if (binding.spec.targetType !== 'ip' && network.problems.length > 0) return { ...UNMOVED, ...network };
  const { changes, observed, memory, stale, problems } = await moveTargets({ ...input, targets, memory: network.memory, absent: resolution.outcome === 'absent' }, deps);
  const pods = binding.spec.targetType === 'ip' ? facts.pods : [];
  const waiting = await tellReadiness({ client: view.client, binding: binding.metadata.name, pods, targets, observed, changes, quic: usesQuic(binding.spec.targetGroupProtocol), now: deps.now() });
  if (resolution.outcome === 'absent') await openGates(view.client, { namespace: binding.metadata.namespace ?? '', name: binding.metadata.name, now: deps.now() });
  return { memory, moved: { registered: changes.register.length, deregistered: changes.deregister.length }, waiting, stale, problems: [...network.problems, ...problems] };
}

/** Bindings whose rules cannot be told are listed: what they need may stand on groups already, so no rule of unknown origin is revoked meanwhile. A pass that broke off may have listed it and not remembered that. */
async function recordFaults(network: { memory: TargetMemory; problems: Problem[] }, { holder, state }: TargetPass, deps: TargetLaneDeps): Promise<{ memory: TargetMemory; problems: Problem[] }> {
  const faulty = network.problems.length > 0;
  if (state.owner === undefined && faulty === (network.memory.faulty ?? false)) return network;
  await (faulty ? deps.store.contributions.addUser(FAULTY_BINDINGS, holder.key) : deps.store.contributions.removeUser(FAULTY_BINDINGS, holder.key));
  return { ...network, memory: { ...network.memory, faulty } };
}

/** What the binding needs on the groups of its targets. A fault leaves everything as it was. */
async function contribute({ pass, cluster, view, facts, memory }: Work, targets: readonly Target[], deps: TargetLaneDeps): Promise<{ memory: TargetMemory; problems: Problem[] }> {
  const { binding } = facts;
  const write = (rules: Parameters<typeof contributeRules>[1]['rules'], known: TargetMemory) =>
    contributeRules(deps, { holder: pass.holder, cluster, binding: `${binding.metadata.namespace ?? ''}/${binding.metadata.name}`, rules, memory: known });
  if (!binding.spec.networking) return { memory: await write(new Map(), memory), problems: [] };
  const found = await findGroups(deps, { view, cluster, facts, targets, memory });
  const required = requiredRules(binding, found.targets);
  const faults = [...found.faults, ...('faults' in required ? required.faults : [])];
  if (faults.length > 0 || 'faults' in required) return { memory: found.memory, problems: faults.map((fault) => bindingProblem(binding, 'FailedNetworkReconcile', `security group rules of the targets: ${fault}`)) };
  return { memory: await write(required.rules, found.memory), problems: [] };
}

/** Whether the last finished pass answered the same wish, and its look at AWS is young. A pass that left a problem is always repeated, and so is one after a pass that broke off: that may have changed anything. */
function isAnswered({ state }: TargetPass, { wish, cluster, deps }: { wish: string; cluster: ClusterItem; deps: TargetLaneDeps }): boolean {
  const young = deps.now() - (state.driftCheckedAt ?? 0) < durationMs(cluster.settings.stepbalancer.driftCheckAfter) * deps.factor;
  return state.owner === undefined && state.inputsHash === wish && state.phase === 'Healthy' && young;
}

function referTo({ key, text, references, deps }: { key: BindingKey; text: string; references: Set<string>; deps: TargetLaneDeps }): ClusterView['refer'] {
  return async (object, why) => {
    if (references.has(object)) return;
    await deps.store.references.add({ cluster: key.cluster, object, key: text, why });
    references.add(object);
  };
}
