import type { KubeObject } from '../kube-object';
import type { Service, ServicePort, ServiceSpec } from '../objects';
import type { FieldProblem } from './field-problem';
import { duplicateValue, forbiddenValue, invalidValue, required, unsupportedValue } from './field-problem';
import { checkName, checkLabels } from './names';
import ipaddr from 'ipaddr.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PORT_RANGE = 'must be between 1 and 65535, inclusive';

const outOf = (value: string | undefined, allowed: readonly string[], field: string) => (value === undefined || allowed.includes(value) ? [] : [unsupportedValue(field, value, allowed)]);

/** What a Service breaks of its rules. Source: the API server's messages for the same objects. */
export function checkService(object: KubeObject): FieldProblem[] {
  const { spec } = object as Service;
  return [
    ...outOf(spec.type, TYPES, 'spec.type'),
    ...checkPorts(spec),
    ...checkLabels(spec.selector ?? {}, 'spec.selector'),
    ...outOf(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
    ...outOf(spec.internalTrafficPolicy, ['Cluster', 'Local'], 'spec.internalTrafficPolicy'),
    ...outOf(spec.externalTrafficPolicy, ['Cluster', 'Local'], 'spec.externalTrafficPolicy'),
    ...outOf(spec.ipFamilyPolicy, ['SingleStack', 'PreferDualStack', 'RequireDualStack'], 'spec.ipFamilyPolicy'),
    ...(spec.ipFamilies ?? []).flatMap((family, index) => outOf(family, ['IPv4', 'IPv6'], `spec.ipFamilies[${index}]`)),
    ...checkType(spec),
    ...(spec.loadBalancerSourceRanges ?? []).flatMap((range, index) =>
      ipaddr.isValidCIDR(range.trim()) ? [] : [invalidValue(`spec.LoadBalancerSourceRanges[${index}]`, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')],
    ),
  ];
}

function checkType(spec: ServiceSpec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const isBalancer = spec.type === 'LoadBalancer';
  if (spec.type === 'ExternalName' && (spec.externalName ?? '') === '') problems.push(required('spec.externalName'));
  if (!isBalancer && spec.loadBalancerClass !== undefined) problems.push(forbiddenValue('spec.loadBalancerClass', 'may only be used when `type` is \'LoadBalancer\''));
  if (!isBalancer && spec.allocateLoadBalancerNodePorts !== undefined) problems.push(forbiddenValue('spec.allocateLoadBalancerNodePorts', 'may only be used when `type` is \'LoadBalancer\''));
  if (!isBalancer && (spec.loadBalancerSourceRanges?.length ?? 0) > 0) problems.push(forbiddenValue('spec.LoadBalancerSourceRanges', 'may only be used when `type` is \'LoadBalancer\''));
  if (isBalancer && spec.clusterIP === 'None') problems.push(invalidValue('spec.clusterIPs[0]', 'None', 'may not be set to \'None\' for LoadBalancer services'));
  if (spec.type === 'NodePort' && spec.clusterIP === 'None') problems.push(invalidValue('spec.clusterIPs[0]', 'None', 'may not be set to \'None\' for NodePort services'));
  if (spec.healthCheckNodePort !== undefined && !(isBalancer && spec.externalTrafficPolicy === 'Local'))
    problems.push(invalidValue('spec.healthCheckNodePort', spec.healthCheckNodePort, 'may only be set when `type` is \'LoadBalancer\' and `externalTrafficPolicy` is \'Local\''));
  return problems;
}

function checkPorts(spec: ServiceSpec): FieldProblem[] {
  const ports = spec.ports ?? [];
  if (ports.length === 0) return spec.type === 'ExternalName' || spec.clusterIP === 'None' ? [] : [required('spec.ports')];
  return ports.flatMap((port, index) => [
    ...checkPort(port, `spec.ports[${index}]`),
    ...checkPortName(ports, index),
    ...(ports.slice(0, index).some((other) => other.port === port.port && other.protocol === port.protocol) ? [duplicateValue(`spec.ports[${index}]`, { port: port.port, protocol: port.protocol })] : []),
    ...(port.nodePort !== undefined && (spec.type === 'ClusterIP' || spec.type === 'ExternalName')
      ? [forbiddenValue(`spec.ports[${index}].nodePort`, `may not be used when \`type\` is '${spec.type}'`)]
      : []),
  ]);
}

function checkPort(port: ServicePort, field: string): FieldProblem[] {
  return [
    ...(isPort(port.port) ? [] : [invalidValue(`${field}.port`, port.port ?? 0, PORT_RANGE)]),
    ...(port.protocol !== undefined && !PROTOCOLS.includes(port.protocol) ? [unsupportedValue(`${field}.protocol`, port.protocol, PROTOCOLS)] : []),
    ...checkTargetPort(port.targetPort, `${field}.targetPort`),
  ];
}

function checkTargetPort(target: number | string | undefined, field: string): FieldProblem[] {
  if (typeof target === 'string') return isPortName(target) ? [] : [invalidValue(field, target, 'must contain at least one letter (a-z), only lower case letters, digits and single hyphens, and be no more than 15 characters')];
  return target === undefined || isPort(target) ? [] : [invalidValue(field, target, PORT_RANGE)];
}

function checkPortName(ports: readonly ServicePort[], index: number): FieldProblem[] {
  const name = ports[index]?.name ?? '';
  const field = `spec.ports[${index}].name`;
  if (name === '') return ports.length > 1 ? [required(field)] : [];
  if (ports.slice(0, index).some((other) => other.name === name)) return [duplicateValue(field, name)];
  return checkName(name, { rule: 'dns-1123-label', field });
}

/** 1 to 65535. */
export function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** An IANA service name: up to 15 lower case letters, digits and single hyphens, at least one letter. */
export function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
}

/** What may not change once it is set. */
export function checkServiceUpdate(object: KubeObject, before: KubeObject): FieldProblem[] {
  const { spec } = object as Service;
  const old = (before as Service).spec;
  const problems: FieldProblem[] = [];
  const keepsAddress = old.type !== 'ExternalName' && spec.type !== 'ExternalName';
  if (keepsAddress && old.clusterIP !== undefined && old.clusterIP !== '' && spec.clusterIP !== old.clusterIP)
    problems.push(invalidValue('spec.clusterIPs[0]', spec.clusterIPs ?? [spec.clusterIP ?? ''], 'may not change once set'));
  const stays = old.type === 'LoadBalancer' && spec.type === 'LoadBalancer';
  if (stays && spec.loadBalancerClass !== old.loadBalancerClass) problems.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'));
  const keepsHealthPort = stays && old.externalTrafficPolicy === 'Local' && spec.externalTrafficPolicy === 'Local';
  if (keepsHealthPort && spec.healthCheckNodePort !== old.healthCheckNodePort) problems.push(invalidValue('spec.healthCheckNodePort', spec.healthCheckNodePort, 'field is immutable'));
  return problems;
}
