import type { SubnetFacts } from '../../model/facts';
import type { LoadBalancerIpAddressType, Scheme } from '../../model/model';
import { discoverSubnets } from '../network/discover-subnets';
import { selectNamedSubnets } from '../network/named-subnets';
import type { ServiceBuild, ServiceRequest } from './service-request';

/** Which subnets a Service names by itself, and where it does so; undefined: discovery. */
export interface NamedSubnets {
  readonly namesOrIds: readonly string[];
  readonly source: string;
  readonly remedy: string;
}

/** The annotation, else the subnets of an existing load balancer of the same scheme, so that later tags never move it (LBC's behaviour §1.5). */
export function namedSubnets({ read, existingLoadBalancer }: ServiceRequest, scheme: Scheme): NamedSubnets | undefined {
  const annotated = read('subnets');
  if (annotated !== undefined) return { namesOrIds: annotated, source: `annotation ${read.key('subnets')}`, remedy: 'name each subnet once, one per zone, by id or Name tag, or remove the annotation to have subnets discovered' };
  if (existingLoadBalancer?.scheme !== scheme) return undefined;
  return { namesOrIds: existingLoadBalancer.zones.map(({ subnetId }) => subnetId), source: `the existing load balancer ${existingLoadBalancer.arn}`, remedy: `name subnets that exist in annotation ${read.key('subnets')}` };
}

/** The subnets of the load balancer, in the order in which the model has them. */
export function buildSubnets(build: ServiceBuild, kind: { readonly scheme: Scheme; readonly ipAddressType: LoadBalancerIpAddressType }): SubnetFacts[] {
  const { facts, settings } = build;
  const { network, cluster } = facts;
  const named = namedSubnets(build, kind.scheme);
  if (named !== undefined) return selectNamedSubnets({ network, cluster, ipAddressType: kind.ipAddressType, ...named });
  const { SubnetDiscoveryByReachability: byReachability, SubnetsClusterTagCheck: checkClusterTag } = settings.featureGates;
  return discoverSubnets({ network, cluster, ...kind, byReachability, checkClusterTag });
}
