import type { Service, ServicePort } from '../../model/kubernetes';
import type { TargetType } from '../../model/model';
import { refuse } from '../refusal';
import type { ServiceRequest } from './service-request';

/** `ip` by annotation or settings or the type nlb-ip; anything else is `instance`, which needs node ports (LBC's behaviour §1.9). */
export function buildTargetType({ read, settings }: ServiceRequest, service: Service, port: ServicePort): Extract<TargetType, 'ip' | 'instance'> {
  const wanted = read('targetType') ?? settings.defaultTargetType;
  // The gate is not asked about nlb-ip.
  if (wanted === 'ip' && !settings.featureGates.EnableIPTargetType) refuse('IpTargetsDisabled', `ip targets are wanted (annotation ${read.key('targetType')} or setting defaultTargetType), but the gate EnableIPTargetType is off; use instance targets, or switch the gate on`);
  if (read('type') === 'nlb-ip' || wanted === 'ip') return 'ip';
  const who = `port ${port.port} of Service ${service.metadata.name}`;
  if (service.spec.type === 'ClusterIP') refuse('InstanceTargetsNeedNodePort', `${who}: instance targets need a Service of type NodePort or LoadBalancer, got ClusterIP; change the type, or set ${read.key('targetType')}: ip`);
  if (!port.nodePort && service.spec.allocateLoadBalancerNodePorts === false) refuse('NodePortNotAllocated', `${who}: instance targets need a node port, but spec.allocateLoadBalancerNodePorts is false and none is set; allow node ports, or set ${read.key('targetType')}: ip`);
  return 'instance';
}

/** The port that a target group names: the node port, or the numeric target port. A named target port counts as 1, since it can differ from pod to pod. */
export function targetGroupPort(targetType: TargetType, port: ServicePort): number {
  if (targetType === 'instance') return port.nodePort ?? 0;
  return typeof port.targetPort === 'string' ? 1 : (port.targetPort ?? 0);
}

/** The port on which targets are reached: the node port, or the target port, by name where it has one. */
export function trafficPort(targetType: TargetType, port: ServicePort): number | string {
  return targetType === 'instance' ? (port.nodePort ?? 0) : (port.targetPort ?? 0);
}
