import type { Model, Observed, Resource, ResourceId } from '../model/model';
import type { Difference, PlanContext } from './change';
import { compareLoadBalancer } from './compare/load-balancer';
import { compareTargetGroup } from './compare/target-group';
import { identityOf } from './compare/identity';
import { familyOf } from './members';

/** One desired resource beside what was seen of its family. At most one of `kept` and `replaced` is there. */
export interface Pair {
  readonly desired: Resource;
  readonly kept?: Observed;
  readonly replaced?: { readonly old: Observed; readonly order: 'create-first' | 'delete-first'; readonly reasons: readonly Difference[] };
}

/** Both sides, paired: what is kept, replaced, created, and what is left over of which nothing desired speaks any more. */
export interface Matching {
  readonly pairs: readonly Pair[];
  readonly kept: ReadonlyMap<ResourceId, Observed>;
  readonly extras: readonly Observed[];
}

/**
 * Pairs desired resources with observed ones by their family, which comes from tags and ledger, never from names. Where a family has several members, the one
 * that fits is kept, the ledger's before others. Listeners belong to the load balancer that is kept, bindings to the target group that is kept.
 */
export function matchModel(model: Model, observed: readonly Observed[], context: PlanContext): Matching {
  const roots = model.resources.filter((resource) => resource.type !== 'listener' && resource.type !== 'target-group-binding');
  const rootPairs = replaceTogether(roots.map((desired) => pairOf(desired, observed, context)), observed);
  const keptRoots = keptOf(rootPairs);
  const dependents = model.resources.filter((resource) => resource.type === 'listener' || resource.type === 'target-group-binding');
  const pairs = [...rootPairs, ...dependents.map((desired) => pairOfDependent(desired, observed, keptRoots))];
  const kept = keptOf(pairs);
  const settled = new Set([...kept.values(), ...pairs.flatMap(({ replaced }) => (replaced ? [replaced.old] : []))]);
  return { pairs, kept, extras: observed.filter((resource) => !settled.has(resource)) };
}

function keptOf(pairs: readonly Pair[]): Map<ResourceId, Observed> {
  return new Map(pairs.flatMap(({ desired, kept }): [ResourceId, Observed][] => (kept ? [[desired.id, kept]] : [])));
}

function pairOf(desired: Resource, observed: readonly Observed[], context: PlanContext): Pair {
  const members = preferred(observed.filter((resource) => resource.type === desired.type && familyOf(resource.id) === desired.id), observed, context);
  const fitting = members.find((member) => reasonsToReplace(desired, member, context).length === 0);
  if (fitting) return { desired, kept: fitting };
  const [old] = members;
  return old ? { desired, replaced: { old, order: orderOf(desired, old), reasons: reasonsToReplace(desired, old, context) } } : { desired };
}

/** Members in the order in which we would keep them: those the ledger knows, those that listeners use, then by physical id. */
function preferred(members: readonly Observed[], observed: readonly Observed[], context: PlanContext): Observed[] {
  const ledger = new Set(context.ledger.map(({ physicalId }) => physicalId));
  const used = new Set(observed.flatMap((resource) => (resource.type === 'listener' ? referencesOf(resource) : [])));
  const rank = (member: Observed) => (ledger.has(member.physicalId) ? 0 : 2) + (used.has(member.id) ? 0 : 1);
  return [...members].sort((a, b) => rank(a) - rank(b) || (a.physicalId < b.physicalId ? -1 : 1));
}

function reasonsToReplace(desired: Resource, member: Observed, context: PlanContext): Difference[] {
  const identity = identityOf([], new Map());
  if (desired.type === 'target-group' && member.type === 'target-group') return compareTargetGroup(desired, member, context).filter(isImmutable);
  if (desired.type === 'load-balancer' && member.type === 'load-balancer') return compareLoadBalancer(desired, member, context, identity).filter(isImmutable);
  return [];
}

const isImmutable = (difference: Difference): boolean => difference.kind === 'immutable';

/** Two load balancers can be there together unless they share a name, an Elastic IP or a private address. */
function orderOf(desired: Resource, old: Observed): 'create-first' | 'delete-first' {
  if (desired.type !== 'load-balancer' || old.type !== 'load-balancer') return 'create-first';
  const fixed = (mapping: (typeof desired.spec.subnetMapping)[number]) => [mapping.allocationID, mapping.privateIPv4Address, mapping.ipv6Address].filter((address) => address !== undefined);
  const taken = new Set(old.spec.subnetMapping.flatMap(fixed));
  const clashes = desired.spec.name === old.spec.name || desired.spec.subnetMapping.flatMap(fixed).some((address) => taken.has(address));
  return clashes ? 'delete-first' : 'create-first';
}

/**
 * A target group serves one load balancer only: where a load balancer gets a successor beside it, its target groups get successors too. If the
 * listeners forward to a target group that is not ours to make anew, the old load balancer has to go first.
 */
function replaceTogether(pairs: readonly Pair[], observed: readonly Observed[]): Pair[] {
  const balancer = pairs.find(({ desired, replaced }) => desired.type === 'load-balancer' && replaced?.order === 'create-first');
  if (!balancer?.replaced) return [...pairs];
  if (forwardsElsewhere(observed)) return pairs.map((pair) => (pair === balancer && pair.replaced ? { ...pair, replaced: { ...pair.replaced, order: 'delete-first' } } : pair));
  const reason: Difference = { kind: 'immutable', field: 'loadBalancer', from: balancer.replaced.old.physicalId, to: 'its successor' };
  return pairs.map(({ desired, kept, replaced }): Pair => {
    if (desired.type !== 'target-group' || !kept) return replaced ? { desired, replaced } : { desired, ...(kept ? { kept } : {}) };
    return { desired, replaced: { old: kept, order: 'create-first', reasons: [reason] } };
  });
}

function forwardsElsewhere(observed: readonly Observed[]): boolean {
  return observed.some((resource) => resource.type === 'listener' && targetGroupTokens(resource).some((token) => typeof token === 'string'));
}

function targetGroupTokens(listener: Extract<Resource, { type: 'listener' }>) {
  return listener.spec.defaultActions.flatMap((action) => action.forwardConfig?.targetGroups.map(({ targetGroupARN }) => targetGroupARN) ?? []);
}

function referencesOf(listener: Extract<Resource, { type: 'listener' }>): string[] {
  return targetGroupTokens(listener).flatMap((token) => (typeof token === 'string' ? [] : [token.ref]));
}

/** A listener of the kept load balancer by its port, a binding of the kept target group. */
function pairOfDependent(desired: Resource, observed: readonly Observed[], keptRoots: ReadonlyMap<ResourceId, Observed>): Pair {
  const identity = identityOf(observed, keptRoots);
  const kept = observed.find((resource) => {
    if (resource.type === 'listener' && desired.type === 'listener')
      return familyOf(resource.id) === desired.id && identity.observed(resource.spec.loadBalancerARN) === identity.desired(desired.spec.loadBalancerARN);
    if (resource.type === 'target-group-binding' && desired.type === 'target-group-binding')
      return identity.observed(resource.spec.template.spec.targetGroupARN) === identity.desired(desired.spec.template.spec.targetGroupARN);
    return false;
  });
  return kept ? { desired, kept } : { desired };
}
