import { createHash } from 'node:crypto';
import stringify from 'fast-json-stable-stringify';
import { type ApiObject, type ApiResource, RESOURCES } from '../../../shared/kubernetes/cluster-client';

/** One resource that the forwarder follows. */
export interface FollowedResource {
  readonly resource: ApiResource;
  /** Whether anything of ours can depend on the object at all. When in doubt: yes. */
  concerns(object: ApiObject): boolean;
  /** The parts whose change can matter; the rest (status, leases, heartbeats of kubelets) is noise. */
  essence(object: ApiObject): unknown;
  /** Values that may help to choose a key; never trusted. */
  hints?(object: ApiObject): Record<string, string>;
}

const SERVICE_LABEL = 'kubernetes.io/service-name';
const SERVICE_FINALIZER = 'service.k8s.aws/resources';
const SERVICE_ANNOTATIONS = 'service.beta.kubernetes.io/';

interface NodeLike extends ApiObject {
  spec?: { providerID?: string; taints?: unknown; unschedulable?: boolean };
  status?: { conditions?: { type: string; status: string }[] };
}

const always = () => true;
const written = ({ metadata, spec }: ApiObject) => ({ annotations: metadata.annotations, finalizers: metadata.finalizers, deleting: metadata.deletionTimestamp !== undefined, spec });

/** What we follow. A Service without type LoadBalancer, class, annotation or finalizer can only matter as a backend, through its slices or a binding. */
export const FOLLOWED: readonly FollowedResource[] = [
  {
    resource: RESOURCES.services,
    concerns: always,
    essence: (object) => ({ ...written(object), loadBalancer: (object['status'] as { loadBalancer?: unknown } | undefined)?.loadBalancer }),
    hints: (object) => ({ candidate: String(mayAskForLoadBalancer(object)) }),
  },
  {
    resource: RESOURCES.endpointSlices,
    concerns: (object) => object.metadata.labels?.[SERVICE_LABEL] !== undefined,
    essence: (object) => ({ service: object.metadata.labels?.[SERVICE_LABEL], endpoints: object['endpoints'], ports: object['ports'] }),
    hints: (object) => ({ service: object.metadata.labels?.[SERVICE_LABEL] ?? '' }),
  },
  { resource: RESOURCES.targetGroupBindings, concerns: always, essence: written },
  {
    resource: RESOURCES.nodes,
    concerns: always,
    essence: (object) => {
      const node = object as NodeLike;
      const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
      return { labels: node.metadata.labels, taints: node.spec?.taints, providerID: node.spec?.providerID, unschedulable: node.spec?.unschedulable, ready };
    },
  },
];

/** Whether the Service could be one that asks for a load balancer: the annotations and the class decide, not only the type (LBC's behaviour §1.1). */
function mayAskForLoadBalancer(object: ApiObject): boolean {
  const spec = object['spec'] as { type?: string; loadBalancerClass?: string } | undefined;
  const annotated = Object.keys(object.metadata.annotations ?? {}).some((key) => key.startsWith(SERVICE_ANNOTATIONS));
  return spec?.type === 'LoadBalancer' || spec?.loadBalancerClass !== undefined || annotated || (object.metadata.finalizers ?? []).includes(SERVICE_FINALIZER);
}

/** A digest of the essence: equal digests, nothing to tell. */
export function digestEssence(followed: FollowedResource, object: ApiObject): string {
  return createHash('sha256').update(stringify(followed.essence(object) ?? null)).digest('base64url').slice(0, 22);
}
