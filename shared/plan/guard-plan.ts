import { bindingLabels, isOfStack } from '../desired/tracking';
import type { Observed } from '../model/model';
import type { Change, Leftover, Plan, PlanContext } from './change';
import { countedDeletions } from './counted-deletions';
import { describeChange } from './describe-change';
import { emptiedTargetGroups } from './emptied-target-groups';
import { planHash } from './format-plan';

/** Why a change is not made. `code` is a stable reason, `message` says what would happen and how to go on. */
export interface Refusal {
  readonly code: 'PlanNotOwned' | 'PlanTooManyDeletions' | 'PlanEmptiesTargetGroup' | 'PlanNeedsApproval';
  readonly message: string;
}

/** What a plan is judged by. */
export interface PlanLimits {
  readonly context: PlanContext;
  readonly observed: readonly Observed[];
  /** Deletions of load balancers and target groups per cluster within 10 minutes, and how many there were already besides those of this plan. */
  readonly maxDeletes: number;
  readonly recentDeletes: number;
  /** Whether the whole object goes. */
  readonly whole?: boolean;
  /** Whether this deletion was let through before, and only goes on. */
  readonly underWay?: boolean;
  /** Set where the object is still there and wants a load balancer, but of nobody that we know: in words, why that gives ours up. */
  readonly abandoned?: string;
  /** Set where somebody else's load balancer serves the object: in words, which one. */
  readonly servedByAnother?: string;
  /** What the annotation `stepbalancer.io/approve-plan` says. */
  readonly approvedHash?: string;
}

/** The plan as far as it is safe. Where it is blocked, nothing of it is done: what serves now goes on serving. */
export interface GuardedPlan {
  /** What is to be done; without any change where the plan is blocked. */
  readonly plan: Plan;
  /** What would be done if a person approved it: what `hash` names. */
  readonly proposed: Plan;
  readonly hash: string;
  readonly blocked: boolean;
  /** Whether a person's approval let something through. */
  readonly approved: boolean;
  readonly refusals: readonly Refusal[];
}

/** How to go on, at the end of what a rule says. */
const approve = (hash: string) => `Nothing was changed. To approve this very plan, annotate the object with stepbalancer.io/approve-plan: ${hash}`;

/**
 * Applies the safety rules. Deletions of what is not ours are dropped, and no approval brings them back; all else that breaks a rule (too many deletions, a target
 * group emptied, a load balancer replaced) blocks the whole plan until a person approves that very plan.
 */
export function guardPlan(plan: Plan, limits: PlanLimits): GuardedPlan {
  const [proposed, foreign] = dropForeign(plan, limits);
  const hash = planHash(proposed);
  const broken = [...tooManyDeletions(proposed, limits), ...emptiesTargetGroups(proposed, limits), ...replacesLoadBalancer(proposed), ...givesUpLoadBalancer(proposed, limits), ...makesSecondLoadBalancer(proposed, limits)];
  const approved = broken.length > 0 && limits.approvedHash === hash;
  const blocking = [...(approved ? [] : broken.map(({ code, message }): Refusal => ({ code, message: `${message} ${approve(hash)}` }))), ...stuck(plan, proposed, limits)];
  const blocked = blocking.length > 0;
  return { plan: blocked ? { ...proposed, changes: [] } : proposed, proposed, hash, blocked, approved, refusals: [...foreign, ...blocking] };
}

/** Both our tags (labels, for a binding) and the ledger must own what is deleted; what this very plan adopts counts as owned by the ledger. */
function dropForeign(plan: Plan, limits: PlanLimits): [Plan, Refusal[]] {
  const foreign = plan.changes.filter((change) => change.action === 'delete' && !isOwned(change, plan, limits));
  const refusals = foreign.map((change): Refusal => ({
    code: 'PlanNotOwned',
    message: `Did not ${describeChange(change)}: it lacks the tags of ${limits.context.stack.id}. Delete it by hand if nobody needs it, or put the tags back.`,
  }));
  // Where all goes, the ledger lets go of it too: it says what is left to do, and this is not ours to do.
  const instead = (change: Change): Change[] => (!foreign.includes(change) ? [change] : limits.whole && change.action === 'delete' ? [{ action: 'forget', id: change.id, physicalId: change.physicalId }] : []);
  return [{ ...plan, changes: plan.changes.flatMap(instead) }, refusals];
}

