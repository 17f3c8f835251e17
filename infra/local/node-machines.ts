import { defaultIds } from './aws/default-environment';
import type { Machines, NodeMachine } from './aws/ec2/nodes';
import type { Place } from './aws/network';
import type { NodeProvider } from './cluster/node-provider';
import type { Storage } from './storage';

export interface NodeMachinesOptions {
  readonly machines: Machines;
  readonly storage: Storage;
  readonly place: Place;
  /** Subnet of a node, by zone; nodes go round the zones. */
  readonly subnets: readonly { readonly zone: string; readonly subnetId: string }[];
  readonly securityGroup: string;
  /** Family of the pods' addresses; IPv4 unless given. */
  readonly podFamily?: 'IPv4' | 'IPv6';
}

/** The local cluster's nodes on machines of the local EC2: a node's address is its instance's, a pod's address one more of its interface (VPC CNI). */
export function nodeMachines({ machines, storage, place, subnets, securityGroup, podFamily = 'IPv4' }: NodeMachinesOptions): NodeProvider {
  const nodes = storage.collection<NodeMachine>('local/node-machines');
  const addresses = storage.collection<string>('local/pod-interfaces');
  return {
    addNode({ zone, instanceType }) {
      const chosen = subnets.find((subnet) => subnet.zone === zone) ?? subnets[nodes.size % subnets.length];
      if (!chosen) throw new Error(`expected a subnet for a node${zone === undefined ? '' : ` in ${zone}`}, found none`);
      const machine = machines.addNode(place, { name: `node-${nodes.size + 1}`, subnetId: chosen.subnetId, groups: [securityGroup], ...(instanceType === undefined ? {} : { instanceType }) });
      nodes.set(machine.instanceId, machine);
      return machine;
    },
    assignPodAddress({ instanceId }) {
      const machine = nodes.get(instanceId);
      if (!machine) throw new Error(`expected a machine ${instanceId} under the node, found none`);
      const address = machines.assignPodAddress(place, machine.interfaceId, podFamily);
      addresses.set(address, machine.interfaceId);
      return address;
    },
    releasePodAddress(address) {
      const interfaceId = addresses.get(address);
      if (interfaceId === undefined) return;
      machines.releasePodAddress(place, interfaceId, address);
      addresses.delete(address);
    },
    removeNode(instanceId) {
      machines.removeNode(place, instanceId);
      nodes.delete(instanceId);
    },
  };
}

/** The nodes of the built-in account: in its private subnets, one zone after the other. */
export const defaultNodeSubnets = defaultIds.privateSubnets.map((subnetId, index) => ({ zone: `us-west-2${'abc'[index] ?? 'a'}`, subnetId }));
