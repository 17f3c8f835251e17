import type { Node, Service, ServicePort, TargetGroupBinding } from '../../model/kubernetes';
import type { Problem } from '../../model/problem';
import { matchesSelector, selectorFault } from './node-selector';
import { type Target, type TargetFacts, type TargetResolution, bindingProblem } from './target';

const EXCLUDING_LABELS = ['node-role.kubernetes.io/master', 'node.kubernetes.io/exclude-from-external-load-balancers', 'alpha.service-controller.kubernetes.io/exclude-balancer'];
const COMPUTE_TYPE = 'eks.amazonaws.com/compute-type';

/**
 * Instances and a node port (LBC's behaviour §3.7). A node that is no EC2 instance (Fargate, hybrid) can never be an instance target and is left out;
 * one whose providerID is missing or foreign is left out with a problem, so that it does not take the others down.
 */
export function resolveInstanceTargets(facts: TargetFacts, service: Service, port: ServicePort): TargetResolution {
  const { binding } = facts;
  const fault = serviceFault(binding, service, port) ?? selectorProblem(binding);
  if (fault) return { outcome: 'refused', problems: [fault] };
  const candidates = facts.nodes.filter((node) => isCandidate(node, binding));
  const used = usableNodes(candidates, facts.failOpen);
  const resolved = used.map((node) => instanceTarget(node, port.nodePort ?? 0, binding));
  const targets = resolved.flatMap((entry) => ('target' in entry ? [entry.target] : []));
  const problems = resolved.flatMap((entry) => ('problem' in entry ? [entry.problem] : []));
  return { outcome: 'resolved', targets, problems: [...problems, ...serverlessOnly(facts, candidates)] };
}

/** Whether a node may carry instance targets, its readiness aside. A nodeSelector narrows the default exclusions, it does not replace them. */
export function isCandidate(node: Node, { spec }: { readonly spec: Pick<TargetGroupBinding['spec'], 'nodeSelector'> }): boolean {
  const labels = node.metadata.labels ?? {};
  if (EXCLUDING_LABELS.some((label) => label in labels)) return false;
  if (isServerless(node) || !matchesSelector(labels, spec.nodeSelector)) return false;
  return !(node.spec?.taints ?? []).some(({ key, effect }) => key === 'ToBeDeletedByClusterAutoscaler' || (key === 'karpenter.sh/disrupted' && effect === 'NoSchedule'));
}

/** The instance behind a node: the last part of `spec.providerID`. Undefined where that is no EC2 instance. */
export function instanceId(node: Node): string | undefined {
  const id = node.spec?.providerID?.split('/').at(-1);
  return id !== undefined && /^i-[0-9a-f]+$/.test(id) ? id : undefined;
}

function isServerless(node: Node): boolean {
  const type = node.metadata.labels?.[COMPUTE_TYPE];
  return type === 'fargate' || type === 'hybrid';
}

function usableNodes(nodes: readonly Node[], failOpen: boolean): readonly Node[] {
  const ready = (status: string) => nodes.filter((node) => node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === status));
  const usable = ready('True');
  return usable.length === 0 && failOpen ? ready('Unknown') : usable;
}

function instanceTarget(node: Node, port: number, binding: TargetGroupBinding): { target: Target } | { problem: Problem } {
  const id = instanceId(node);
  if (id !== undefined) return { target: { id, port, node: node.metadata.name } };
  const found = node.spec?.providerID ? JSON.stringify(node.spec.providerID) : 'none';
  return { problem: bindingProblem(binding, 'NodeWithoutInstance', `expected spec.providerID of node ${node.metadata.name} to end in an EC2 instance id (i-…), found ${found}; the node is left out until it has one`) };
}

function serviceFault(binding: TargetGroupBinding, service: Service, port: ServicePort): Problem | undefined {
  const where = `Service ${service.metadata.namespace ?? ''}/${service.metadata.name}`;
  const type = service.spec.type ?? 'ClusterIP';
  if (type !== 'NodePort' && type !== 'LoadBalancer') return bindingProblem(binding, 'NodePortMissing', `${where}: instance targets need a Service of type NodePort or LoadBalancer, found ${type}; change its type or use ip targets`);
  if (!port.nodePort) return bindingProblem(binding, 'NodePortMissing', `${where}: instance targets need a node port for port ${port.port}, found none; remove allocateLoadBalancerNodePorts: false or use ip targets`);
  return undefined;
}

function selectorProblem(binding: TargetGroupBinding): Problem | undefined {
  const fault = selectorFault(binding.spec.nodeSelector);
  return fault === undefined ? undefined : bindingProblem(binding, 'NodeSelectorInvalid', `spec.nodeSelector: ${fault}`);
}

/** Pods on Fargate cannot be reached through instances: said clearly when no other node is left. */
function serverlessOnly({ binding, nodes }: TargetFacts, candidates: readonly Node[]): Problem[] {
  if (candidates.length > 0 || !nodes.some(isServerless)) return [];
  return [bindingProblem(binding, 'NoInstanceNodes', `expected EC2 nodes for instance targets, found only Fargate or hybrid nodes; use ip targets for Service ${binding.spec.serviceRef.name} (nlb-target-type or target-type: ip)`)];
}
