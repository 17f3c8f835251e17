import type { KubeObject } from '../kube-object';
import { asText, fieldAt, isFields } from '../kube-object';
import type { Namespace, Node, Pod, Service, ServicePort } from '../objects';
import { age } from './duration';
import type { Printer } from './printer';
import { columns, formatLabels, joined } from './printer';

const born = (object: KubeObject, now: number) => age(object.metadata.creationTimestamp, now);
const listAt = (object: unknown, path: string) => {
  const value = fieldAt(object, path);
  return Array.isArray(value) ? value.filter(isFields) : [];
};
const sizeAt = (object: unknown, path: string) => {
  const value = fieldAt(object, path);
  return isFields(value) ? Object.keys(value).length : 0;
};

/** What EXTERNAL-IP shows: the load balancer's names once it has some. Names are cut at 16 characters unless wide, which the client does not ask us for. */
export function externalAddress({ spec, status }: Service): string {
  const balancers = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  const external = spec.externalIPs ?? [];
  if (spec.type === 'LoadBalancer') return balancers.length + external.length > 0 ? [...balancers, ...external].join(',') : '<pending>';
  if (spec.type === 'ExternalName') return spec.externalName ?? '<none>';
  return joined(external);
}

function portText({ port, nodePort, protocol }: ServicePort): string {
  return nodePort === undefined || nodePort === 0 ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`;
}

const service: Printer = {
  columns: columns('Name Type Cluster-IP External-IP Port(s) Age Selector+'),
  cells(object, now) {
    const { spec } = object as Service;
    const address = spec.clusterIP ?? (spec.type === 'ExternalName' ? '<none>' : '');
    return [object.metadata.name, spec.type, address, externalAddress(object as Service), joined((spec.ports ?? []).map(portText)), born(object, now), formatLabels(spec.selector)];
  },
};

/** Running, Pending … or Terminating once it is deleted. */
function podState({ metadata, status }: Pod): string {
  return metadata.deletionTimestamp === undefined ? (status?.reason ?? status?.phase ?? 'Unknown') : 'Terminating';
}

const pod: Printer = {
  columns: columns('Name Ready Status Restarts# Age IP+ Node+ Nominated_Node+ Readiness_Gates+'),
  cells(object, now) {
    const { spec, status } = object as Pod;
    const containers = status?.containerStatuses ?? [];
    const gates = spec.readinessGates ?? [];
    const met = gates.filter(({ conditionType }) => status?.conditions?.some((condition) => condition.type === conditionType && condition.status === 'True') === true);
    const ready = `${containers.filter((container) => container.ready).length}/${spec.containers.length}`;
    const restarts = containers.reduce((sum, container) => sum + container.restartCount, 0);
    const gateText = gates.length === 0 ? '<none>' : `${met.length}/${gates.length}`;
    return [object.metadata.name, ready, podState(object as Pod), String(restarts), born(object, now), status?.podIP ?? '<none>', spec.nodeName ?? '<none>', '<none>', gateText];
  },
};

function nodeState({ spec, status }: Node): string {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  const states = [ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady', ...(spec.unschedulable === true ? ['SchedulingDisabled'] : [])];
  return states.join(',');
}

const node: Printer = {
  columns: columns('Name Status Roles Age Version Internal-IP+ External-IP+ OS-Image+ Kernel-Version+ Container-Runtime+'),
  cells(object, now) {
    const { status } = object as Node;
    const roles = Object.keys(object.metadata.labels ?? {}).filter((key) => key.startsWith('node-role.kubernetes.io/')).map((key) => key.split('/')[1] ?? '');
    const address = (type: string) => status?.addresses?.find((each) => each.type === type)?.address ?? '<none>';
    const about = (field: string) => asText(fieldAt(status, `nodeInfo.${field}`) ?? '<unknown>');
    return [object.metadata.name, nodeState(object as Node), joined(roles), born(object, now), about('kubeletVersion'), address('InternalIP'), address('ExternalIP'), about('osImage'), about('kernelVersion'), about('containerRuntimeVersion')];
  },
};

const event: Printer = {
  columns: columns('Last_Seen Type Reason Object Subobject+ Source+ Message First_Seen+ Count+ Name+'),
  cells(object, now) {
    const text = (path: string) => asText(fieldAt(object, path));
    const first = object['firstTimestamp'] ?? object['eventTime'];
    const last = fieldAt(object, 'series.lastObservedTime') ?? object['lastTimestamp'] ?? object['eventTime'] ?? first;
    const subject = `${text('involvedObject.kind').toLowerCase()}/${text('involvedObject.name')}`;
    const source = text('source.component') || text('reportingComponent');
    const count = fieldAt(object, 'series.count') ?? object['count'] ?? 1;
    return [age(last, now), text('type'), text('reason'), subject, text('involvedObject.fieldPath'), source, text('message').trim(), age(first, now), asText(count), object.metadata.name];
  },
};

function endpointText(object: KubeObject): string {
  const all = listAt(object, 'subsets').flatMap((subset) =>
    listAt(subset, 'addresses').flatMap(({ ip }) => {
      const ports = listAt(subset, 'ports').map(({ port }) => `${String(ip)}:${String(port)}`);
      return ports.length === 0 ? [String(ip)] : ports;
    }),
  );
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : joined(all);
}

/** Tables of the core group. */
export const corePrinters: Readonly<Record<string, Printer>> = {
  services: service,
  pods: pod,
  nodes: node,
  events: event,
  namespaces: { columns: columns('Name Status Age'), cells: (object, now) => [object.metadata.name, (object as Namespace).status?.phase ?? '', born(object, now)] },
  endpoints: { columns: columns('Name Endpoints Age'), cells: (object, now) => [object.metadata.name, endpointText(object), born(object, now)] },
  configmaps: { columns: columns('Name Data Age'), cells: (object, now) => [object.metadata.name, sizeAt(object, 'data') + sizeAt(object, 'binaryData'), born(object, now)] },
  secrets: { columns: columns('Name Type Data# Age'), cells: (object, now) => [object.metadata.name, object['type'], sizeAt(object, 'data'), born(object, now)] },
  serviceaccounts: { columns: columns('Name Secrets# Age'), cells: (object, now) => [object.metadata.name, listAt(object, 'secrets').length, born(object, now)] },
};
