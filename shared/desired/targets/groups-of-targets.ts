import type { Node, Pod } from '../../model/kubernetes';
import { instanceId } from './instance-targets';
import { type InterfaceAnswer, type InterfaceFacts, type TargetInterface, branchInterfaceId, nodeInterface, podInterface } from './target-interfaces';
import { type GroupChoice, groupOfInterface } from './target-security-groups';

/** Security groups by pod uid, and by node where the node alone tells; what could not be told, in words. */
export interface GroupsOfTargets {
  /** By pod uid; `none`: the pod has no interface of its own by nature (hybrid nodes). */
  readonly pods: ReadonlyMap<string, string>;
  readonly nodes: ReadonlyMap<string, { readonly groupId: string; readonly instanceId?: string }>;
  readonly faults: readonly string[];
}

interface Known {
  readonly facts: InterfaceFacts;
  readonly choice: GroupChoice;
}

/**
 * The security group of each pod's interface. Where all interfaces of a node lead to one group, the node is remembered: its next pod needs no look-up.
 */
export function groupsOfPods(pods: readonly { pod: Pod; node: Node | undefined }[], { facts, choice }: Known): GroupsOfTargets {
  const resolved = pods.map(({ pod, node }) => ({ pod, node, found: podInterface({ pod, node, facts }) }));
  const missing = resolved.filter(({ found }) => found === undefined).map(({ pod }) => `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`);
  const { groups, faults } = chooseGroups(resolved.map(({ pod, found }) => ({ id: pod.metadata.uid ?? pod.metadata.name, found })), choice);
  const nodes = new Map(resolved.flatMap(({ pod, node }) => (node && branchInterfaceId(pod) === undefined ? uniformGroup(node, { facts, choice }) : [])));
  return { pods: groups, nodes, faults: [...(missing.length === 0 ? [] : [`expected a network interface for every pod, found none for ${missing.sort().join(', ')}`]), ...faults] };
}

/** The security group of each node's primary interface. */
export function groupsOfNodes(nodes: readonly Node[], { facts, choice }: Known): GroupsOfTargets {
  const resolved = nodes.map((node) => ({ id: node.metadata.name, node, found: nodeInterface(node, facts) }));
  const missing = resolved.filter(({ found }) => found === undefined).map(({ id }) => id);
  const { groups, faults } = chooseGroups(resolved, choice);
  const known = resolved.flatMap(({ id, node }) => {
    const [groupId, instance] = [groups.get(id), instanceId(node)];
    return groupId === undefined ? [] : [[id, { groupId, ...(instance === undefined ? {} : { instanceId: instance }) }] as const];
  });
  return { pods: new Map(), nodes: new Map(known), faults: [...(missing.length === 0 ? [] : [`expected a primary network interface for every node, found none for ${missing.sort().join(', ')}`]), ...faults] };
}

function chooseGroups(entries: readonly { id: string; found: InterfaceAnswer }[], choice: GroupChoice): { groups: Map<string, string>; faults: string[] } {
  const groups = new Map<string, string>();
  const faults = new Set<string>();
  for (const { id, found } of entries) {
    if (found === undefined) continue;
    const answer = found === 'none' ? { groupId: 'none' } : groupOfInterface(found, choice);
    if ('fault' in answer) faults.add(answer.fault);
    else groups.set(id, answer.groupId);
  }
  return { groups, faults: [...faults] };
}

function uniformGroup(node: Node, { facts, choice }: Known): [string, { groupId: string; instanceId: string }][] {
  const instance = instanceId(node);
  const interfaces: readonly TargetInterface[] = facts.byInstance.get(instance ?? '') ?? [];
  const answers = new Set(interfaces.map((candidate) => JSON.stringify(groupOfInterface(candidate, choice))));
  const [first] = interfaces;
  if (instance === undefined || first === undefined || answers.size !== 1) return [];
  const answer = groupOfInterface(first, choice);
  return 'groupId' in answer ? [[node.metadata.name, { groupId: answer.groupId, instanceId: instance }]] : [];
}
