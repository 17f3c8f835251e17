import type { Model, Observed, Resource, ResourceId, ResourceType } from '../model/model';
import type { Difference, PlanContext } from './change';
import { type Identity, identityOf } from './compare/identity';
import { immutableDifferences as immutableOfLoadBalancer } from './compare/load-balancer';
import { immutableDifferences as immutableOfTargetGroup } from './compare/target-group';
import { type Desired, familyOf, type Seen } from '../model/members';

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

/** What one step of the matching needs, computed once for all of its resources: fifty listeners must not cost fifty times fifty. */
interface Step {
  readonly observed: readonly Observed[];
  /** Those of the steps before, and what is meant by their ids. */
  readonly pairs: readonly Pair[];
  readonly identity: Identity;
  /** Physical ids in the ledger. */
  readonly ledger: ReadonlySet<string | undefined>;
  /** The listeners that forward to a target group, by its id. */
  readonly listenersTo: ReadonlyMap<string, readonly Seen<'listener'>[]>;
}

/** Each type after those that decide about it: listeners belong to the load balancer that is kept, bindings to the target group that is kept. */
const STEPS: readonly (readonly ResourceType[])[] = [['security-group', 'load-balancer'], ['target-group'], ['listener', 'target-group-binding']];

/**
 * Pairs desired resources with observed ones by their family, which comes from tags and ledger, never from names. Where a family has several members, one
 * that fits is kept, the ledger's before others.
 */
export function matchModel(model: Model, observed: readonly Observed[], context: PlanContext): Matching {
  const ledger = new Set(context.ledger.map(({ physicalId }) => physicalId));
  const listenersTo = listenersByTargetGroup(observed);
  const pairs = STEPS.reduce<readonly Pair[]>((before, types) => {
    const step: Step = { observed, pairs: before, identity: identityOf(observed, keptOf(before)), ledger, listenersTo };
    return [...before, ...model.resources.filter(({ type }) => types.includes(type)).map((desired) => pairOf(desired, step))];
  }, []);
  const kept = keptOf(pairs);
  const settled = new Set([...kept.values(), ...pairs.flatMap(({ replaced }) => (replaced ? [replaced.old] : []))]);
  return { pairs, kept, extras: observed.filter((resource) => !settled.has(resource)) };
}

function listenersByTargetGroup(observed: readonly Observed[]): Map<string, Seen<'listener'>[]> {
  const listeners = new Map<string, Seen<'listener'>[]>();
  for (const resource of observed) if (resource.type === 'listener') for (const group of targetGroupsOf(resource)) listeners.set(group, [...(listeners.get(group) ?? []), resource]);
  return listeners;
}

function keptOf(pairs: readonly Pair[]): Map<ResourceId, Observed> {
  return new Map(pairs.flatMap(({ desired, kept }): [ResourceId, Observed][] => (kept ? [[desired.id, kept]] : [])));
}

function pairOf(desired: Resource, step: Step): Pair {
  if (desired.type === 'listener' || desired.type === 'target-group-binding') return pairOfDependent(desired, step);
  const members = preferred(step.observed.filter((resource) => resource.type === desired.type && familyOf(resource.id) === desired.id), step);
  const fitting = members.find((member) => reasonsToReplace(desired, member, step).length === 0);
  if (fitting) return { desired, kept: fitting };
  const [old] = members;
  return old ? { desired, replaced: { old, order: orderOf(desired, old, step.observed), reasons: reasonsToReplace(desired, old, step) } } : { desired };
}

/** Members in the order in which we would keep them: those the ledger knows, those that listeners use, then by physical id. */
function preferred(members: readonly Observed[], { ledger, listenersTo }: Step): Observed[] {
  const rank = (member: Observed) => (ledger.has(member.physicalId) ? 0 : 2) + (listenersTo.has(member.id) ? 0 : 1);
  return [...members].sort((a, b) => rank(a) - rank(b) || (a.physicalId < b.physicalId ? -1 : 1));
}

