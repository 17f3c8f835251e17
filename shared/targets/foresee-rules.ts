import type { ClusterItem, ContributedRule } from '../contract/items';
import { formatKey } from '../contract/keys';
import { NO_MEMORY } from '../contract/target-memory';
import { aggregateRules } from '../desired/targets/aggregate-rules';
import { planRules } from '../desired/targets/plan-rules';
import { requiredRules } from '../desired/targets/required-rules';
import { resolveTargets } from '../desired/targets/resolve-targets';
import type { TargetFacts } from '../desired/targets/target';
import type { ClusterClient } from '../kubernetes/cluster-client';
import type { TargetSecurityGroup } from '../model/facts';
import type { TargetGroupBinding } from '../model/kubernetes';
import { BACKEND_GROUP, type TargetGroupBindingSpec, type Token } from '../model/model';
import type { Store } from '../store/store';
import { backendKey } from './ensure-backend-group';
import { type FindGroupsDeps, findGroups } from './find-groups';
import { type ClusterView, readTargetFacts } from './read-target-facts';
import { type KnownRule, readRulesOf } from './security-group-rules';

export interface Foresee {
  readonly bindings: readonly TargetGroupBindingSpec[];
  readonly cluster: ClusterItem;
  readonly client: ClusterClient;
}

export interface ForeseeDeps extends FindGroupsDeps {
  readonly store: Pick<Store, 'contributions' | 'leases'>;
}

/**
 * The security groups of targets, as they would be with the rules of bindings that are not there yet: found by the very steps that the target lane takes later. Two reads
 * of EC2 at most, none where there is no target yet. What cannot be told (a group that is not clear, a port without a number) is left to the lane.
 */
export async function foreseeRules(deps: ForeseeDeps, { bindings, cluster, client }: Foresee): Promise<TargetSecurityGroup[]> {
  const { arn: backend } = (await deps.store.leases.read(backendKey(cluster))) ?? {};
  const networked = bindings.filter(({ template }) => template.spec.networking).map((spec) => asBinding(spec, backend));
  const byService = Object.values(Object.groupBy(networked, ({ spec }) => spec.serviceRef.name)).flatMap((list) => (list ? [list] : []));
  const wanted = new Map<string, ContributedRule[]>();
  // Nobody is to be woken for a mere look.
  const view: ClusterView = { client, refer: () => Promise.resolve() };
  for (const list of byService) {
    for (const [groupId, rules] of await rulesOfService(list, { deps, view, cluster })) wanted.set(groupId, [...(wanted.get(groupId) ?? []), ...rules]);
  }
  if (wanted.size === 0) return [];
  const observed = await readRulesOf(deps.ec2, [...wanted.keys()]);
  const separate = cluster.settings.disableRestrictedSecurityGroupRules;
  return Promise.all([...wanted].map(async ([groupId, rules]) => foreseen({ groupId, observed: observed.get(groupId) ?? [], desired: aggregateRules([...(await deps.store.contributions.list(formatKey({ kind: 'sg', groupId }))), { rules, separate }]) })));
}

/** All ports of a Service have the same targets, so its first binding tells the groups of all. */
async function rulesOfService(bindings: readonly TargetGroupBinding[], { deps, view, cluster }: { deps: ForeseeDeps; view: ClusterView; cluster: ClusterItem }): Promise<ReadonlyMap<string, readonly ContributedRule[]>> {
  const [first] = bindings;
  const facts: TargetFacts | undefined = first && (await readTargetFacts(view, { binding: first, cluster }));
  const resolution = facts && resolveTargets(facts);
  if (!facts || resolution?.outcome !== 'resolved' || resolution.targets.length === 0) return new Map();
  const { targets } = await findGroups(deps, { view, cluster, facts, targets: resolution.targets, memory: { ...NO_MEMORY, interfacesReadAt: deps.now() } });
  const required = bindings.map((binding) => requiredRules(binding, targets));
  return new Map([...targets.keys()].map((groupId) => [groupId, required.flatMap((each) => ('rules' in each ? (each.rules.get(groupId) ?? []) : []))]));
}

function foreseen({ groupId, observed, desired }: { groupId: string; observed: readonly KnownRule[]; desired: readonly ContributedRule[] }): TargetSecurityGroup {
  const { authorize } = planRules({ desired, observed, isOurs: () => false });
  // The quota holds for each family apart, and a rule from a group counts for both.
  const present = [true, false].map((six) => observed.filter(({ source }) => !('cidr' in source) || source.cidr.includes(':') === six).length);
  const needed = [true, false].map((six, index) => (present[index] ?? 0) + authorize.filter(({ source }) => !('cidr' in source) || source.cidr.includes(':') === six).length);
  return { id: groupId, present: Math.max(...present), needed: Math.max(...needed) };
}

/** As the cluster would hold it. What has no id yet stands under its own name: no rule of today can come from it. */
function asBinding({ template: { metadata, spec } }: TargetGroupBindingSpec, backend: string | undefined): TargetGroupBinding {
  const idOf = (token: Token) => (typeof token === 'string' ? token : token.ref === BACKEND_GROUP && backend !== undefined ? backend : token.ref);
  const { networking, targetGroupARN, ...rest } = spec;
  const ingress = (networking?.ingress ?? []).map(({ from, ports }) => ({ from: from.map((peer) => ('securityGroup' in peer ? { securityGroup: { groupID: idOf(peer.securityGroup.groupID) } } : peer)), ports }));
  return { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', metadata: { name: metadata.name, namespace: metadata.namespace }, spec: { ...rest, targetGroupARN: idOf(targetGroupARN), networking: { ingress } } };
}
