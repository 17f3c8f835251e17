import type { Service, ServicePort } from '../../model/kubernetes';
import type { LoadBalancerIpAddressType, TargetGroupBindingSpec, TargetGroupSpec, TargetType } from '../../model/model';
import { awsName, nameHash } from '../names';
import { isDualstack } from '../network/subnet-rules';
import { refuse } from '../refusal';
import type { LoadBalancerPlace } from './addresses';
import { buildBinding } from './binding';
import { buildHealthCheck } from './health-check';
import { nameOf, stackIdOf } from './service-request';
import type { ServiceBuild } from './service-request';
import type { LoadBalancerSecurityGroups } from './security-groups';
import { buildTags } from './tags';
import { buildTargetGroupAttributes, preservesClientIp } from './target-group-attributes';
import { buildTargetType, targetGroupPort } from './target-type';

export type TargetGroupId = `target-group/${string}`;

/** A target group and its binding; both have the same name in their ids. */
export interface TargetGroupParts {
  readonly name: string;
  readonly spec: TargetGroupSpec;
  readonly binding: TargetGroupBindingSpec;
}

/** For which port of which Service, with which protocol. */
export interface TargetGroupWish {
  readonly service: Service;
  readonly port: ServicePort;
  readonly protocol: string;
  /** Whether a weighted action asks for it: then the base Service's UID is part of its name. */
  readonly isExtra: boolean;
}

/** The load balancer that a target group stands behind. */
export interface Frontend extends LoadBalancerPlace {
  readonly groups: LoadBalancerSecurityGroups;
}

/** LBC's resource id of a target group: `namespace/name:port`, with the Service's port. */
export function targetGroupName({ service, port }: Pick<TargetGroupWish, 'service' | 'port'>): string {
  return `${stackIdOf(service)}:${port.port}`;
}

/** A target group and its binding. Annotations are always those of the base Service (LBC's behaviour §1.9). */
export function buildTargetGroup(build: ServiceBuild, frontend: Frontend, wish: TargetGroupWish): TargetGroupParts {
  const { service, port, protocol } = wish;
  const targetType = buildTargetType(build, service, port);
  const healthCheckConfig = buildHealthCheck(build, service, targetType);
  const targetGroupAttributes = buildTargetGroupAttributes(build, port);
  const tags = buildTags(build);
  const ipAddressType = buildIpAddressType(service, frontend.ipAddressType);
  const portNumber = targetGroupPort(targetType, port);
  if (portNumber === 0) refusePort(wish, targetType);
  const hash = nameHash(
    build.facts.cluster.name,
    ...(wish.isExtra ? [build.service.metadata.uid ?? ''] : []),
    service.metadata.uid ?? '',
    String(portNumber),
    String(port.port),
    targetType,
    protocol,
    healthCheckConfig.protocol,
    String(healthCheckConfig.intervalSeconds),
  );
  const spec: TargetGroupSpec = { name: awsName(nameOf(service), hash), targetType, port: portNumber, protocol, ipAddressType, healthCheckConfig, ...(targetGroupAttributes.length > 0 && { targetGroupAttributes }), ...tags };
  const binding = buildBinding(build, { frontend, wish, targetGroup: spec, preservesClientIp: preservesClientIp(targetGroupAttributes, targetType) });
  return { name: targetGroupName(wish), spec, binding };
}

/** Any IPv6 family makes the targets IPv6. */
function buildIpAddressType({ spec, metadata }: Service, loadBalancer: LoadBalancerIpAddressType): 'ipv4' | 'ipv6' {
  if (!(spec.ipFamilies ?? []).includes('IPv6')) return 'ipv4';
  if (!isDualstack(loadBalancer)) refuse('Ipv6TargetsNeedDualstack', `Service ${metadata.name} has the IP family IPv6, which needs a dualstack load balancer, but this one is ${loadBalancer}; set the address type to dualstack, or the family to IPv4`);
  return 'ipv6';
}

function refusePort({ service, port }: TargetGroupWish, targetType: TargetType): never {
  const who = `port ${port.port} of Service ${service.metadata.name}`;
  if (targetType === 'ip') return refuse('TargetPortMissing', `${who} has no target port, which ip targets need; set targetPort to a number or name`);
  return refuse('NodePortMissing', `${who} has no node port, which instance targets need; make the Service NodePort or LoadBalancer, or use ip targets`);
}
