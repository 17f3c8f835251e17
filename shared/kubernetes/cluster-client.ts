/** A Kubernetes object as the API server returns it. */
export interface ApiObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
  [field: string]: unknown;
}

/** A kind of object as it stands in a URL. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural: `services`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export const RESOURCES = {
  namespaces: { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
  services: { group: '', version: 'v1', plural: 'services', kind: 'Service', namespaced: true },
  nodes: { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false },
  pods: { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true },
  secrets: { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
  configMaps: { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true },
  endpointSlices: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', kind: 'EndpointSlice', namespaced: true },
  ingresses: { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses', kind: 'Ingress', namespaced: true },
  ingressClasses: { group: 'networking.k8s.io', version: 'v1', plural: 'ingressclasses', kind: 'IngressClass', namespaced: false },
  targetGroupBindings: { group: 'elbv2.k8s.aws', version: 'v1beta1', plural: 'targetgroupbindings', kind: 'TargetGroupBinding', namespaced: true },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease', namespaced: true },
  events: { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true },
} as const satisfies Record<string, ApiResource>;

/** Which object: namespace is absent for cluster-scoped resources. */
export interface ApiObjectName {
  readonly namespace?: string;
  readonly name: string;
}

export type Patch =
  | { readonly type: 'merge'; readonly body: unknown }
  | { readonly type: 'strategic'; readonly body: unknown }
  | { readonly type: 'json'; readonly body: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[] };

/**
 * One cluster's API, narrow. Reads and idempotent patches are retried on 429 (Retry-After), 5xx and resets; time-out 10 s per call.
 * Throws `Throttled`, `Transient`, `Conflict` (409), `Denied` (401, 403), `UserConfig` (422) with the API server's message; never headers or tokens.
 */
export interface ClusterClient {
  /** Undefined where there is none. */
  get(resource: ApiResource, name: ApiObjectName): Promise<ApiObject | undefined>;
  /** All pages. */
  list(resource: ApiResource, options?: { namespace?: string; labelSelector?: string; fieldSelector?: string }): Promise<ApiObject[]>;
  create(resource: ApiResource, object: ApiObject): Promise<ApiObject>;
  /** Undefined where the object is gone. `resourceVersion` or `uid` in a merge body's metadata act as preconditions. */
  patch(resource: ApiResource, name: ApiObjectName, patch: Patch, options?: { subresource?: 'status' }): Promise<ApiObject | undefined>;
  /** Server-side apply as field manager `stepbalancer`, forced: for objects that are ours alone. */
  apply(resource: ApiResource, object: ApiObject): Promise<ApiObject>;
  /** Silent where the object is gone already. */
  delete(resource: ApiResource, name: ApiObjectName, options?: { uid?: string }): Promise<void>;
  /** Writes (or counts up) an Event on the object. Never throws because of a missing namespace. */
  recordEvent(event: ClusterEvent): Promise<void>;
}

/** An Event as `kubectl describe` shows it. */
export interface ClusterEvent {
  readonly object: { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string; readonly uid?: string };
  readonly type: 'Normal' | 'Warning';
  /** CamelCase. */
  readonly reason: string;
  /** At most 1,024 characters are kept. */
  readonly message: string;
}
