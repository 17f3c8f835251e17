import type { EndpointSlice, Node, Pod, ServicePort, TargetGroupBinding } from '../../model/kubernetes';
import { quicServerId } from './quic-server-id';
import { type Target, type TargetFacts, type TargetResolution, bindingProblem } from './target';

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];
type Verdict = 'use' | 'if-nothing-else' | 'leave-out';

interface Candidate {
  readonly target: Target;
  readonly verdict: Verdict;
}

/**
 * Pod addresses behind one Service port (LBC's behaviour §3.4). An endpoint that is not ready counts when its containers are ready and its node is: what
 * keeps it back is our own readiness gate. Pods on nodes that nobody hears of are used only when there is nothing else.
 */
export function resolveIpTargets(facts: TargetFacts, port: ServicePort): TargetResolution {
  const pods = new Map(facts.pods.map((pod) => [pod.metadata.name, pod]));
  const nodes = new Map(facts.nodes.map((node) => [node.metadata.name, node]));
  const slices = facts.slices.filter((slice) => facts.ignoreAddressType || slice.addressType === addressType(facts.binding));
  const matched = slices.flatMap((slice) => portNumbers(slice, port).map((number) => ({ slice, number })));
  const candidates = matched
    .filter(({ number }) => number !== 0)
    .flatMap(({ slice, number }) => (slice.endpoints ?? []).flatMap((endpoint) => candidate({ endpoint, number, pods, nodes, facts })));
  const used = candidates.filter(({ verdict }) => verdict === 'use');
  const fallback = used.length === 0 && facts.failOpen ? candidates.filter(({ verdict }) => verdict === 'if-nothing-else') : [];
  const targets = [...used, ...fallback].map(({ target }) => target);
  return { outcome: 'resolved', targets, problems: matched.some(({ number }) => number === 0) ? [portlessSlice(facts.binding)] : [] };
}

function candidate({ endpoint, number, pods, nodes, facts }: { endpoint: Endpoint; number: number; pods: ReadonlyMap<string, Pod>; nodes: ReadonlyMap<string, Node>; facts: TargetFacts }): Candidate[] {
  const [address] = endpoint.addresses;
  const pod = endpoint.targetRef?.kind === 'Pod' ? pods.get(endpoint.targetRef.name ?? '') : undefined;
  if (address === undefined || !pod) return [];
  const serverId = quicServerId(pod, facts.quicEnvironmentVariable);
  const node = pod.spec?.nodeName ?? endpoint.nodeName;
  const target: Target = { id: address, port: number, pod: pod.metadata.name, ...(serverId === undefined ? {} : { quicServerId: serverId }), ...(node === undefined ? {} : { node }) };
  return [{ target, verdict: verdictOf({ endpoint, pod, node: nodes.get(node ?? '') }) }];
}

function verdictOf({ endpoint, pod, node }: { endpoint: Endpoint; pod: Pod; node: Node | undefined }): Verdict {
  if (endpoint.conditions?.ready ?? true) return 'use';
  const containersReady = pod.status?.conditions?.some(({ type, status }) => type === 'ContainersReady' && status === 'True');
  if (!containersReady) return 'leave-out';
  const nodeReady = node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  if (nodeReady === 'True') return endpoint.conditions?.terminating ? 'leave-out' : 'use';
  return nodeReady === 'Unknown' ? 'if-nothing-else' : 'leave-out';
}

/** A Service port with a name takes the slice ports of that name, one without a name takes all. 0 stands for a port without a number. */
function portNumbers(slice: EndpointSlice, port: ServicePort): number[] {
  return (slice.ports ?? []).filter(({ name }) => !port.name || (name ?? '') === port.name).map(({ port: number }) => number ?? 0);
}

function addressType(binding: TargetGroupBinding): string {
  return binding.spec.ipAddressType === 'ipv6' ? 'IPv6' : 'IPv4';
}

function portlessSlice(binding: TargetGroupBinding) {
  return bindingProblem(binding, 'EndpointPortMissing', `expected a port number in every EndpointSlice of Service ${binding.spec.serviceRef.name}, found a slice port without one; its endpoints are left out, because AWS takes ports 1 to 65535 only`);
}
