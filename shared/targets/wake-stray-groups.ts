import type { Ec2, SecurityGroup } from '../aws/ec2';
import type { ClusterItem } from '../contract/items';
import { formatKey } from '../contract/keys';
import { carriesLabel } from '../desired/targets/plan-rules';
import { type WakeDeps, wakeTargets } from './wake-targets';

/**
 * Wakes the keys of security groups that carry the cluster's tag and labelled rules, whether a binding uses them or not: what a controller left behind on groups
 * of former nodes is found nowhere else. One read; for the end of a cluster's full resync. Answers how many were woken.
 */
export async function wakeStrayGroups(cluster: ClusterItem, deps: WakeDeps & { readonly ec2: Pick<Ec2, 'describeSecurityGroups'> }): Promise<number> {
  const tagged = await deps.ec2.describeSecurityGroups({ 'vpc-id': [cluster.vpcId], [`tag:kubernetes.io/cluster/${cluster.name}`]: ['owned', 'shared'] });
  return wakeLabelledGroups(tagged, deps);
}

/** Wakes the keys of those of these groups that carry labelled rules. Answers how many. */
export async function wakeLabelledGroups(groups: readonly SecurityGroup[], deps: WakeDeps): Promise<number> {
  const labelled = groups.filter(({ IpPermissions = [] }) =>
    IpPermissions.some(({ IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] }) => [...IpRanges, ...Ipv6Ranges, ...PrefixListIds, ...UserIdGroupPairs].some(({ Description }) => carriesLabel(Description))),
  );
  for (const { GroupId: groupId } of labelled) await wakeTargets(deps, formatKey({ kind: 'sg', groupId }));
  return labelled.length;
}
