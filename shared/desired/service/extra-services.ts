import type { Service, ServicePort } from '../../model/kubernetes';
import { quote } from '../text';
import { refuse } from '../refusal';
import { findPort } from './health-check';
import { nameOf } from './service-request';
import type { ServiceBuild } from './service-request';

/** The Services that an action names, by name. They live in the namespace of the base Service, which may be among them (LBC's behaviour §1.9). */
export function extraServices({ facts, service: base }: ServiceBuild, names: readonly string[]): ReadonlyMap<string, Service> {
  const { namespace } = nameOf(base);
  const known = new Map([...facts.extraServices, base].filter((service) => nameOf(service).namespace === namespace).map((service) => [service.metadata.name, service]));
  const missing = names.find((name) => !known.has(name));
  if (missing !== undefined) refuse('BackendServiceNotFound', `an action names the Service ${quote(missing)}, which does not exist in the namespace ${namespace}; create it, or correct the name`);
  return known;
}

/** The port of a further Service that an action names. A number written as text is a name. */
export function findExtraPort(services: ReadonlyMap<string, Service>, { serviceName, servicePort }: { readonly serviceName: string; readonly servicePort: number | string }): { readonly service: Service; readonly port: ServicePort } {
  const service = services.get(serviceName);
  const port = service && findPort(service, servicePort);
  if (service !== undefined && port !== undefined) return { service, port };
  return refuse('BackendPortNotFound', `an action names port ${typeof servicePort === 'number' ? servicePort : quote(servicePort)} of Service ${serviceName}, which has no such port${typeof servicePort === 'string' ? ' name; correct it, and write a port number without quotes' : '; correct it'}`);
}
