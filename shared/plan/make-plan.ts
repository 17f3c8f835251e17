import type { Model, Observed, Resource, ResourceId, ResourceType } from '../model/model';
import type { Change, Difference, Leftover, Plan, PlanContext } from './change';
import { compareBinding } from './compare/binding';
import { identityOf, type Identity } from './compare/identity';
import { compareListener } from './compare/listener';
import { compareLoadBalancer } from './compare/load-balancer';
import { compareSecurityGroup } from './compare/security-group';
import { compareTargetGroup } from './compare/target-group';
import { creationOf } from './creation';
import { forgotten } from './forgotten';
import { handOver, servesMeanwhile } from './handover';
import { makeWay } from './make-way';
import { type Matching, matchModel, type Pair } from './matching';
import { familyOf, markOf } from '../model/members';

/**
 * Groups before what uses them; AWS takes deletions in the opposite order, but bindings before the target groups that they watch. A load balancer goes before
 * all else of it: where its deletion protection forbids that, its targets stay.
 */
const CREATE_ORDER: readonly ResourceType[] = ['security-group', 'target-group', 'load-balancer', 'listener', 'target-group-binding'];
const DELETE_ORDER: readonly ResourceType[] = ['listener', 'load-balancer', 'target-group-binding', 'target-group', 'security-group'];

/**
 * The changes that move `observed` to `desired`, in the order in which AWS accepts them: notes for the ledger, what is made and mended, what goes now,
 * what goes when its successor is healthy. Empty where there is nothing to do. An empty model deletes everything.
 */
export function makePlan(desired: Model, observed: readonly Observed[], context: PlanContext): Plan {
  const matching = matchModel(desired, observed, context);
  const identity = identityOf(observed, matching.kept);
  const upserts = inOrder(CREATE_ORDER, matching.pairs, ({ desired: { type, id } }) => [type, id]).flatMap((pair) => upsert(pair, matching, observed, context, identity));
  const serves = servesMeanwhile(upserts, observed);
  const deletes = inOrder(DELETE_ORDER, matching.extras, ({ type, id }) => [type, id]).flatMap((extra) => remove(extra, matching, observed, context).map((change) => (serves(extra) ? whenHealthy(change) : change)));
  const late = deletes.filter((change) => change.action === 'delete' && change.when === 'healthy');
  const now = deletes.filter((change) => !late.includes(change));
  const created = upserts.flatMap((change) => (change.action === 'create' || change.action === 'replace' ? [change.id] : []));
  const notes = [...forgotten({ desired, observed, created }, context), ...adoptions(observed, context)];
  return { modelId: desired.id, changes: [...notes, ...makeWay([...upserts, ...now], observed), ...late], kept: keptIds(matching) };
}

function inOrder<Item>(order: readonly ResourceType[], items: readonly Item[], keyOf: (item: Item) => [ResourceType, ResourceId]): Item[] {
  return [...items].sort((a, b) => {
    const [typeA, idA] = keyOf(a);
    const [typeB, idB] = keyOf(b);
    return order.indexOf(typeA) - order.indexOf(typeB) || (idA < idB ? -1 : 1);
  });
}

