import type { IngressPermission, LoadBalancerIpAddressType, SecurityGroupSpec } from '../../model/model';
import type { ServicePort } from '../../model/kubernetes';
import { awsName, nameHash } from '../names';
import { isDualstack } from '../network/subnet-rules';
import { quote } from '../text';
import { refuse } from '../refusal';
import { nameOf } from './service-request';
import type { ServiceBuild, ServiceRequest } from './service-request';
import { buildTags } from './tags';

const DESCRIPTION = '[k8s] Managed SecurityGroup for LoadBalancer';
const ANY_IPV4 = '0.0.0.0/0';
const ANY_IPV6 = '::/0';

/** The security group that we keep for a load balancer (LBC's behaviour §1.8). Equal rules stay: AWS and the plan see them as one. */
export function buildManagedSecurityGroup(build: ServiceBuild, ipAddressType: LoadBalancerIpAddressType): SecurityGroupSpec {
  const { namespace, name } = nameOf(build.service);
  const hash = nameHash(build.facts.cluster.name, name, namespace, build.service.metadata.uid ?? '');
  const tags = buildTags(build);
  const ingress = buildPermissions(build, ipAddressType);
  return { groupName: awsName({ namespace, name }, hash), description: DESCRIPTION, ...tags, ...(ingress.length > 0 && { ingress }) };
}

/** `spec.loadBalancerSourceRanges`, else the annotation. Syntax is left to AWS. */
export function sourceRanges({ read }: ServiceRequest, spec: { readonly loadBalancerSourceRanges?: readonly string[] }): readonly string[] {
  const stated = spec.loadBalancerSourceRanges ?? [];
  return stated.length > 0 ? stated : (read('sourceRanges') ?? []);
}

function buildPermissions(request: ServiceRequest, ipAddressType: LoadBalancerIpAddressType): IngressPermission[] {
  const prefixLists = request.read('prefixLists');
  const cidrs = allowedRanges(request, { ipAddressType, hasPrefixLists: prefixLists !== undefined });
  const withIcmp = request.read('icmp') === 'on';
  return (request.service.spec.ports ?? []).flatMap((port) => [
    ...cidrs.flatMap((cidr) => (withIcmp ? [portRule(port, cidr), icmpRule(cidr)] : [portRule(port, cidr)])),
    ...(prefixLists ?? []).map((listID) => ({ ...portRange(port), prefixLists: [{ listID }] })),
  ]);
}

function allowedRanges(request: ServiceRequest, { ipAddressType, hasPrefixLists }: { ipAddressType: LoadBalancerIpAddressType; hasPrefixLists: boolean }): readonly string[] {
  const ranges = sourceRanges(request, request.service.spec);
  const ipv6 = ranges.find((range) => range.includes(':'));
  if (ipv6 !== undefined && !isDualstack(ipAddressType)) refuse('Ipv6SourceRangeOnIpv4', `the source range ${quote(ipv6)} is IPv6, but the load balancer is ipv4; remove it, or set ${request.read.key('ipAddressType')}: dualstack`);
  if (ranges.length > 0 || hasPrefixLists) return ranges;
  return isDualstack(ipAddressType) ? [ANY_IPV4, ANY_IPV6] : [ANY_IPV4];
}

function portRange(port: ServicePort): Pick<IngressPermission, 'ipProtocol' | 'fromPort' | 'toPort'> {
  return { ipProtocol: (port.protocol ?? 'TCP').toLowerCase(), fromPort: port.port, toPort: port.port };
}

function portRule(port: ServicePort, cidr: string): IngressPermission {
  return { ...portRange(port), ...rangeOf(cidr) };
}

/** "Fragmentation needed" and "packet too big": what path MTU discovery listens for. */
function icmpRule(cidr: string): IngressPermission {
  return cidr.includes(':') ? { ipProtocol: 'icmpv6', fromPort: 2, toPort: 0, ...rangeOf(cidr) } : { ipProtocol: 'icmp', fromPort: 3, toPort: 4, ...rangeOf(cidr) };
}

function rangeOf(cidr: string): Pick<IngressPermission, 'ipRanges' | 'ipv6Ranges'> {
  return cidr.includes(':') ? { ipv6Ranges: [{ cidrIPv6: cidr }] } : { ipRanges: [{ cidrIP: cidr }] };
}
