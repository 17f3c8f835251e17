import type { ClusterFacts, NetworkFacts, RouteTableFacts, SubnetFacts } from '../../model/facts';
import type { LoadBalancerIpAddressType, Scheme } from '../../model/model';
import { compareText } from '../text';
import { refuse } from '../refusal';
import { hasIpv6, isDualstack, requireOneLocale } from './subnet-rules';

/** A subnet needs this many free addresses to be discovered (LBC's behaviour §4.1). */
const MIN_FREE_ADDRESSES = 8;
const CLUSTER_TAG_PREFIX = 'kubernetes.io/cluster';

/** The tag that marks subnets for load balancers of a scheme, and the values that it may have. */
export const ROLE_TAGS: Readonly<Record<Scheme, string>> = { 'internet-facing': 'kubernetes.io/role/elb', internal: 'kubernetes.io/role/internal-elb' };
export const ROLE_VALUES: readonly string[] = ['', '1'];

export interface SubnetDiscovery {
  readonly network: NetworkFacts;
  readonly cluster: ClusterFacts;
  readonly scheme: Scheme;
  readonly ipAddressType: LoadBalancerIpAddressType;
  /** Gate SubnetDiscoveryByReachability. */
  readonly byReachability: boolean;
  /** Gate SubnetsClusterTagCheck. */
  readonly checkClusterTag: boolean;
}

/** One subnet per zone, by role tag, or by route tables where no subnet has the tag (LBC's behaviour §4.1). Sorted by id. */
export function discoverSubnets(discovery: SubnetDiscovery): SubnetFacts[] {
  const candidates = candidateSubnets(discovery);
  const ofCluster = candidates.filter((subnet) => !discovery.checkClusterTag || isForCluster(subnet, discovery.cluster.name));
  const roomy = ofCluster.filter((subnet) => subnet.availableIpAddressCount >= MIN_FREE_ADDRESSES);
  const usable = roomy.filter((subnet) => !isDualstack(discovery.ipAddressType) || hasIpv6(subnet));
  if (usable.length === 0) {
    const counts = `${candidates.length} looked at: ${candidates.length - ofCluster.length} belong to other clusters, ${ofCluster.length - roomy.length} have fewer than ${MIN_FREE_ADDRESSES} free addresses, ${roomy.length} lack an associated IPv6 CIDR block`;
    const first = roomy.length > 0 ? 'associate an IPv6 CIDR block with one of them per zone, set the address type to ipv4' : ofCluster.length > 0 ? 'free addresses in one of them per zone, make other subnets' : `tag one subnet per zone with ${ROLE_TAGS[discovery.scheme]}=1`;
    refuse('NoSubnetFound', `no subnet in ${discovery.cluster.vpcId} can take an ${discovery.scheme} load balancer (${counts}); ${first}, or name subnets by annotation`);
  }
  const chosen = onePerZone(usable, discovery.cluster.name);
  requireOneLocale(chosen, discovery.network);
  return chosen;
}

/** The candidates before any filter: those with the role tag, else, by the gate, those whose routes fit the scheme. */
function candidateSubnets({ network, cluster, scheme, byReachability }: SubnetDiscovery): SubnetFacts[] {
  const ofVpc = network.subnets.filter(({ vpcId }) => vpcId === cluster.vpcId);
  const tagged = ofVpc.filter((subnet) => ROLE_VALUES.includes(subnet.tags[ROLE_TAGS[scheme]] ?? 'no tag'));
  if (tagged.length > 0 || !byReachability) return tagged;
  const tables = network.routeTables.filter(({ vpcId }) => vpcId === cluster.vpcId);
  return ofVpc.filter((subnet) => isPublic(subnet, tables) === (scheme === 'internet-facing'));
}

/** Whether a subnet's own route table, else the main one, leads to an internet gateway. */
function isPublic(subnet: SubnetFacts, tables: readonly RouteTableFacts[]): boolean {
  const table = tables.findLast(({ subnetIds }) => subnetIds.includes(subnet.id)) ?? tables.findLast(({ main }) => main);
  if (table === undefined) return refuse('NoMainRouteTable', `the VPC ${subnet.vpcId} shows no main route table, so whether subnet ${subnet.id} is public is not known; every VPC has one: check that DescribeRouteTables is allowed, or name subnets by annotation`);
  return table.gatewayIds.some((id) => id.startsWith('igw'));
}

function isForCluster(subnet: SubnetFacts, clusterName: string): boolean {
  const clusterTags = Object.keys(subnet.tags).filter((key) => key.startsWith(CLUSTER_TAG_PREFIX));
  return clusterTags.length === 0 || hasClusterTag(subnet, clusterName);
}

function hasClusterTag(subnet: SubnetFacts, clusterName: string): boolean {
  return Object.hasOwn(subnet.tags, `${CLUSTER_TAG_PREFIX}/${clusterName}`);
}

/** Per zone the subnet that is tagged for the cluster, then the smallest id. */
function onePerZone(subnets: readonly SubnetFacts[], clusterName: string): SubnetFacts[] {
  const ranked = [...subnets].sort((a, b) => Number(hasClusterTag(b, clusterName)) - Number(hasClusterTag(a, clusterName)) || compareText(a.id, b.id));
  const byZone = new Map<string, SubnetFacts>();
  for (const subnet of ranked) if (!byZone.has(subnet.zoneName)) byZone.set(subnet.zoneName, subnet);
  return [...byZone.values()].sort((a, b) => compareText(a.id, b.id));
}
