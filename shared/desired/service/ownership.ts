import type { Settings } from '../../contract/settings';
import type { Service } from '../../model/kubernetes';
import { annotationReader } from '../annotations/read-annotation';
import { SERVICE_ANNOTATIONS, SERVICE_PREFIX } from '../annotations/service-table';

/** The finalizer that holds a Service until its load balancer is gone (LBC's behaviour §1.2). */
export const SERVICE_FINALIZER = 'service.k8s.aws/resources';

export type Ownership = { readonly ours: true } | { readonly ours: false; readonly why: 'deleted' | 'not-selected' };

/** Whether a Service asks us for a load balancer. The class is authoritative; without one the annotations decide, whatever the type is (LBC's behaviour §1.1). */
export function serviceOwnership(service: Service, settings: Settings): Ownership {
  if (service.metadata.deletionTimestamp) return { ours: false, why: 'deleted' };
  return isSelected(service, settings) ? { ours: true } : { ours: false, why: 'not-selected' };
}

/** Whether it is a Service of the in-tree provider that the cluster's settings give to us. */
export function isLegacyService(service: Service, settings: Settings): boolean {
  return settings.stepbalancer.legacyServices && service.spec.type === 'LoadBalancer' && !service.spec.loadBalancerClass && typeOf(service).type === 'nlb';
}

function isSelected(service: Service, settings: Settings): boolean {
  if (settings.featureGates.ServiceTypeLoadBalancerOnly && service.spec.type !== 'LoadBalancer') return false;
  if (service.spec.loadBalancerClass !== undefined) return service.spec.loadBalancerClass === settings.loadBalancerClass;
  const { type, targetType } = typeOf(service);
  if (type === 'nlb-ip') return true;
  if (type === 'external') return targetType === 'ip' || targetType === 'instance';
  return isLegacyService(service, settings);
}

function typeOf(service: Service): { type: string | undefined; targetType: string | undefined } {
  const read = annotationReader({ prefix: SERVICE_PREFIX, table: SERVICE_ANNOTATIONS, annotations: service.metadata.annotations });
  return { type: read('type'), targetType: read('targetType') };
}
