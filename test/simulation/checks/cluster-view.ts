import type { World } from '../world/open-world';

/** A Service, as far as checks look at it. */
export interface ServiceObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly deletionTimestamp?: string; readonly finalizers?: readonly string[]; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly type?: string; readonly selector?: Readonly<Record<string, string>>; readonly ports?: readonly { readonly name?: string; readonly port: number; readonly targetPort: number; readonly nodePort?: number }[]; readonly loadBalancerSourceRanges?: readonly string[] };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly hostname?: string }[] } };
}

interface BindingNetworking {
  readonly ingress?: readonly { readonly from: readonly { readonly securityGroup?: { readonly groupID: string } }[]; readonly ports: readonly { readonly protocol?: string; readonly port?: number | string }[] }[];
}

/** A TargetGroupBinding. */
export interface BindingObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Readonly<Record<string, string>>; readonly deletionTimestamp?: string };
  readonly spec: { readonly targetGroupARN: string; readonly targetType: 'ip' | 'instance'; readonly targetGroupProtocol?: string; readonly networking?: BindingNetworking; readonly serviceRef: { readonly name: string; readonly port: number | string } };
}

interface SliceObject {
  readonly metadata: { readonly namespace: string; readonly labels?: Readonly<Record<string, string>> };
  readonly endpoints?: readonly { readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[] | null;
  readonly ports?: readonly { readonly name?: string; readonly port: number }[] | null;
}

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly providerID?: string; readonly unschedulable?: boolean };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export const services = (world: World) => world.objects<ServiceObject>('services');
export const bindings = (world: World) => world.objects<BindingObject>('targetgroupbindings.elbv2.k8s.aws');

/** The Service behind whose load balancer a binding's target group stands, as `namespace/name`: not always the one whose pods it holds. */
export function stackOf({ metadata: { labels = {} } }: BindingObject): string {
  return `${labels['service.k8s.aws/stack-namespace'] ?? ''}/${labels['service.k8s.aws/stack-name'] ?? ''}`;
}

/** What a binding's target group is to hold, as `id:port`, straight from the cluster. Empty where the Service, or its port, is gone. */
export function readyTargets(world: World, { metadata: { namespace }, spec: { serviceRef, targetType } }: BindingObject): Set<string> {
  const service = services(world).find(({ metadata }) => metadata.namespace === namespace && metadata.name === serviceRef.name);
  const port = service?.spec.ports?.find((candidate) => candidate.port === serviceRef.port || candidate.name === serviceRef.port);
  if (!service || !port) return new Set();
  if (targetType === 'instance') return new Set(readyNodes(world).map((instance) => `${instance}:${port.nodePort ?? 0}`));
  const slices = world.objects<SliceObject>('endpointslices.discovery.k8s.io').filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === serviceRef.name);
  return new Set(
    slices.flatMap(({ endpoints, ports }) =>
      (ports ?? []).filter(({ name }) => (name ?? '') === (port.name ?? '')).flatMap((each) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses.map((address) => `${address}:${each.port}`))),
    ),
  );
}

/** Instances of the nodes that are ready. */
export function readyNodes(world: World): string[] {
  return world
    .objects<NodeObject>('nodes')
    .filter(({ status, spec }) => spec?.unschedulable !== true && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
    .map(({ spec }) => spec?.providerID?.split('/').at(-1) ?? '');
}
