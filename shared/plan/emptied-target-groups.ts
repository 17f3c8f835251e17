import type { Observed, Token } from '../model/model';
import { familyOf, type Seen } from '../model/members';
import type { Change, Plan } from './change';
import { deletedBy } from './counted-deletions';

/**
 * Names of target groups that a plan would take from under traffic: one that goes now while a listener that stays forwards to it, and one that stays while the
 * binding that fills it goes. No plan that `makePlan` makes does either; a plan is judged all the same, whoever made it.
 */
export function emptiedTargetGroups(plan: Plan, observed: readonly Observed[]): string[] {
  const goneAtAll = goneBy(plan.changes.flatMap((change) => deletedBy(change)));
  const goneNow = goneBy(plan.changes.filter(isNow).flatMap((change) => deletedBy(change)));
  const targetGroups = observed.filter((resource) => resource.type === 'target-group');
  const emptied = targetGroups.filter((group) => {
    if (goneNow(group)) return observed.some((resource) => resource.type === 'listener' && !goneAtAll(resource) && forwardsTo(resource, group) && !movesOn(plan, resource));
    if (goneAtAll(group)) return false;
    const bindings = observed.filter((resource) => resource.type === 'target-group-binding' && refersTo(resource.spec.template.spec.targetGroupARN, group));
    return bindings.length > 0 && bindings.every(goneNow) && !plan.changes.some((change) => bindsAnew(change, group, plan));
  });
  return emptied.map(({ spec: { name } }) => name).toSorted();
}

type Leftovers = ReturnType<typeof deletedBy>;

function goneBy(leftovers: Leftovers): (resource: Observed) => boolean {
  const ids = new Set<string>(leftovers.flatMap(({ id, takesAlong }) => [id, ...takesAlong]));
  return ({ id }) => ids.has(id);
}

/** Whether what the change takes away goes before its successor, if it has one, is healthy. */
const isNow = (change: Change) => (change.action === 'delete' && change.when === 'now') || (change.action === 'replace' && change.order === 'delete-first');

const refersTo = (token: Token, { id }: Seen<'target-group'>) => typeof token !== 'string' && token.ref === id;

const forwardsTo = (listener: Seen<'listener'>, group: Seen<'target-group'>) =>
  listener.spec.defaultActions.some(({ forwardConfig }) => forwardConfig?.targetGroups.some(({ targetGroupARN }) => refersTo(targetGroupARN, group)) ?? false);

/** Whether the plan leads the listener elsewhere; what is mended comes before what is deleted. */
function movesOn({ changes }: Plan, { id }: Seen<'listener'>): boolean {
  return changes.some((change) => change.action === 'update' && change.id === id && change.differences.some((difference) => difference.kind === 'listener' && difference.fields.includes('defaultActions')));
}

function bindsAnew(change: Change, { id, physicalId }: Seen<'target-group'>, { kept }: Plan): boolean {
  if (change.action !== 'create' && change.action !== 'replace') return false;
  const family = familyOf(id);
  const token = change.desired.type === 'target-group-binding' ? change.desired.spec.template.spec.targetGroupARN : undefined;
  return typeof token === 'object' && token.ref === family && kept[family] === physicalId;
}
