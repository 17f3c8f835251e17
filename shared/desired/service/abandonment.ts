import type { Service } from '../../model/kubernetes';
import { quote } from '../text';
import { SERVICE_FINALIZER } from './ownership';
import { serviceReader, stackIdOf } from './service-request';

/**
 * Why a Service that is no longer ours would lose its load balancer by a mere change of words: the annotation that must not change after creation. Nothing where
 * its spec says as much: another type, or a class. LBC deletes the load balancer; whoever serves the new type then makes a second one.
 */
export function abandonment(service: Service): { readonly abandoned?: string } {
  if (service.spec.type !== 'LoadBalancer' || service.spec.loadBalancerClass !== undefined) return {};
  const read = serviceReader(service);
  const says = (name: 'type' | 'targetType') => `${read.key(name)} ${read.raw(name) === undefined ? 'is gone' : `is ${quote(read.raw(name) ?? '')}`}`;
  return {
    abandoned: `Service ${stackIdOf(service)}: annotation ${says('type')} and ${says('targetType')}, so that it no longer asks stepbalancer for a load balancer (external with ip or instance does, nlb-ip too). These annotations must not change after creation. Put them back, or delete the Service and create it anew.`,
  };
}

/**
 * Who else serves a Service that asks us for the first time: its status names a load balancer, and nothing of ours holds it. That is how one looks whose type was
 * changed, or whose cluster's settings gave it to us, after the provider that is built into Kubernetes had made an NLB for it.
 */
export function servedByAnother(service: Service): { readonly servedByAnother?: string } {
  const hostname = service.status?.loadBalancer?.ingress?.find(({ hostname: name, ip }) => name || ip);
  if (!hostname || (service.metadata.finalizers ?? []).includes(SERVICE_FINALIZER)) return {};
  return {
    servedByAnother: `Service ${stackIdOf(service)} has a load balancer already (${hostname.hostname ?? hostname.ip ?? ''}), which is not one of stepbalancer's. Its type must not change after creation: delete the Service and create it anew, or leave it to the one who serves it.`,
  };
}
