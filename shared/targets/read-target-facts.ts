import type { ClusterItem } from '../contract/items';
import type { Endpoints } from '../desired/targets/slices-of-endpoints';
import { slicesOfEndpoints } from '../desired/targets/slices-of-endpoints';
import type { TargetFacts } from '../desired/targets/target';
import { type ApiObject, type ApiResource, type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import type { EndpointSlice, Node, Pod, Service, TargetGroupBinding } from '../model/kubernetes';
import { forEach } from '../observe/in-parallel';

const ENDPOINTS: ApiResource = { group: '', version: 'v1', plural: 'endpoints', kind: 'Endpoints', namespaced: true };
const SERVICE_LABEL = 'kubernetes.io/service-name';
const SINGLE_READS = 25; // up to here single reads are cheaper for the API server than a list of everything

/** How the lane looks at one cluster. `refer` writes a reference before the object is read. */
export interface ClusterView {
  readonly client: ClusterClient;
  readonly refer: (object: string, why: string) => Promise<void>;
}

/** The binding as it stands in the cluster; undefined where there is none. */
export async function readBinding(client: ClusterClient, { namespace, name }: { namespace: string; name: string }): Promise<TargetGroupBinding | undefined> {
  return (await client.get(RESOURCES.targetGroupBindings, { namespace, name })) as TargetGroupBinding | undefined;
}

/**
 * Everything that the binding's targets are computed from. A slice's reference carries the name of its Service, because a slice that does not exist yet has
 * no other name to be found by.
 */
export async function readTargetFacts(view: ClusterView, { binding, cluster }: { binding: TargetGroupBinding; cluster: ClusterItem }): Promise<TargetFacts> {
  const namespace = binding.metadata.namespace ?? '';
  const { name } = binding.spec.serviceRef;
  const { settings } = cluster;
  await view.refer(`services#${namespace}/${name}`, 'backend of a target binding');
  const service = (await view.client.get(RESOURCES.services, { namespace, name })) as Service | undefined;
  const common = { binding, service, failOpen: settings.featureGates.EndpointsFailOpen, quicEnvironmentVariable: settings.quicEnvironmentVariableName };
  if (binding.spec.targetType !== 'ip') {
    await view.refer('nodes#*', 'instance targets');
    return { ...common, slices: [], pods: [], nodes: (await view.client.list(RESOURCES.nodes)) as unknown as Node[] };
  }
  await view.refer(`endpointslices#${namespace}/${name}`, 'endpoints of a target binding');
  const slices = settings.enableEndpointSlices ? await readSlices(view.client, namespace, name) : await readEndpoints(view.client, namespace, name);
  const pods = await readPods(view.client, { slices, service, namespace });
  const nodes = await readNodes(view, nodesOfUnready(slices, pods));
  return { ...common, slices, pods, nodes, ignoreAddressType: !settings.enableEndpointSlices };
}

/** Nodes by name; those that do not exist are left out. */
export async function readNodes({ client, refer }: ClusterView, names: readonly string[]): Promise<Node[]> {
  const wanted = new Set(names);
  if (wanted.size > SINGLE_READS) {
    await refer('nodes#*', 'nodes of targets');
    return ((await client.list(RESOURCES.nodes)) as unknown as Node[]).filter((node) => wanted.has(node.metadata.name));
  }
  const found = await forEach([...wanted], async (name) => {
    await refer(`nodes#/${name}`, 'node of a target');
    return client.get(RESOURCES.nodes, { name });
  });
  return found.flatMap((node) => (node === undefined ? [] : [node as unknown as Node]));
}

/** The slices of a Service's endpoints. */
export async function readSlices(client: ClusterClient, namespace: string, service: string): Promise<EndpointSlice[]> {
  return (await client.list(RESOURCES.endpointSlices, { namespace, labelSelector: `${SERVICE_LABEL}=${service}` })) as unknown as EndpointSlice[];
}

async function readEndpoints(client: ClusterClient, namespace: string, name: string): Promise<EndpointSlice[]> {
  const endpoints = (await client.get(ENDPOINTS, { namespace, name })) as Endpoints | undefined;
  return endpoints ? slicesOfEndpoints(endpoints) : [];
}

/** The pods that endpoints name: one list by the Service's selector, and what that does not find. */
async function readPods(client: ClusterClient, { slices, service, namespace }: { slices: readonly EndpointSlice[]; service: Service | undefined; namespace: string }): Promise<Pod[]> {
  const wanted = new Set(podNames(slices));
  if (wanted.size === 0) return [];
  const labelSelector = Object.entries(service?.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`).join(',');
  const selected = labelSelector === '' ? [] : await client.list(RESOURCES.pods, { namespace, labelSelector });
  const found = selected.filter(({ metadata }) => wanted.has(metadata.name));
  found.forEach(({ metadata }) => wanted.delete(metadata.name));
  const others = await readOtherPods(client, namespace, wanted);
  return [...found, ...others].map((pod) => pod as unknown as Pod);
}

async function readOtherPods(client: ClusterClient, namespace: string, wanted: ReadonlySet<string>): Promise<ApiObject[]> {
  if (wanted.size > SINGLE_READS) return (await client.list(RESOURCES.pods, { namespace })).filter(({ metadata }) => wanted.has(metadata.name));
  const single = await forEach([...wanted], (name) => client.get(RESOURCES.pods, { namespace, name }));
  return single.filter((pod): pod is ApiObject => pod !== undefined);
}

function podNames(slices: readonly EndpointSlice[]): string[] {
  return slices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' && targetRef.name !== undefined ? [targetRef.name] : [])));
}

/** Nodes that decide about endpoints which are not ready. */
function nodesOfUnready(slices: readonly EndpointSlice[], pods: readonly Pod[]): string[] {
  const nodeOf = new Map(pods.map((pod) => [pod.metadata.name, pod.spec?.nodeName]));
  const unready = slices.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready === false));
  return unready.flatMap(({ targetRef, nodeName }) => nodeOf.get(targetRef?.name ?? '') ?? nodeName ?? []);
}
