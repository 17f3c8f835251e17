import type { Attribute } from '../../model/model';
import { compareText, oneOf, quote } from '../text';
import { refuse } from '../refusal';
import type { ServiceRequest } from './service-request';

const ROUTING_POLICY = 'dns_record.client_routing_policy';
const ROUTING_POLICIES = ['any_availability_zone', 'partial_availability_zone_affinity', 'availability_zone_affinity'];

/** Attributes that the manifest states, by key; what it does not state is left alone. The four older annotations win over the map. */
export function buildLoadBalancerAttributes(request: ServiceRequest): Attribute[] {
  const attributes = new Map([...generalAttributes(request), ...accessLogAttributes(request), ...crossZoneAttribute(request)]);
  return sortedAttributes(attributes);
}

/** Attributes in the order of their keys. */
export function sortedAttributes(attributes: ReadonlyMap<string, string>): Attribute[] {
  return [...attributes].map(([key, value]) => ({ key, value })).sort((a, b) => compareText(a.key, b.key));
}

function generalAttributes({ read }: ServiceRequest): ReadonlyMap<string, string> {
  const attributes = read('attributes') ?? new Map<string, string>();
  const policy = attributes.get(ROUTING_POLICY);
  if (policy !== undefined && !ROUTING_POLICIES.includes(policy)) {
    refuse('InvalidDnsRoutingPolicy', `annotation ${read.key('attributes')}: ${ROUTING_POLICY} must be ${oneOf(ROUTING_POLICIES)}, got ${quote(policy)}; correct it or leave it out`);
  }
  return attributes;
}

/** Only `true` says something: `false` does not switch logging off (LBC's behaviour §1.4). */
function accessLogAttributes({ read }: ServiceRequest): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  if (read('accessLogEnabled') !== true) return attributes;
  attributes.set('access_logs.s3.enabled', 'true');
  const bucket = read('accessLogBucket');
  if (bucket !== undefined) attributes.set('access_logs.s3.bucket', bucket);
  const prefix = read('accessLogPrefix');
  if (prefix !== undefined) attributes.set('access_logs.s3.prefix', prefix);
  return attributes;
}

function crossZoneAttribute({ read }: ServiceRequest): ReadonlyMap<string, string> {
  const crossZone = read('crossZone');
  return new Map(crossZone === undefined ? [] : [['load_balancing.cross_zone.enabled', String(crossZone)]]);
}
