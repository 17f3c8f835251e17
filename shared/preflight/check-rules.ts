import ipaddr from 'ipaddr.js';
import type { PreflightFacts } from '../model/facts';
import type { BindingNetworkingRule, IngressPermission } from '../model/model';
import type { Plan } from '../plan/change';
import { quote } from '../desired/text';
import { annotation } from './annotation-words';
import { madeOf, mendedOf, newGroups } from './planned-writes';
import type { Finding, Preflight } from './preflight';

const WAYS_OUT = 'Give fewer ports or ranges, use a prefix list, name a security group of your own, or have the quota "Inbound or outbound rules per security group" raised and tell it to the cluster (setting stepbalancer.maxRulesPerSecurityGroup)';

/** Security groups and the rules in them. */
export function checkRules(preflight: Preflight): Finding[] {
  return [...checkGroups(preflight), ...checkSources(preflight), ...checkPrefixLists(preflight), ...checkQuota(preflight), ...checkTargetRules(preflight)];
}

/** Managed security groups that get rules: all rules that such a group is to have, and what it has now. */
export function rulesToBe(plan: Plan): { readonly name: string; readonly physicalId?: string; readonly rules: readonly IngressPermission[] }[] {
  return [
    ...madeOf(plan, 'security-group').map(({ desired: { spec } }) => ({ name: spec.groupName, rules: spec.ingress ?? [] })),
    ...mendedOf(plan, 'security-group', 'ingress').flatMap(({ desired: { spec }, physicalId, difference }) => (difference.authorize.length > 0 ? [{ name: spec.groupName, physicalId, rules: spec.ingress ?? [] }] : [])),
  ];
}

function checkGroups({ plan, known: { cluster, securityGroups }, answers }: Preflight): Finding[] {
  return newGroups(plan).flatMap((id): Finding[] => {
    const found = [...securityGroups, ...answers.securityGroups].find((group) => group.id === id);
    if (!found) return [{ code: 'SecurityGroupNotFound', message: `${annotation('securityGroups')} (or the setting backendSecurityGroup) names ${quote(id)}, which AWS does not know; correct the id` }];
    if (found.vpcId === cluster.vpcId) return [];
    return [{ code: 'SecurityGroupOfAnotherVpc', message: `${annotation('securityGroups')} (or the setting backendSecurityGroup) must name groups of the cluster's VPC ${cluster.vpcId}, got ${id} of ${found.vpcId}; name another` }];
  });
}

/** An annotation's ranges reach us unchecked, and EC2 would refuse them when the group is there already. Rules on targets are judged when they are written. */
function checkSources({ plan }: Preflight): Finding[] {
  const ofGroups = rulesToBe(plan).flatMap(({ rules }) => rules.flatMap(({ ipRanges = [], ipv6Ranges = [] }) => [...ipRanges.map(({ cidrIP }) => cidrIP), ...ipv6Ranges.map(({ cidrIPv6 }) => cidrIPv6)]));
  const wrong = [...new Set(ofGroups)].filter((range) => !ipaddr.isValidCIDR(range));
  if (wrong.length === 0) return [];
  return [{ code: 'InvalidSourceRange', message: `${annotation('sourceRanges')} (or spec.loadBalancerSourceRanges) must hold CIDR blocks like 10.0.0.0/8, got ${wrong.map(quote).join(', ')}; correct it` }];
}

function checkPrefixLists({ plan, answers }: Preflight): Finding[] {
  const wanted = new Set(rulesToBe(plan).flatMap(({ rules }) => rules.flatMap(({ prefixLists = [] }) => prefixLists.map(({ listID }) => listID))));
  const missing = [...wanted].filter((id) => !answers.prefixLists.some((list) => list.id === id));
  if (missing.length === 0) return [];
  return [{ code: 'PrefixListNotFound', message: `${annotation('prefixLists')} names ${missing.map(quote).join(', ')}, which this account does not have in this Region; correct the id, or share the list with the account` }];
}

