import type { Scheme } from '../../model/model';
import { quote } from '../text';
import { refuse } from '../refusal';
import type { ServiceRequest } from './service-request';

/** Annotation, then the older annotation, then the existing load balancer, then the settings (LBC's behaviour §1.5). */
export function buildScheme(request: ServiceRequest): Scheme {
  const { read, existingLoadBalancer, settings } = request;
  const scheme = read('scheme') ?? (request.isLegacy ? legacyScheme(request) : internalScheme(request));
  if (scheme !== undefined) return scheme;
  if (existingLoadBalancer !== undefined) return schemeOfExisting(existingLoadBalancer.scheme, existingLoadBalancer.arn);
  return settings.defaultLoadBalancerScheme === 'internet-facing' ? 'internet-facing' : 'internal';
}

function internalScheme({ read }: ServiceRequest): Scheme | undefined {
  const internal = read('internal');
  if (internal === undefined) return undefined;
  return internal ? 'internal' : 'internet-facing';
}

/** The in-tree provider took any value but `false` (mostly `0.0.0.0/0`) for internal, and made everything else internet-facing. */
function legacyScheme({ read, existingLoadBalancer }: ServiceRequest): Scheme | undefined {
  const raw = read.raw('internal');
  if (raw === undefined && existingLoadBalancer !== undefined) return undefined;
  return raw === undefined || raw === '' || raw === 'false' ? 'internet-facing' : 'internal';
}

function schemeOfExisting(scheme: string, arn: string): Scheme {
  if (scheme === 'internal' || scheme === 'internet-facing') return scheme;
  return refuse('ExistingSchemeUnknown', `the existing load balancer ${arn} has the scheme ${quote(scheme)}, which is no scheme of a network load balancer; remove our tags from it, or state the scheme by annotation`);
}
