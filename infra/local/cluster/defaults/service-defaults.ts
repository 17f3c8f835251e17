import type { KubeObject } from '../kube-object';
import type { Service, ServicePort, ServiceSpec } from '../objects';

/** Three hours: how long ClientIP affinity lasts unless said otherwise. */
const AFFINITY_SECONDS = 10_800;

/** Node ports are handed out for these two types, unless a LoadBalancer says no. */
export function wantsNodePorts(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

/** Only a LoadBalancer with traffic policy Local has a port for health checks of its nodes. */
export function wantsHealthCheckPort(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** Fills in a Service's defaults. Addresses and node ports are `allocateServiceAddresses`' affair. Source: Kubernetes API reference, ServiceSpec. */
export function fillServiceDefaults(object: KubeObject): void {
  const spec = ((object as Service).spec ??= {});
  spec.type ??= 'ClusterIP';
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'ClientIP') spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  for (const port of spec.ports ?? []) fillPort(port);
  if (spec.type === 'ExternalName') return;
  spec.internalTrafficPolicy ??= 'Cluster';
  if (isExternal(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
}

function isExternal(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.externalIPs?.length ?? 0) > 0;
}

function fillPort(port: ServicePort): void {
  port.protocol ??= 'TCP';
  port.targetPort ??= port.port;
}

/**
 * Carries over what an update left out and drops what its new type has no use for:
 * the cluster IP stays, node ports stay with their port, fields of the old type go.
 */
export function carryServiceFields(object: KubeObject, before: KubeObject): void {
  const spec = (object as Service).spec;
  const old = (before as Service).spec;
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') carryAddresses(spec, old);
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName') dropAddresses(spec, old);
  if (wantsNodePorts(spec) && wantsNodePorts(old)) carryNodePorts(spec, old);
  if (!wantsNodePorts(spec) && wantsNodePorts(old)) dropNodePorts(spec, old);
  if (wantsHealthCheckPort(spec) && wantsHealthCheckPort(old) && old.healthCheckNodePort !== undefined) spec.healthCheckNodePort ??= old.healthCheckNodePort;
  if (!wantsHealthCheckPort(spec) && spec.healthCheckNodePort === old.healthCheckNodePort) delete spec.healthCheckNodePort;
  if (!isExternal(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  if (spec.type === 'LoadBalancer') return;
  if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
  if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
}

function carryAddresses(spec: ServiceSpec, old: ServiceSpec): void {
  if (old.clusterIP === undefined) return;
  spec.clusterIP ??= old.clusterIP;
  if (old.clusterIPs !== undefined) spec.clusterIPs ??= [...old.clusterIPs];
}

function dropAddresses(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.clusterIP === old.clusterIP) delete spec.clusterIP;
  if (spec.clusterIPs?.[0] === old.clusterIPs?.[0]) delete spec.clusterIPs;
  for (const field of ['ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'] as const) delete spec[field];
}

function samePort(left: ServicePort, right: ServicePort): boolean {
  return left.port === right.port && (left.protocol ?? 'TCP') === (right.protocol ?? 'TCP');
}

function carryNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const taken = new Set((spec.ports ?? []).map((port) => port.nodePort));
  for (const port of spec.ports ?? []) {
    const before = old.ports?.find((candidate) => samePort(candidate, port))?.nodePort;
    if (port.nodePort === undefined && before !== undefined && !taken.has(before)) port.nodePort = before;
  }
}

function dropNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.type === 'LoadBalancer') return;
  for (const port of spec.ports ?? []) {
    if (old.ports?.some((candidate) => candidate.nodePort === port.nodePort) === true) delete port.nodePort;
  }
}
