import type { Storage } from '../storage';

/** What is asked of the machine under a new node; what is left out is chosen by the provider. */
export interface NodeRequest {
  readonly zone?: string;
  readonly instanceType?: string;
}

/** The machine under a node. */
export interface ProvidedNode {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly zone: string;
  /** As the cloud provider writes it: `aws:///us-west-2a/i-…`. */
  readonly providerId: string;
  readonly instanceType?: string;
}

/** Where the cluster's nodes and pod addresses come from: the local AWS, or `memoryNodeProvider`. */
export interface NodeProvider {
  /** Starts a machine. What it answers stays true across a restart on the same storage. */
  addNode(request: NodeRequest): ProvidedNode;
  /** A free address for a pod on this machine. Throws if there is none. */
  assignPodAddress(node: ProvidedNode): string;
  /** Gives a pod's address back; an unknown address is ignored. */
  releasePodAddress(address: string): void;
  /** The Node object is gone: the machine may go as well. */
  removeNode?(instanceId: string): void;
}

const ZONES = ['us-west-2a', 'us-west-2b', 'us-west-2c'];
const PODS_PER_NODE = 240;

interface NodeEntry extends ProvidedNode {
  readonly index: number;
}

/**
 * Nodes without an AWS behind them: 192.168.<node>.10 with pods from 192.168.<node>.11 on, kept in `storage`.
 * Throws when a node has no free address left.
 */
export function memoryNodeProvider(storage: Storage): NodeProvider {
  const nodes = storage.collection<NodeEntry>('cluster/provided-nodes');
  const addresses = storage.collection<string>('cluster/pod-addresses');
  return {
    addNode({ zone, instanceType = 'm5.large' }) {
      const index = nodes.size;
      const chosen = zone ?? ZONES[index % ZONES.length] ?? 'us-west-2a';
      const instanceId = `i-0${(index + 1).toString(16).padStart(16, '0')}`;
      const node = { index, instanceId, instanceType, zone: chosen, privateIp: `192.168.${index}.10`, providerId: `aws:///${chosen}/${instanceId}` };
      nodes.set(instanceId, node);
      return node;
    },
    assignPodAddress(node) {
      const index = nodes.get(node.instanceId)?.index ?? 0;
      const candidates = Array.from({ length: PODS_PER_NODE }, (_, offset) => `192.168.${index}.${offset + 11}`);
      const free = candidates.find((address) => !addresses.has(address));
      if (free === undefined) throw new Error(`Node ${node.instanceId}: all of its ${PODS_PER_NODE} pod addresses are in use`);
      addresses.set(free, node.instanceId);
      return free;
    },
    releasePodAddress: (address) => void addresses.delete(address),
  };
}
