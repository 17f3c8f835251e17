import type { ClusterItem } from '../contract/items';
import { durationMs } from '../contract/settings';
import type { TargetMemory } from '../contract/target-memory';
import { matchTargets } from '../desired/targets/match-targets';
import { requiredRules } from '../desired/targets/required-rules';
import { resolveTargets } from '../desired/targets/resolve-targets';
import { type Target, type TargetFacts, type TargetResolution, bindingProblem, usesQuic } from '../desired/targets/target';
import { zoneOfAddress } from '../desired/targets/target-zones';
import type { TargetGroupBinding } from '../model/kubernetes';
import type { Problem } from '../model/problem';
import { type ZoneOf, applyTargets, asObservedTargets } from './apply-targets';
import { contributeRules } from './contribute-rules';
import { digestBinding, digestWish } from './digest';
import { findGroups } from './find-groups';
import { type ClusterView, readBinding, readNodes, readTargetFacts } from './read-target-facts';
import { readVpcCidrs } from './read-vpc-cidrs';
import { removeBinding } from './remove-binding';
import type { PassResult, TargetPass } from './run-target-key';
import { loadMemory, saveMemory } from './target-memory';
import type { BindingKey, TargetLaneDeps } from './target-lane';
import { tellProblems } from './tell-problems';


const ZONES_KNOWN_MS = 60 * 60_000; // as long as LBC remembers that AWS refused `all`

/**
 * One pass over one binding: what the cluster says, compared with what the target group holds, made so. The plan of a pass is small and lives only here; what it did
 * is logged and kept in the state. An event that changes nothing makes no call to AWS until the drift check is due.
 */
export async function syncTargetGroup(key: BindingKey, pass: TargetPass, deps: TargetLaneDeps): Promise<PassResult> {
  const cluster = await deps.store.clusters.get(key.cluster);
  if (cluster?.mode !== 'own') return { patch: { phase: 'Pending' }, done: { outcome: 'not ours', mode: cluster?.mode ?? 'unregistered' } };
  const memory = await loadMemory(deps.store, pass.holder.key);
  const references = new Set(memory.references);
  const client = deps.clusterClient(cluster);
  const view: ClusterView = { client, refer: referTo({ key, text: pass.holder.key, references, deps }) };
  const binding = await readBinding(client, key);
  if (!binding || binding.metadata.deletionTimestamp !== undefined) return removeBinding({ key, pass, cluster, client, binding, memory }, deps);
  const facts = await readTargetFacts(view, { binding, cluster });
  const resolution = resolveTargets(facts);
  const wish = `${digestWish({ resolution, facts, settings: cluster.settings })}/${digestBinding(binding)}`;
  if (isAnswered(pass, { wish, cluster, deps })) return { patch: {}, done: { outcome: 'unchanged' } };
  return work({ pass, cluster, view, facts, resolution, wish, references, memory: { ...memory, references: [...references], ...arnOf(binding) } }, deps);
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
  let { memory } = input;
  let changes = { registered: 0, deregistered: 0 };
  if (resolution.outcome !== 'refused') {
    const network = await contribute(input, targets, deps);
    memory = network.memory;
    problems.push(...network.problems);
    const blocked = facts.binding.spec.targetType === 'instance' && network.problems.length > 0;
    if (!blocked) ({ changes, memory } = await moveTargets({ ...input, memory }, targets, deps));
  }
  await saveMemory(deps.store, pass.holder, { ...memory, references: [...input.references] });
  const told = await tellProblems({ client: input.view.client, binding: facts.binding, problems, told: pass.state.told ?? [] });
  const phase = resolution.outcome === 'refused' ? 'Blocked' : problems.length > 0 ? 'Degraded' : 'Healthy';
  const retryAt = problems.length > 0 ? deps.now() + durationMs(cluster.settings.targetgroupbindingRequeueDuration) * deps.factor : null;
  return {
    patch: { phase, inputsHash: wish, driftCheckedAt: deps.now(), nextAttemptAt: retryAt, told },
    done: { outcome: resolution.outcome, targets: targets.length, ...changes, problems: problems.map(({ code }) => code) },
  };
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

async function moveTargets({ pass, cluster, view, facts, memory }: Work, targets: readonly Target[], deps: TargetLaneDeps): Promise<{ changes: { registered: number; deregistered: number }; memory: TargetMemory }> {
  const { targetGroupARN = '', targetGroupProtocol: protocol, targetType, vpcID } = facts.binding.spec;
  const health = await deps.elbv2.describeTargetHealth(targetGroupARN);
  const none = { registered: 0, deregistered: 0 };
  if (!health) return { changes: none, memory };
  const observed = asObservedTargets(health);
  const changes = matchTargets({ desired: targets, observed, quic: usesQuic(protocol), limit: cluster.settings.maxTargetsPerTargetGroup });
  const vpc = targetType === 'ip' && changes.register.length > 0 ? await readVpcCidrs(deps, { vpcId: vpcID ?? cluster.vpcId, memory }) : memory.vpc;
  const nodeZones = () => zonesOfNodes(view, changes.register);
  const outside: ZoneOf = ({ id }) => (targetType === 'ip' ? zoneOfAddress(id, vpc?.cidrs) : undefined);
  const zonesKnown = (memory.zonesUntil ?? 0) > deps.now() && changes.register.some(outside);
  const known = zonesKnown ? await nodeZones() : undefined;
  const zoneOf: ZoneOf = known ? (target) => outside(target) && known(target) : outside;
  const { zonesNeeded } = await applyTargets(deps.elbv2, { targetGroupArn: targetGroupARN, changes, protocol, zoneOf, nodeZones, guard: pass.guard });
  return {
    changes: { registered: changes.register.length, deregistered: changes.deregister.length },
    memory: { ...memory, ...(vpc ? { vpc } : {}), ...(zonesNeeded ? { zonesUntil: deps.now() + ZONES_KNOWN_MS * deps.factor } : {}) },
  };
}

/** The zone label of each target's node; `all` for a pod without node or a node without zone. */
async function zonesOfNodes(view: ClusterView, targets: readonly Target[]): Promise<ZoneOf> {
  const nodes = await readNodes(view, targets.flatMap(({ node }) => node ?? []));
  const zones = new Map(nodes.map(({ metadata }) => [metadata.name, metadata.labels?.['topology.kubernetes.io/zone']]));
  return ({ node }) => zones.get(node ?? '') ?? 'all';
}

/** Whether the last finished pass answered the same wish, and its look at AWS is young. A pass that left a problem is always repeated. */
function isAnswered({ state }: TargetPass, { wish, cluster, deps }: { wish: string; cluster: ClusterItem; deps: TargetLaneDeps }): boolean {
  const young = deps.now() - (state.driftCheckedAt ?? 0) < durationMs(cluster.settings.stepbalancer.driftCheckAfter) * deps.factor;
  return state.inputsHash === wish && state.phase === 'Healthy' && young;
}

function referTo({ key, text, references, deps }: { key: BindingKey; text: string; references: Set<string>; deps: TargetLaneDeps }): ClusterView['refer'] {
  return async (object, why) => {
    if (references.has(object)) return;
    await deps.store.references.add({ cluster: key.cluster, object, key: text, why });
    references.add(object);
  };
}

function arnOf(binding: TargetGroupBinding): { targetGroupArn?: string } {
  return binding.spec.targetGroupARN === undefined ? {} : { targetGroupArn: binding.spec.targetGroupARN };
}
