import type { Node, Pod } from './objects';
import { readyBackends } from './controllers/service-backends';
import { machineOf } from './controllers/cluster-nodes';
import type { ObjectStore } from './store/object-store';

/** Whether something answers at a pod's address, or at a node's (instance id or private address), on this port. */
export function probePort(store: ObjectStore, { address, port }: { address: string; port: number }): boolean {
  const pod = store.list('pods').find(({ status }) => status?.podIP === address);
  if (pod !== undefined) return listens(pod, port);
  const node = store.list('nodes').find((each) => [machineOf(each).instanceId, machineOf(each).privateIp].includes(address));
  return node !== undefined && isReady(node) && forwards(store, node, port);
}

/** Containers that state ports listen on these; a pod that states none is taken to listen everywhere. */
function listens({ spec, status }: Pod, port: number): boolean {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  const ready = status?.conditions?.some(({ type, status: state }) => type === 'ContainersReady' && state === 'True') === true;
  return ready && (ports.length === 0 || ports.some(({ containerPort, protocol = 'TCP' }) => containerPort === port && protocol !== 'UDP'));
}

function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') === true;
}

/** kube-proxy on a node: forwards a node port to ready backends; with traffic policy Local only to those of its own node. */
function forwards(store: ObjectStore, node: Node, port: number): boolean {
  return store.list('services').some((service) => {
    const { spec } = service;
    const servicePort = spec.ports?.find(({ nodePort }) => nodePort === port);
    if (servicePort === undefined && spec.healthCheckNodePort !== port) return false;
    const isLocal = spec.externalTrafficPolicy === 'Local';
    return readyBackends(store, service).some(({ nodeName }) => !isLocal || nodeName === node.metadata.name);
  });
}