/** A group that has more than the quota says already proves that the quota is higher. */
function checkQuota({ plan, observed, answers, maxRules }: Preflight): Finding[] {
  return rulesToBe(plan).flatMap(({ name, physicalId, rules }): Finding[] => {
    const present = observed.find((resource) => resource.physicalId === physicalId);
    const needed = countRules(rules, answers);
    const proven = Math.max(maxRules, present?.type === 'security-group' ? countRules(present.spec.ingress ?? [], answers) : 0);
    if (needed <= proven) return [];
    return [{ code: 'SecurityGroupRuleQuota', message: `the managed security group ${name} would need ${needed} inbound rules (one per port and source range, a prefix list counts with its size), and AWS takes ${proven}. ${WAYS_OUT}` }];
  });
}

/** AWS-managed lists do not tell their size (AWS: AWS-managed prefix list weight). */
const WEIGHTS: readonly (readonly [RegExp, number])[] = [
  [/\.cloudfront\.origin-facing$/, 55],
  [/\.route53-healthchecks$/, 25],
  [/\.vpc-lattice$/, 10],
  [/\.groundstation$/, 5],
];

/** Rules against the quota, which holds for IPv4 and IPv6 apart: the larger of the two. A group counts for both (AWS: Amazon VPC quotas). */
function countRules(rules: readonly IngressPermission[], { prefixLists: lists }: PreflightFacts): number {
  const sources = { ipv4: new Map<string, number>(), ipv6: new Map<string, number>() };
  for (const { ipProtocol, fromPort, toPort, ipRanges = [], ipv6Ranges = [], prefixLists = [], userIDGroupPairs = [] } of rules) {
    const key = (source: string) => `${ipProtocol} ${fromPort} ${toPort} ${source}`;
    for (const { cidrIP } of ipRanges) sources.ipv4.set(key(cidrIP), 1);
    for (const { cidrIPv6 } of ipv6Ranges) sources.ipv6.set(key(cidrIPv6), 1);
    for (const { listID } of prefixLists) {
      const list = lists.find(({ id }) => id === listID);
      sources[list?.family === 'IPv6' ? 'ipv6' : 'ipv4'].set(key(listID), list?.maxEntries ?? WEIGHTS.find(([name]) => name.test(list?.name ?? ''))?.[1] ?? 1);
    }
    for (const { groupID } of userIDGroupPairs) for (const family of Object.values(sources)) family.set(key(JSON.stringify(groupID)), 1);
  }
  return Math.max(...Object.values(sources).map((family) => [...family.values()].reduce((sum, weight) => sum + weight, 0)));
}

/** Rules by address on the targets that alone pass what any group of theirs can hold. Rules from the load balancer's group are few: ports are summed up there. */
function checkTargetRules({ plan, maxRules }: Preflight): Finding[] {
  const rules = rulesOfBindings(plan).flatMap((rule) => (rule.ports ?? []).flatMap(({ protocol = 'TCP', port }) => rangesOf(rule).map((range) => `${protocol} ${port} ${range}`)));
  const [ipv6, ipv4] = [true, false].map((six) => new Set(rules.filter((rule) => rule.includes(':') === six)).size);
  const needed = Math.max(ipv4 ?? 0, ipv6 ?? 0);
  if (needed <= maxRules) return [];
  return [{ code: 'SecurityGroupRuleQuota', message: `the load balancer has no security group, so the group of its targets would need ${needed} inbound rules (one per port and range), and AWS takes ${maxRules}. Use a load balancer with security groups, ip targets, which share ports, or an Ingress (one load balancer for many Services). ${WAYS_OUT}` }];
}

function rulesOfBindings(plan: Plan): BindingNetworkingRule[] {
  const specs = [...madeOf(plan, 'target-group-binding').map(({ desired }) => desired.spec), ...mendedOf(plan, 'target-group-binding', 'binding').map(({ difference }) => difference.to)];
  return specs.flatMap(({ template }) => template.spec.networking?.ingress ?? []);
}

function rangesOf({ from }: BindingNetworkingRule): string[] {
  return from.flatMap((peer) => ('ipBlock' in peer ? [peer.ipBlock.cidr] : []));
}
