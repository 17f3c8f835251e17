import type { ClusterFacts, NetworkFacts, SubnetFacts } from '../../model/facts';
import type { LoadBalancerIpAddressType } from '../../model/model';
import { compareText, quote } from '../text';
import { refuse } from '../refusal';
import { requireIpv6, requireOneLocale, requireOnePerZone } from './subnet-rules';

export interface SubnetSelection {
  readonly network: NetworkFacts;
  readonly cluster: ClusterFacts;
  /** Ids and Name tags, in the order wanted. */
  readonly namesOrIds: readonly string[];
  readonly ipAddressType: LoadBalancerIpAddressType;
  /** Who names them: an annotation's key, or the existing load balancer. */
  readonly source: string;
  /** What to do where one of them is wrong. */
  readonly remedy: string;
}

/** Only this exact prefix marks an id; anything else is a Name tag (LBC's behaviour §4.2). */
export function isSubnetId(nameOrId: string): boolean {
  return nameOrId.startsWith('subnet-');
}

/** The named subnets in the order given, checked against each other. Ids may lie in any VPC, names are those of the cluster's VPC. */
export function selectNamedSubnets(selection: SubnetSelection): SubnetFacts[] {
  const { namesOrIds, network, ipAddressType, source, remedy } = selection;
  const byId = subnetsById(selection);
  const byName = subnetsByName(selection);
  const subnets = namesOrIds.flatMap((nameOrId) => (isSubnetId(nameOrId) ? byId.get(nameOrId) : byName.get(nameOrId)?.shift()) ?? []);
  if (subnets.length === 0) refuse('NoSubnetNamed', `${source} names no subnet; ${remedy}`);
  requireOnePerZone(subnets);
  requireOneLocale(subnets, network);
  requireIpv6(subnets, ipAddressType);
  return subnets;
}

function subnetsById({ namesOrIds, network, source, remedy }: SubnetSelection): Map<string, SubnetFacts> {
  const ids = namesOrIds.filter(isSubnetId);
  const known = new Map(network.subnets.map((subnet) => [subnet.id, subnet]));
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0) refuse('SubnetNotFound', `${source} names ${missing.map(quote).join(', ')}, which AWS does not know in this account and Region; ${remedy}`);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) refuse('SubnetNamedTwice', `${source} names ${twice} twice; ${remedy}`);
  return known;
}

/** Per name the subnets that carry it, by id: a name that is given twice takes two of them. */
function subnetsByName({ namesOrIds, network, cluster, source, remedy }: SubnetSelection): Map<string, SubnetFacts[]> {
  const names = namesOrIds.filter((nameOrId) => !isSubnetId(nameOrId));
  const ofVpc = network.subnets.filter(({ vpcId }) => vpcId === cluster.vpcId).sort((a, b) => compareText(a.id, b.id));
  const found = new Map(names.map((name) => [name, ofVpc.filter(({ tags }) => tags.Name === name)]));
  const missing = [...found].filter(([, subnets]) => subnets.length === 0).map(([name]) => quote(name));
  if (missing.length > 0) refuse('SubnetNotFound', `${source} names ${missing.join(', ')}, but no subnet in ${cluster.vpcId} has that Name tag (wildcards are not understood); ${remedy}`);
  for (const [name, subnets] of found) {
    const wanted = names.filter((other) => other === name).length;
    if (wanted > subnets.length) refuse('SubnetNamedTwice', `${source} names ${quote(name)} ${wanted} times, but ${subnets.length} subnet in ${cluster.vpcId} has that Name tag; ${remedy}`);
  }
  return found;
}
