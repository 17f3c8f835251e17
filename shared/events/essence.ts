import { createHash } from 'node:crypto';

/** An object of the cluster, as far as this looks into it. */
interface AnyObject {
  readonly metadata: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
  readonly [field: string]: unknown;
}

/** One kind of object that can matter to us. */
export interface Essence {
  /** Plural, as in a URL. */
  readonly resource: string;
  readonly group: string;
  /** Whether anything of ours can depend on the object at all. When in doubt: yes. */
  readonly concerns: (object: AnyObject) => boolean;
  /** The parts whose change can matter; the rest (status, leases, heartbeats of kubelets) is noise. */
  readonly of: (object: AnyObject) => unknown;
  /** Values that may help to choose a key; never trusted. */
  readonly hints?: (object: AnyObject) => Record<string, string>;
}

const SERVICE_LABEL = 'kubernetes.io/service-name';
const SERVICE_FINALIZER = 'service.k8s.aws/resources';
const SERVICE_ANNOTATIONS = 'service.beta.kubernetes.io/';

const always = () => true;
const written = ({ metadata, spec }: AnyObject) => ({ annotations: metadata.annotations, finalizers: metadata.finalizers, deleting: metadata.deletionTimestamp !== undefined, spec });

/** What is followed and compared. A Service without type LoadBalancer, class, annotation or finalizer can only matter as a backend, through its slices or a binding. */
export const ESSENCES: readonly Essence[] = [
  {
    group: '',
    resource: 'services',
    concerns: always,
    of: (object) => ({ ...written(object), loadBalancer: (object['status'] as { loadBalancer?: unknown } | undefined)?.loadBalancer }),
    hints: (object) => ({ candidate: String(mayAskForLoadBalancer(object)) }),
  },
  {
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
    concerns: (object) => object.metadata.labels?.[SERVICE_LABEL] !== undefined,
    of: (object) => ({ service: object.metadata.labels?.[SERVICE_LABEL], endpoints: object['endpoints'], ports: object['ports'] }),
    hints: (object) => ({ service: object.metadata.labels?.[SERVICE_LABEL] ?? '' }),
  },
  { group: 'elbv2.k8s.aws', resource: 'targetgroupbindings', concerns: always, of: written },
  {
    group: '',
    resource: 'nodes',
    concerns: always,
    of: (object) => {
      const spec = object['spec'] as { providerID?: string; taints?: unknown; unschedulable?: boolean } | undefined;
      const status = object['status'] as { conditions?: { type: string; status: string }[] } | undefined;
      const ready = status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
      return { labels: object.metadata.labels, taints: spec?.taints, providerID: spec?.providerID, unschedulable: spec?.unschedulable, ready };
    },
  },
];

/** Whether the Service could be one that asks for a load balancer: the annotations and the class decide, not only the type (LBC's behaviour §1.1). */
function mayAskForLoadBalancer(object: AnyObject): boolean {
  const spec = object['spec'] as { type?: string; loadBalancerClass?: string } | undefined;
  const annotated = Object.keys(object.metadata.annotations ?? {}).some((key) => key.startsWith(SERVICE_ANNOTATIONS));
  return spec?.type === 'LoadBalancer' || spec?.loadBalancerClass !== undefined || annotated || (object.metadata.finalizers ?? []).includes(SERVICE_FINALIZER);
}

/** A digest of what matters of an object: equal digests, nothing to tell. */
export function digestEssence(essence: Essence, object: AnyObject): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(essence.of(object))) ?? '')
    .digest('base64url')
    .slice(0, 22);
}

/** The same value with its members in order: API servers need not keep theirs. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
