import type { Service } from '../model/kubernetes';

/** What `status.loadBalancer` should say, spelled as the API has it. */
export interface LoadBalancerStatus {
  readonly ingress: readonly { readonly hostname: string; readonly ports: readonly { readonly port: number; readonly protocol: string }[] }[];
}

/** The status of a Service whose load balancer has this DNS name: one entry, in lower case, with the Service's ports (LBC's behaviour §1.2). */
export function desiredLoadBalancerStatus(service: Service, dnsName: string): LoadBalancerStatus {
  return { ingress: [{ hostname: dnsName.toLowerCase(), ports: (service.spec.ports ?? []).map(({ port, protocol = 'TCP' }) => ({ port, protocol })) }] };
}

/** Whether the Service says so already: one entry, no IP, this name, these port numbers. */
export function saysLoadBalancer(service: Service, dnsName: string): boolean {
  const [entry, ...more] = service.status?.loadBalancer?.ingress ?? [];
  if (!entry || more.length > 0 || entry.ip || entry.hostname !== dnsName.toLowerCase()) return false;
  const ports = (list: readonly { readonly port: number }[] | undefined) => [...new Set((list ?? []).map(({ port }) => port))].toSorted((a, b) => a - b).join(',');
  return ports(entry.ports) === ports(service.spec.ports);
}

/** Whether the Service shows no load balancer at all. */
export function saysNothing(service: Service): boolean {
  return (service.status?.loadBalancer?.ingress ?? []).length === 0;
}

/** On a Service while something of it exists in AWS (LBC's name, so that either finishes what the other began). */
export const SERVICE_FINALIZER = 'service.k8s.aws/resources';

/** Whether the Service may not go yet. */
export function hasFinalizer(service: Service): boolean {
  return (service.metadata.finalizers ?? []).includes(SERVICE_FINALIZER);
}