function isOwned(leftover: Leftover, plan: Plan, { context, observed }: PlanLimits): boolean {
  const inLedger = context.ledger.some(({ physicalId }) => physicalId === leftover.physicalId);
  const adopted = plan.changes.some((change) => change.action === 'adopt' && change.physicalId === leftover.physicalId);
  return (inLedger || adopted) && carriesOurTags(leftover, observed, context);
}

function carriesOurTags(leftover: Leftover, observed: readonly Observed[], { stack, tagListeners }: PlanContext): boolean {
  const seen = observed.find(({ physicalId }) => physicalId === leftover.physicalId);
  if (!seen) return false;
  if (seen.type === 'target-group-binding') return Object.entries(bindingLabels(stack)).every(([key, value]) => seen.observedTags[key] === value);
  // Without tags on listeners (LBC's gate), a listener is as much ours as its load balancer, through which it was found.
  return isOfStack(stack, seen.observedTags) || (seen.type === 'listener' && !tagListeners);
}

/** Where all is to go, a load balancer that is not ours to delete holds everything else: AWS would refuse the rest. */
function stuck(plan: Plan, proposed: Plan, { whole = false }: PlanLimits): Refusal[] {
  const balancers = plan.changes.filter((change) => change.action === 'delete' && change.type === 'load-balancer' && !proposed.changes.includes(change));
  if (!whole || balancers.length === 0) return [];
  return [{ code: 'PlanNotOwned', message: `The deletion waits, because AWS deletes nothing that this load balancer uses. It goes on by itself within 15 minutes after the tags are back, or the load balancer is gone.` }];
}

function tooManyDeletions(plan: Plan, { maxDeletes, recentDeletes, whole = false, underWay = false }: PlanLimits): Refusal[] {
  const count = countedDeletions(plan, { whole }).length;
  if (underWay || count === 0 || count + recentDeletes <= maxDeletes) return [];
  const wait = count > maxDeletes ? '' : ' It is tried again by itself as soon as there is room.';
  return [{ code: 'PlanTooManyDeletions', message: `Expected at most ${maxDeletes} deletions of load balancers and target groups of a cluster within 10 minutes (stepbalancer.maxDeletes); this plan has ${count}, after ${recentDeletes} others.${wait}` }];
}

function emptiesTargetGroups(plan: Plan, { observed }: PlanLimits): Refusal[] {
  const emptied = emptiedTargetGroups(plan, observed);
  return emptied.length === 0 ? [] : [{ code: 'PlanEmptiesTargetGroup', message: `Would leave a listener without targets: ${emptied.map((name) => `target group ${name}`).join(', ')}.` }];
}

/** The new one would take the other's place in the status, and its users would move over without being asked. */
function makesSecondLoadBalancer(plan: Plan, { servedByAnother }: PlanLimits): Refusal[] {
  const made = plan.changes.filter((change) => change.action === 'create' && change.desired.type === 'load-balancer');
  if (servedByAnother === undefined || made.length === 0) return [];
  return [{ code: 'PlanNeedsApproval', message: `${servedByAnother} Would ${made.map(describeChange).join('; ')} beside it, whose hostname would take the place of the other's.` }];
}

/** A change of words must not take a load balancer away: the one who is to serve it then would make a second one, under another hostname. */
function givesUpLoadBalancer(plan: Plan, { abandoned, underWay = false }: PlanLimits): Refusal[] {
  const going = plan.changes.filter((change) => change.action === 'delete' && change.type === 'load-balancer');
  if (abandoned === undefined || underWay || going.length === 0) return [];
  return [{ code: 'PlanNeedsApproval', message: `${abandoned} Would ${going.map(describeChange).join('; ')} and all that belongs to it. It serves on as it is.` }];
}

/** A load balancer that lives on for its users is never given up by surprise: neither replaced, nor deleted beside another of the same model. */
function replacesLoadBalancer(plan: Plan): Refusal[] {
  const delicate = plan.changes.filter(
    (change) => (change.action === 'replace' && change.desired.type === 'load-balancer') || (change.action === 'delete' && change.type === 'load-balancer' && change.when === 'healthy'),
  );
  return delicate.length === 0 ? [] : [{ code: 'PlanNeedsApproval', message: `Would ${delicate.map(describeChange).join('; ')}. Its hostname and addresses would change.` }];
}
