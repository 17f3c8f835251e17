import { annotation } from './annotation-words';
import type { Finding, Preflight } from './preflight';

/** What AWS would refuse when the load balancer is there already: rules on the group of its targets, and the targets themselves. */
export function checkTargets(preflight: Preflight): Finding[] {
  return [...checkRoom(preflight), ...checkIpv6Nodes(preflight)];
}

/** A group that has more rules than the quota says proves that its quota is another one; AWS decides then. */
function checkRoom({ targets, maxRules }: Preflight): Finding[] {
  return targets.securityGroups.flatMap(({ id, present, needed }): Finding[] => {
    if (needed <= maxRules || needed <= present || present > maxRules) return [];
    return [{
      code: 'SecurityGroupRuleQuota',
      message:
        `the security group ${id} of the targets would need ${needed} inbound rules, ${needed - present} more than it has, and AWS takes ${maxRules}. Have the quota "Inbound or outbound rules per security group" raised and tell it to the cluster (setting stepbalancer.maxRulesPerSecurityGroup), ` +
        `take rules away that nobody needs, use ip targets (${annotation('targetType')}), which share ports, or an Ingress (one load balancer for many Services)`,
    }];
  });
}

function checkIpv6Nodes({ targets: { ipv6Nodes } }: Preflight): Finding[] {
  if (ipv6Nodes === undefined || ipv6Nodes.all === 0 || ipv6Nodes.reachable > 0) return [];
  return [{ code: 'Ipv6InstanceTargets', message: `the Service has the IP family IPv6 and instance targets, which AWS reaches by the primary IPv6 address of the instance, and none of the ${ipv6Nodes.all} nodes has one; set ${annotation('targetType')} to ip, so that the pods themselves are the targets` }];
}
