import type { ServicePort } from '../../model/kubernetes';
import type { Attribute, TargetType } from '../../model/model';
import { parseBool } from '../annotations/parse-bool';
import { parseInteger } from '../annotations/parse-integer';
import { quote } from '../text';
import { refuse } from '../refusal';
import { sortedAttributes } from './load-balancer-attributes';
import type { ServiceRequest } from './service-request';

const PROXY_PROTOCOL = 'proxy_protocol_v2.enabled';
const PRESERVE_CLIENT_IP = 'preserve_client_ip.enabled';

/** Attributes of a target group, by key; proxy protocol is always stated, unless its value is empty (LBC's behaviour §1.9). */
export function buildTargetGroupAttributes(request: ServiceRequest, port: ServicePort): Attribute[] {
  const attributes = new Map([[PROXY_PROTOCOL, 'false'], ...readAttributes(request, 'targetGroupAttributes')]);
  for (const [key, value] of readAttributes(request, 'targetGroupAttributesOfPort', String(port.port))) {
    if (value !== '') attributes.set(key, value);
  }
  const proxyProtocol = readProxyProtocol(request, port);
  if (proxyProtocol !== undefined) attributes.set(PROXY_PROTOCOL, proxyProtocol);
  if (attributes.get(PROXY_PROTOCOL) === '') attributes.delete(PROXY_PROTOCOL);
  return sortedAttributes(attributes);
}

/** Whether targets see the client's address, as far as attributes decide it. */
export function preservesClientIp(attributes: readonly Attribute[], targetType: TargetType): boolean {
  const stated = attributes.find(({ key }) => key === PRESERVE_CLIENT_IP);
  return stated === undefined ? targetType === 'instance' : parseBool(stated.value) === true;
}

function readAttributes({ read }: ServiceRequest, name: 'targetGroupAttributes' | 'targetGroupAttributesOfPort', member?: string): ReadonlyMap<string, string> {
  const attributes = read(name, member) ?? new Map<string, string>();
  const preserve = attributes.get(PRESERVE_CLIENT_IP);
  if (preserve !== undefined && parseBool(preserve) === undefined) refuse('InvalidTargetGroupAttribute', `annotation ${read.key(name, member)}: ${PRESERVE_CLIENT_IP} must be true or false, got ${quote(preserve)}; write true or false`);
  return attributes;
}

// The list is read even where the star wins, so that a mistake in it is seen.
function readProxyProtocol({ read }: ServiceRequest, port: ServicePort): string | undefined {
  const ports = read('proxyProtocolPorts');
  const wrong = ports?.find((entry) => parseInteger(entry, 64) === undefined);
  if (wrong !== undefined) refuse('InvalidProxyProtocolPort', `annotation ${read.key('proxyProtocolPorts')} must hold port numbers of the Service, got ${quote(wrong)}; write the number, names do not count`);
  if (read('proxyProtocol') !== undefined) return 'true';
  return ports === undefined ? undefined : String(ports.includes(String(port.port)));
}