function keptIds(matching: Matching): Record<string, string> {
  const entries = [...matching.kept].map(([id, { physicalId }]): [string, string] => [id, physicalId]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What carries our tags and is not in the ledger yet: taken over where it is. */
function adoptions(observed: readonly Observed[], context: PlanContext): Change[] {
  const ledger = new Set(context.ledger.map(({ physicalId }) => physicalId));
  const strangers = observed.filter(({ physicalId }) => !ledger.has(physicalId));
  return inOrder(CREATE_ORDER, strangers, ({ type, id }) => [type, id]).map((resource) => ({
    action: 'adopt',
    id: resource.id,
    type: resource.type,
    physicalId: resource.physicalId,
    name: nameOf(resource),
  }));
}

function upsert(pair: Pair, matching: Matching, observed: readonly Observed[], context: PlanContext, identity: Identity): Change[] {
  const { desired, kept, replaced } = pair;
  if (kept) {
    const differences = compare(desired, kept, context, identity).map((difference) => (kept.type === 'listener' ? handOver(difference, kept, matching) : difference));
    return differences.length === 0 ? [] : [{ action: 'update', id: kept.id, physicalId: kept.physicalId, desired, differences }];
  }
  const creation = creationOf(pair, matching, observed, context);
  if (!replaced) return [{ action: 'create', ...creation }];
  return [{ action: 'replace', ...creation, old: leftover(replaced.old, observed, context), order: replaced.order, reasons: replaced.reasons }];
}

function compare(desired: Resource, kept: Observed, context: PlanContext, identity: Identity): Difference[] {
  if (desired.type === 'security-group' && kept.type === 'security-group') return compareSecurityGroup(desired, kept, context, identity);
  if (desired.type === 'load-balancer' && kept.type === 'load-balancer') return compareLoadBalancer(desired, kept, context, identity);
  if (desired.type === 'target-group' && kept.type === 'target-group') return compareTargetGroup(desired, kept, context);
  if (desired.type === 'listener' && kept.type === 'listener') return compareListener(desired, kept, context, identity);
  if (desired.type === 'target-group-binding' && kept.type === 'target-group-binding') return compareBinding(desired, kept, context, identity);
  throw new Error(`${desired.id} was paired with ${kept.id}, which is of another type`);
}

/**
 * Listeners go with their load balancer. What has a successor waits until that is healthy, and so does what an old load balancer uses as long as it is there; what
 * nobody wants any more goes now.
 */
function remove(extra: Observed, matching: Matching, observed: readonly Observed[], context: PlanContext): Change[] {
  if (extra.type === 'listener' && goesWithItsLoadBalancer(extra, matching)) return [];
  const wanted = matching.pairs.find(({ desired }) => desired.id === familyOf(extra.id));
  const when = (wanted || someOldOneStays(matching)) && extra.type !== 'listener' ? 'healthy' : 'now';
  return [{ action: 'delete', when, ...leftover(extra, observed, context) }];
}

function whenHealthy(change: Change): Change {
  return change.action === 'delete' ? { ...change, when: 'healthy' } : change;
}

/** Whether a load balancer that has a successor is still there: until it goes, nothing that it may use can go. */
function someOldOneStays({ pairs, extras }: Matching): boolean {
  const balancer = pairs.find(({ desired }) => desired.type === 'load-balancer');
  return balancer !== undefined && (balancer.replaced?.order === 'create-first' || extras.some(({ type }) => type === 'load-balancer'));
}

function goesWithItsLoadBalancer(listener: Extract<Observed, { type: 'listener' }>, matching: Matching): boolean {
  const token = listener.spec.loadBalancerARN;
  const going = [...matching.extras, ...matching.pairs.flatMap(({ replaced }) => (replaced ? [replaced.old] : []))];
  return typeof token !== 'string' && going.some(({ id }) => id === token.ref);
}

function leftover(resource: Observed, observed: readonly Observed[], context: PlanContext): Leftover {
  const takesAlong = resource.type === 'load-balancer' ? listenersOf(resource, observed, context) : [];
  return { id: resource.id, type: resource.type, physicalId: resource.physicalId, name: nameOf(resource), takesAlong };
}

/** Listeners that were seen on the load balancer, and those that only the ledger knows. */
function listenersOf(balancer: Observed, observed: readonly Observed[], context: PlanContext): ResourceId[] {
  const seen = observed.flatMap((resource) => {
    const token = resource.type === 'listener' ? resource.spec.loadBalancerARN : undefined;
    return typeof token === 'object' && token.ref === balancer.id ? [resource.id] : [];
  });
  const known = context.ledger.map(({ id }) => id as ResourceId).filter((id) => id.startsWith('listener/') && markOf(id) === markOf(balancer.id));
  return [...new Set([...seen, ...known])].sort();
}

/** The name that AWS or the cluster shows for a resource; the port of a listener. */
export function nameOf(resource: Resource): string {
  switch (resource.type) {
    case 'security-group':
      return resource.spec.groupName;
    case 'listener':
      return String(resource.spec.port);
    case 'target-group-binding':
      return `${resource.spec.template.metadata.namespace}/${resource.spec.template.metadata.name}`;
    default:
      return resource.spec.name;
  }
}

/** What CollectGarbage deletes, in the order in which AWS accepts it: what has been replaced beside its successor, and what waited for that. */
export function garbageOf(plan: Plan): Leftover[] {
  const late = plan.changes.flatMap((change): Leftover[] => {
    if (change.action === 'replace' && change.order === 'create-first') return [change.old];
    return change.action === 'delete' && change.when === 'healthy' ? [change] : [];
  });
  return inOrder(DELETE_ORDER, late, ({ type, id }) => [type, id]).map(({ id, type, physicalId, name, takesAlong }) => ({ id, type, physicalId, name, takesAlong }));
}
