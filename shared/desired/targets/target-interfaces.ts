import type { Node, Pod } from '../../model/kubernetes';
import { instanceId } from './instance-targets';
import { containsAddress } from './cidr';

/** One network interface as EC2 describes it, reduced to what decides whose it is. */
export interface TargetInterface {
  readonly id: string;
  readonly groupIds: readonly string[];
  readonly deviceIndex?: number;
  /** Single addresses, IPv4 and IPv6. */
  readonly addresses: readonly string[];
  /** Delegated prefixes, IPv4 and IPv6, as CIDRs. */
  readonly prefixes: readonly string[];
}

/** What was read of EC2: interfaces by instance, and those found by id or address in the VPC. */
export interface InterfaceFacts {
  readonly byInstance: ReadonlyMap<string, readonly TargetInterface[]>;
  readonly found: readonly TargetInterface[];
}

/** What has to be read of EC2 before `podInterface` or `nodeInterface` can answer. */
export interface InterfaceQuery {
  readonly instanceIds: readonly string[];
  readonly interfaceIds: readonly string[];
  /** Addresses to look for in the VPC. */
  readonly addresses: readonly string[];
}

type Compute = 'ec2' | 'fargate' | 'hyperpod' | 'hybrid';

/** The interface of a pod or node; `none` where it has none by nature (hybrid nodes), undefined where it was not found. */
export type InterfaceAnswer = TargetInterface | 'none' | undefined;

const BRANCH_ANNOTATION = 'vpc.amazonaws.com/pod-eni';

/** Which instances, interfaces and addresses have to be looked up for these pods. */
export function interfaceQuery(pods: readonly { pod: Pod; node: Node | undefined }[]): InterfaceQuery {
  const instanceIds = new Set<string>();
  const interfaceIds = new Set<string>();
  const addresses = new Set<string>();
  for (const { pod, node } of pods) {
    const compute = computeOf(node);
    const branch = compute === 'ec2' ? branchInterfaceId(pod) : undefined;
    if (branch !== undefined) interfaceIds.add(branch);
    else if (compute === 'ec2' && node) addDefined(instanceIds, instanceId(node));
    else if (compute === 'fargate' || compute === 'hyperpod') podAddresses(pod).forEach((address) => addresses.add(address));
    if (compute === 'hyperpod' && node) nodeAddresses(node).forEach((address) => addresses.add(address));
  }
  return { instanceIds: [...instanceIds], interfaceIds: [...interfaceIds], addresses: [...addresses] };
}

/**
 * The interface that carries a pod's traffic (LBC's behaviour §3.6): a branch interface named by the pod's annotation, an interface of its instance that
 * holds its address, or, where the instance cannot be seen (Fargate, HyperPod), an interface of the VPC found by address.
 */
export function podInterface({ pod, node, facts }: { pod: Pod; node: Node | undefined; facts: InterfaceFacts }): InterfaceAnswer {
  const addresses = podAddresses(pod);
  const holding = (interfaces: readonly TargetInterface[]) => interfaces.find((candidate) => addresses.some((address) => holdsAddress(candidate, address)));
  switch (computeOf(node)) {
    case 'hybrid':
      return 'none';
    case 'fargate':
      return facts.found.find((candidate) => addresses.some((address) => candidate.addresses.includes(address)));
    case 'hyperpod':
      return holding(facts.found);
    default: {
      const branch = branchInterfaceId(pod);
      if (branch !== undefined) return facts.found.find(({ id }) => id === branch);
      return holding(facts.byInstance.get((node && instanceId(node)) ?? '') ?? []);
    }
  }
}

/** The interface of an instance target: its primary one. */
export function nodeInterface(node: Node, facts: InterfaceFacts): InterfaceAnswer {
  return facts.byInstance.get(instanceId(node) ?? '')?.find(({ deviceIndex }) => deviceIndex === 0);
}

/** Whether an interface holds an address, by itself or in a delegated prefix. */
export function holdsAddress(candidate: TargetInterface, address: string): boolean {
  return candidate.addresses.includes(address) || candidate.prefixes.some((prefix) => containsAddress(prefix, address));
}

/** All addresses of a pod, the first one first. */
export function podAddresses(pod: Pod): string[] {
  const all = [pod.status?.podIP, ...(pod.status?.podIPs ?? []).map(({ ip }) => ip)];
  return [...new Set(all.filter((address): address is string => !!address))];
}

/** Id of the branch interface that belongs to the pod's present address (security groups for pods). A malformed annotation says nothing. */
export function branchInterfaceId(pod: Pod): string | undefined {
  const addresses = podAddresses(pod);
  const branches = parseBranches(pod.metadata.annotations?.[BRANCH_ANNOTATION]);
  return branches.find(({ privateIp, ipv6Addr }) => addresses.includes(privateIp ?? '') || addresses.includes(ipv6Addr ?? ''))?.eniId;
}

function parseBranches(annotation: string | undefined): { eniId?: string; privateIp?: string; ipv6Addr?: string }[] {
  try {
    const parsed: unknown = JSON.parse(annotation ?? '[]');
    return Array.isArray(parsed) ? parsed.filter((entry): entry is object => typeof entry === 'object' && entry !== null) : [];
  } catch {
    return [];
  }
}

function computeOf(node: Node | undefined): Compute {
  const labels = node?.metadata.labels ?? {};
  const eks = labels['eks.amazonaws.com/compute-type'];
  if (eks === 'fargate' || eks === 'hybrid') return eks;
  return labels['sagemaker.amazonaws.com/compute-type'] === 'hyperpod' ? 'hyperpod' : 'ec2';
}

function nodeAddresses(node: Node): string[] {
  return (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
}

function addDefined<Item>(set: Set<Item>, item: Item | undefined): void {
  if (item !== undefined) set.add(item);
}
