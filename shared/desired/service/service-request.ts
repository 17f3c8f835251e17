import type { Settings } from '../../contract/settings';
import type { LoadBalancerFacts, ServiceFacts } from '../../model/facts';
import type { Service } from '../../model/kubernetes';
import { annotationReader } from '../annotations/read-annotation';
import type { AnnotationReader } from '../annotations/read-annotation';
import { SERVICE_ANNOTATIONS, SERVICE_PREFIX } from '../annotations/service-table';
import { isLegacyService } from './ownership';

export type ServiceReader = AnnotationReader<typeof SERVICE_ANNOTATIONS>;

/** What a user asks for: the Service, read through the annotation table, in a cluster with these settings. */
export interface ServiceRequest {
  readonly service: Service;
  readonly settings: Settings;
  readonly existingLoadBalancer: LoadBalancerFacts | undefined;
  readonly read: ServiceReader;
  /** Whether it is written for the in-tree provider, and the settings say that such Services are ours. */
  readonly isLegacy: boolean;
}

/** The request together with everything that was read for it. */
export interface ServiceBuild extends ServiceRequest {
  readonly facts: ServiceFacts;
}

/** The request of a Service. */
export function serviceRequest(service: Service, settings: Settings, existingLoadBalancer: LoadBalancerFacts | undefined): ServiceRequest {
  return { service, settings, existingLoadBalancer, read: serviceReader(service), isLegacy: isLegacyService(service, settings) };
}

/** Reads a Service's annotations. */
export function serviceReader(service: Service): ServiceReader {
  return annotationReader({ prefix: SERVICE_PREFIX, table: SERVICE_ANNOTATIONS, annotations: service.metadata.annotations });
}

/** `namespace/name`: LBC's stack id. */
export function stackIdOf(service: Service): string {
  return `${service.metadata.namespace ?? 'default'}/${service.metadata.name}`;
}

/** The namespace and name of a Service. */
export function nameOf(service: Service): { readonly namespace: string; readonly name: string } {
  return { namespace: service.metadata.namespace ?? 'default', name: service.metadata.name };
}
