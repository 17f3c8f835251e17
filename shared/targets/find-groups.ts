import type { ClusterItem } from '../contract/items';
import type { TargetMemory } from '../contract/target-memory';
import { groupsOfNodes, groupsOfPods } from '../desired/targets/groups-of-targets';
import { instanceId } from '../desired/targets/instance-targets';
import type { TargetsOfGroup } from '../desired/targets/required-rules';
import type { Target, TargetFacts } from '../desired/targets/target';
import { branchInterfaceId, interfaceQuery } from '../desired/targets/target-interfaces';
import type { Node, Pod } from '../model/kubernetes';
import { readInterfaces, readTagsOfGroups } from './read-interfaces';
import { type ClusterView, readNodes } from './read-target-facts';
import type { TargetLaneDeps } from './target-lane';

/** How long a node's security group is believed. Drift of groups on interfaces is rare, and new nodes and pods are looked up at once. */
const TRUSTED_MS = 30 * 60_000;

/** The targets behind each security group, what is remembered of them from now on, and what could not be told. */
export interface FoundGroups {
  readonly targets: ReadonlyMap<string, TargetsOfGroup>;
  readonly memory: TargetMemory;
  readonly faults: readonly string[];
}

/** What finding the groups asks, and a clock. */
export interface FindGroupsDeps extends Pick<TargetLaneDeps, 'now' | 'factor'> {
  readonly ec2: Pick<TargetLaneDeps['ec2'], 'describeInstances' | 'describeNetworkInterfaces' | 'describeSecurityGroups' | 'describeSecurityGroupRules'>;
}

interface Find {
  readonly view: ClusterView;
  readonly cluster: ClusterItem;
  readonly facts: TargetFacts;
  readonly targets: readonly Target[];
  readonly memory: TargetMemory;
}

/** Finds the security groups that get a binding's rules. EC2 is asked only about nodes and pods that are not remembered. */
export async function findGroups(deps: FindGroupsDeps, input: Find): Promise<FoundGroups> {
  const expired = deps.now() - input.memory.interfacesReadAt > TRUSTED_MS * deps.factor;
  const memory = expired ? { ...input.memory, nodes: {}, pods: {}, interfacesReadAt: deps.now() } : input.memory;
  return input.facts.binding.spec.targetType === 'ip' ? findForPods(deps, { ...input, memory }) : findForNodes(deps, { ...input, memory });
}

async function findForPods(deps: FindGroupsDeps, { view, cluster, facts, targets, memory }: Find): Promise<FoundGroups> {
  const names = new Set(targets.flatMap(({ pod }) => pod ?? []));
  const pods = facts.pods.filter((pod) => names.has(pod.metadata.name));
  const unknown = pods.filter((pod) => rememberedGroup(pod, memory) === undefined);
  const nodes = new Map((await readNodes(view, unknown.flatMap((pod) => pod.spec?.nodeName ?? []))).map((node) => [node.metadata.name, node]));
  const asked = unknown.map((pod) => ({ pod, node: nodes.get(pod.spec?.nodeName ?? '') }));
  const looked = groupsOfPods(asked, await readKnown(deps, { query: interfaceQuery(asked), cluster }));
  const remembered: TargetMemory = { ...memory, nodes: { ...memory.nodes, ...Object.fromEntries(looked.nodes) } };
  const groupOf = (pod: Pod) => rememberedGroup(pod, remembered) ?? looked.pods.get(pod.metadata.uid ?? pod.metadata.name);
  const byGroup = Object.groupBy(pods, (pod) => groupOf(pod) ?? 'none');
  delete byGroup['none'];
  const kept = pods.filter((pod) => !remembered.nodes[pod.spec?.nodeName ?? ''] || branchInterfaceId(pod) !== undefined);
  const memoryOfPods = Object.fromEntries(kept.flatMap((pod) => { const group = groupOf(pod); return group === undefined ? [] : [[pod.metadata.uid ?? '', group] as const]; }));
  return { targets: new Map(Object.entries(byGroup).map(([groupId, list]) => [groupId, { pods: list ?? [] }])), memory: { ...remembered, pods: memoryOfPods }, faults: looked.faults };
}

/** A pod with an interface of its own is remembered by itself, any other one by its node. */
function rememberedGroup(pod: Pod, memory: TargetMemory): string | undefined {
  const own = memory.pods[pod.metadata.uid ?? ''];
  return own ?? (branchInterfaceId(pod) === undefined ? memory.nodes[pod.spec?.nodeName ?? '']?.groupId : undefined);
}

async function findForNodes(deps: FindGroupsDeps, { cluster, facts, targets, memory }: Find): Promise<FoundGroups> {
  const names = new Set(targets.map(({ node }) => node));
  const nodes = facts.nodes.filter((node) => names.has(node.metadata.name));
  const unknown = nodes.filter((node) => memory.nodes[node.metadata.name]?.instanceId !== instanceId(node));
  const query = { instanceIds: unknown.flatMap((node: Node) => instanceId(node) ?? []), interfaceIds: [], addresses: [] };
  const looked = groupsOfNodes(unknown, await readKnown(deps, { query, cluster }));
  const known = { ...memory.nodes, ...Object.fromEntries(looked.nodes) };
  const kept = Object.fromEntries(Object.entries(known).filter(([name]) => names.has(name)));
  const groupIds = new Set(Object.values(kept).map(({ groupId }) => groupId));
  return { targets: new Map([...groupIds].map((groupId) => [groupId, 'nodes'])), memory: { ...memory, nodes: kept }, faults: looked.faults };
}

async function readKnown(deps: FindGroupsDeps, { query, cluster }: { query: ReturnType<typeof interfaceQuery>; cluster: ClusterItem }) {
  const facts = await readInterfaces(deps.ec2, query, cluster.vpcId);
  const tagsOfGroup = await readTagsOfGroups(deps.ec2, [...facts.found, ...[...facts.byInstance.values()].flat()]);
  return { facts, choice: { clusterName: cluster.name, extraTags: cluster.settings.serviceTargetEniSecurityGroupTags, tagsOfGroup } };
}
