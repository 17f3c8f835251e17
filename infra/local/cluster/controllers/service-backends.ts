import type { Service, SliceEndpoint } from '../objects';
import type { ObjectStore } from '../store/object-store';

/** Where kube-proxy would send connections to a Service: its ready endpoints, or while there are none, those that still serve while they terminate. */
export function readyBackends(store: ObjectStore, { metadata }: Service): SliceEndpoint[] {
  const slices = store.list('endpointslices.discovery.k8s.io', metadata.namespace).filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name);
  const endpoints = slices.flatMap((slice) => slice.endpoints);
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
  return ready.length > 0 ? ready : endpoints.filter(({ conditions }) => conditions?.serving === true && conditions.terminating === true);
}
