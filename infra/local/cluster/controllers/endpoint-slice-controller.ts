import { isDeepStrictEqual } from 'node:util';
import { matchesSelector } from '../api/selectors';
import { draft, timestamp } from '../kube-object';
import type { EndpointSlice, Pod, Service, SliceEndpoint } from '../objects';
import type { ClusterApi } from './cluster-api';
import { endpointsSubsets } from './endpoints-subsets';
import { ownerReference } from './ownership';
import { isPodReady } from './pod-condition';
import type { Controller } from './run-controller';
import { keyOf, splitKey } from './run-controller';

const SLICES = 'endpointslices.discovery.k8s.io';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslice-controller.k8s.io';
const SERVICE_NAME = 'kubernetes.io/service-name';
/** As many endpoints as a real controller puts into one slice. */
const SLICE_SIZE = 100;

/** One set of ports, and the endpoints that have it. */
export interface PortGroup {
  readonly ports: EndpointSlice['ports'];
  readonly endpoints: readonly SliceEndpoint[];
}

/** Keeps each selecting Service's EndpointSlices and Endpoints in line with its pods. */
export function endpointSliceController(api: ClusterApi): Controller {
  const selecting = (pod: Pod) => api.list('services', pod.metadata.namespace).filter((service) => selects(service, pod)).map(keyOf);
  return {
    allKeys: () => api.list('services').map(keyOf),
    keysOf({ storedAs, object, before }) {
      if (storedAs === 'services') return [keyOf(object)];
      if (storedAs === 'pods') return [...new Set([object, before].flatMap((pod) => (pod === undefined ? [] : selecting(pod as Pod))))];
      const service = object.metadata.labels?.[SERVICE_NAME];
      return storedAs === SLICES && service !== undefined ? [`${object.metadata.namespace}/${service}`] : [];
    },
    reconcile(key) {
      const service = api.get('services', ...splitKey(key));
      const has = service !== undefined && service.metadata.deletionTimestamp === undefined && Object.keys(service.spec.selector ?? {}).length > 0 && service.spec.type !== 'ExternalName';
      if (!has || isEnding(api, service)) return undefined;
      const groups = portGroups(api, service);
      writeSlices(api, service, groups);
      writeEndpoints(api, service, groups);
      return undefined;
    },
  };
}

function isEnding(api: ClusterApi, { metadata }: Service): boolean {
  return api.get('namespaces', undefined, metadata.namespace ?? '')?.metadata.deletionTimestamp !== undefined;
}

function selects({ spec }: Service, { metadata }: Pod): boolean {
  const selector = spec.selector ?? {};
  return Object.keys(selector).length > 0 && matchesSelector(metadata.labels ?? {}, { matchLabels: selector });
}

/** The pods of a Service, by the ports that its port names come to on them. */
function portGroups(api: ClusterApi, service: Service): PortGroup[] {
  const zones = new Map(api.list('nodes').map(({ metadata }) => [metadata.name, metadata.labels?.['topology.kubernetes.io/zone']]));
  const pods = api.list('pods', service.metadata.namespace).filter((pod) => selects(service, pod) && hasAddress(pod));
  const groups = new Map<string, { ports: EndpointSlice['ports']; endpoints: SliceEndpoint[] }>();
  for (const pod of pods) {
    const ports = resolvePorts(service, pod);
    const group = groups.get(JSON.stringify(ports)) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(pod, { service, zone: zones.get(pod.spec.nodeName ?? '') }));
    groups.set(JSON.stringify(ports), group);
  }
  return [...groups.values()];
}

function hasAddress({ status }: Pod): boolean {
  return status?.podIP !== undefined && status.phase !== 'Succeeded' && status.phase !== 'Failed';
}

