import type { ObjectStore } from '../store/object-store';
import { objectId } from '../store/object-store';
import type { Service, ServiceSpec } from '../objects';
import type { FieldProblem } from '../validation/field-problem';
import { invalidValue } from '../validation/field-problem';
import { wantsHealthCheckPort, wantsNodePorts } from './service-defaults';

const FIRST_NODE_PORT = 30_000;
const NODE_PORTS = 2768;
/** 172.20.0.0/16, EKS's usual range for Services. */
const CLUSTER_RANGE = /^172\.20\.\d{1,3}\.\d{1,3}$/;

interface Taken {
  readonly addresses: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
}

interface Allocation {
  readonly store: ObjectStore;
  readonly random: () => number;
}

/** Gives a Service the cluster IP and node ports that it needs and does not have; problems if it asks for taken or impossible ones. */
export function allocateServiceAddresses(service: Service, { store, random }: Allocation): FieldProblem[] {
  const taken = takenByOthers(service, store);
  return [...allocateClusterIp(service.spec, taken, random), ...allocateNodePorts(service.spec, taken, random)];
}

function takenByOthers(service: Service, store: ObjectStore): Taken {
  const self = objectId(service.metadata.namespace, service.metadata.name);
  const others = store.list('services').filter((other) => objectId(other.metadata.namespace, other.metadata.name) !== self);
  const nodePorts = others.flatMap(({ spec }) => [spec.healthCheckNodePort, ...(spec.ports ?? []).map((port) => port.nodePort)]);
  return {
    addresses: new Set(others.flatMap(({ spec }) => (spec.clusterIP === undefined ? [] : [spec.clusterIP]))),
    nodePorts: new Set(nodePorts.filter((port) => port !== undefined)),
  };
}

function allocateClusterIp(spec: ServiceSpec, taken: Taken, random: () => number): FieldProblem[] {
  if (spec.type === 'ExternalName') return [];
  const asked = spec.clusterIP ?? spec.clusterIPs?.[0];
  if (asked !== undefined && asked !== '') {
    spec.clusterIP = asked;
    spec.clusterIPs ??= [asked];
    if (asked === 'None') return [];
    if (!CLUSTER_RANGE.test(asked)) return [invalidValue('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: the provided IP (${asked}) is not in the valid range. The range of valid IPs is 172.20.0.0/16`)];
    return taken.addresses.has(asked) ? [invalidValue('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: provided IP is already allocated`)] : [];
  }
  let address = randomAddress(random);
  while (taken.addresses.has(address)) address = randomAddress(random);
  spec.clusterIP = address;
  spec.clusterIPs = [address];
  return [];
}

function randomAddress(random: () => number): string {
  return `172.20.${Math.floor(random() * 256)}.${1 + Math.floor(random() * 254)}`;
}

function allocateNodePorts(spec: ServiceSpec, taken: Taken, random: () => number): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const own = new Set([spec.healthCheckNodePort, ...(spec.ports ?? []).map(({ nodePort }) => nodePort)].filter((port) => port !== undefined));
  const claim = (asked: number | undefined, field: string) => {
    const port = asked ?? freePort(new Set([...taken.nodePorts, ...own]), random);
    if (asked === undefined) own.add(port);
    else if (taken.nodePorts.has(port)) problems.push(invalidValue(field, port, 'provided port is already allocated'));
    else if (port < FIRST_NODE_PORT || port >= FIRST_NODE_PORT + NODE_PORTS)
      problems.push(invalidValue(field, port, `provided port is not in the valid range. The range of valid ports is ${FIRST_NODE_PORT}-${FIRST_NODE_PORT + NODE_PORTS - 1}`));
    return port;
  };
  const shared = new Map<string, number>();
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (!wantsNodePorts(spec) && (port.nodePort === undefined || spec.type !== 'LoadBalancer')) continue;
    const twin = port.nodePort === undefined ? shared.get(otherProtocol(port.port, port.protocol)) : undefined;
    port.nodePort = twin ?? claim(port.nodePort, `spec.ports[${index}].nodePort`);
    shared.set(`${port.port}/${port.protocol}`, port.nodePort);
  }
  if (wantsHealthCheckPort(spec)) spec.healthCheckNodePort = claim(spec.healthCheckNodePort, 'spec.healthCheckNodePort');
  return problems;
}

/** TCP and UDP of one port share a node port, as the API server does it. */
function otherProtocol(port: number, protocol: string | undefined): string {
  return `${port}/${protocol === 'UDP' ? 'TCP' : 'UDP'}`;
}

function freePort(taken: ReadonlySet<number>, random: () => number): number {
  if (taken.size >= NODE_PORTS) throw new Error(`All ${NODE_PORTS} node ports are in use`);
  const start = Math.floor(random() * NODE_PORTS);
  for (let step = 0; ; step += 1) {
    const port = FIRST_NODE_PORT + ((start + step) % NODE_PORTS);
    if (!taken.has(port)) return port;
  }
}