function reasonsToReplace(desired: Resource, member: Observed, step: Step): Difference[] {
  if (desired.type === 'load-balancer' && member.type === 'load-balancer') return immutableOfLoadBalancer(desired.spec, member.spec);
  if (desired.type === 'target-group' && member.type === 'target-group') return [...immutableOfTargetGroup(desired.spec, member.spec), ...servesAnother(member, step)];
  return [];
}

/**
 * A target group serves one load balancer only, so one that serves a load balancer which is not kept needs a successor; unless that load balancer goes first.
 */
function servesAnother(member: Seen<'target-group'>, { listenersTo, pairs }: Step): Difference[] {
  const balancer = pairs.find(({ desired }) => desired.type === 'load-balancer');
  if (!balancer || balancer.replaced?.order === 'delete-first') return [];
  const other = listenersTo.get(member.id)?.find((listener) => balancerOf(listener) !== balancer.kept?.id);
  return other ? [{ kind: 'immutable', field: 'loadBalancer', from: balancerOf(other) ?? 'none', to: balancer.desired.id }] : [];
}

/** Two load balancers can be there together unless they share a name, an address, or a target group that is not ours to make anew. */
function orderOf(desired: Resource, old: Observed, observed: readonly Observed[]): 'create-first' | 'delete-first' {
  if (desired.type !== 'load-balancer' || old.type !== 'load-balancer') return 'create-first';
  const taken = new Set(old.spec.subnetMapping.flatMap(fixedAddresses));
  const names = observed.flatMap((resource) => (resource.type === 'load-balancer' ? [resource.spec.name] : []));
  const clashes = names.includes(desired.spec.name) || desired.spec.subnetMapping.flatMap(fixedAddresses).some((address) => taken.has(address));
  return clashes || forwardsElsewhere(observed) ? 'delete-first' : 'create-first';
}

type Mapping = Desired<'load-balancer'>['spec']['subnetMapping'][number];

function fixedAddresses({ allocationID, privateIPv4Address, ipv6Address }: Mapping): string[] {
  return [allocationID, privateIPv4Address, ipv6Address].filter((address) => address !== undefined);
}

function forwardsElsewhere(observed: readonly Observed[]): boolean {
  return observed.some((resource) => resource.type === 'listener' && tokensOf(resource).some((token) => typeof token === 'string'));
}

function tokensOf(listener: Desired<'listener'>) {
  return listener.spec.defaultActions.flatMap((action) => action.forwardConfig?.targetGroups.map(({ targetGroupARN }) => targetGroupARN) ?? []);
}

function targetGroupsOf(listener: Desired<'listener'>): string[] {
  return tokensOf(listener).flatMap((token) => (typeof token === 'string' ? [] : [token.ref]));
}

function balancerOf(listener: Desired<'listener'>): string | undefined {
  const token = listener.spec.loadBalancerARN;
  return typeof token === 'string' ? undefined : token.ref;
}

/** A listener of the kept load balancer by its port, a binding of the kept target group; or one of our name whose target group is gone: it gets the new one. */
function pairOfDependent(desired: Desired<'listener'> | Desired<'target-group-binding'>, { observed, identity }: Step): Pair {
  const candidates = observed.filter((resource) => {
    if (resource.type === 'listener' && desired.type === 'listener')
      return familyOf(resource.id) === desired.id && identity.observed(resource.spec.loadBalancerARN) === identity.desired(desired.spec.loadBalancerARN);
    if (resource.type === 'target-group-binding' && desired.type === 'target-group-binding')
      return identity.observed(resource.spec.template.spec.targetGroupARN) === identity.desired(desired.spec.template.spec.targetGroupARN);
    return false;
  });
  const kept = candidates[0] ?? observed.find((resource) => isOrphanOf(desired, resource));
  return kept ? { desired, kept } : { desired };
}

function isOrphanOf(desired: Resource, resource: Observed): boolean {
  if (desired.type !== 'target-group-binding' || resource.type !== 'target-group-binding') return false;
  const { metadata, spec } = resource.spec.template;
  const { name, namespace } = desired.spec.template.metadata;
  return typeof spec.targetGroupARN === 'string' && metadata.name === name && metadata.namespace === namespace;
}