/** Named target ports are looked up among the pod's containers; a port that the pod does not have is left out. */
function resolvePorts({ spec }: Service, pod: Pod): EndpointSlice['ports'] {
  return (spec.ports ?? []).flatMap(({ name = '', port, targetPort = port, protocol = 'TCP', appProtocol }) => {
    const found = typeof targetPort === 'number' ? targetPort : containerPort(pod, { name: targetPort, protocol });
    return found === undefined ? [] : [{ name, port: found, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function containerPort({ spec }: Pod, { name, protocol }: { name: string; protocol: string }): number | undefined {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  return ports.find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort;
}

function endpointOf(pod: Pod, { service, zone }: { service: Service; zone: string | undefined }): SliceEndpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { name, namespace = '', uid } = pod.metadata;
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready, serving: serving || (service.spec.publishNotReadyAddresses === true && !terminating), terminating },
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === undefined ? {} : { zone }),
  };
}

function chunks(groups: readonly PortGroup[]): PortGroup[] {
  const filled = groups.flatMap(({ ports, endpoints }) =>
    Array.from({ length: Math.ceil(endpoints.length / SLICE_SIZE) }, (_, index) => ({ ports, endpoints: endpoints.slice(index * SLICE_SIZE, (index + 1) * SLICE_SIZE) })),
  );
  return filled.length === 0 ? [{ ports: [], endpoints: [] }] : filled;
}

/** Slices keep their names as long as they hold the same ports; what is left over goes. */
function writeSlices(api: ClusterApi, service: Service, groups: readonly PortGroup[]): void {
  const known = api.list(SLICES, service.metadata.namespace).filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === service.metadata.name && metadata.labels[MANAGED_BY] === MANAGER && metadata.deletionTimestamp === undefined);
  const free = [...known];
  for (const chunk of chunks(groups)) {
    const at = free.findIndex((slice) => isDeepStrictEqual(draft(slice.ports ?? []), draft(chunk.ports)));
    const [slice] = free.splice(at < 0 ? 0 : at, 1);
    if (slice === undefined) createSlice(api, service, chunk);
    else if (!isSame(slice, chunk)) api.update(SLICES, { ...draft(slice), ports: draft(chunk.ports), endpoints: draft([...chunk.endpoints]), metadata: changedNow(api, slice) });
  }
  for (const slice of free) api.remove(SLICES, slice);
}

function isSame(slice: EndpointSlice, { ports, endpoints }: PortGroup): boolean {
  return isDeepStrictEqual(draft(slice.ports ?? []), draft(ports)) && isDeepStrictEqual(draft(slice.endpoints), draft([...endpoints]));
}

const CHANGED = 'endpoints.kubernetes.io/last-change-trigger-time';

function changedNow(api: ClusterApi, { metadata }: EndpointSlice): EndpointSlice['metadata'] {
  return { ...draft(metadata), annotations: { ...metadata.annotations, [CHANGED]: timestamp(api.context.clock.now()) } };
}

function createSlice(api: ClusterApi, service: Service, { ports, endpoints }: PortGroup): void {
  const { name, namespace = 'default', labels } = service.metadata;
  api.create(SLICES, {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER },
      annotations: { [CHANGED]: timestamp(api.context.clock.now()) },
      ownerReferences: [ownerReference(service)],
    },
    addressType: service.spec.ipFamilies?.[0] ?? 'IPv4',
    endpoints: draft([...endpoints]),
    ports: draft(ports),
  });
}

function writeEndpoints(api: ClusterApi, service: Service, groups: readonly PortGroup[]): void {
  const { name, namespace = 'default', labels } = service.metadata;
  const subsets = endpointsSubsets(groups);
  const known = api.get('endpoints', namespace, name);
  const content = subsets.length === 0 ? {} : { subsets };
  if (known === undefined) api.create('endpoints', { metadata: { name, namespace, labels: { ...labels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } }, ...content });
  else if (!isDeepStrictEqual(draft(known['subsets'] ?? []), subsets)) {
    const { subsets: _before, ...rest } = draft(known);
    api.update('endpoints', { ...rest, ...content });
  }
}
