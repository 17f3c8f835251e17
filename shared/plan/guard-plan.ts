import { bindingLabels, isOfStack } from '../desired/tracking';
import type { Observed } from '../model/model';
import type { Change, Leftover, Plan, PlanContext } from './change';
import { describeChange } from './describe-change';
import { planHash } from './format-plan';

/** Why a change is not made. `code` is a stable reason, `message` says what would happen and how to go on. */
export interface Refusal {
  readonly code: 'PlanNotOwned' | 'PlanTooManyDeletions' | 'PlanNeedsApproval';
  readonly message: string;
}

/** What a plan is judged by. */
export interface PlanLimits {
  readonly context: PlanContext;
  readonly observed: readonly Observed[];
  /** Deletions of load balancers and target groups per cluster within 10 minutes, and how many there were already. */
  readonly maxDeletes: number;
  readonly recentDeletes: number;
  /** What the annotation `stepbalancer.io/approve-plan` says. */
  readonly approvedHash?: string;
}

/** The plan as far as it is safe. Where it is blocked, nothing of it is done: what serves now goes on serving. */
export interface GuardedPlan {
  readonly plan: Plan;
  readonly blocked: boolean;
  readonly refusals: readonly Refusal[];
}

/** Applies the safety rules. Deletions of what is not ours are dropped; too many deletions, and replacements of load balancers without approval, block the plan. */
export function guardPlan(plan: Plan, limits: PlanLimits): GuardedPlan {
  const [owned, foreign] = dropForeign(plan, limits);
  const blocking = [...tooManyDeletions(owned, limits), ...needsApproval(owned, limits)];
  const safe = blocking.length > 0 ? { ...owned, changes: [] } : owned;
  return { plan: safe, blocked: blocking.length > 0, refusals: [...foreign, ...blocking] };
}

/** Both our tags (labels, for a binding) and the ledger must own what is deleted; what this very plan adopts counts as owned by the ledger. */
function dropForeign(plan: Plan, limits: PlanLimits): [Plan, Refusal[]] {
  const foreign = plan.changes.filter((change) => change.action === 'delete' && !isOwned(change, plan, limits));
  const refusals = foreign.map((change): Refusal => ({
    code: 'PlanNotOwned',
    message: `Did not ${describeChange(change)}: it lacks the tags of ${limits.context.stack.id}. Delete it by hand if nobody needs it, or put the tags back.`,
  }));
  return [{ ...plan, changes: plan.changes.filter((change) => !foreign.includes(change)) }, refusals];
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

/** A load balancer counts once, with all its target groups: a Service with many ports is one thing to delete. Target groups of one that stays count each. */
function tooManyDeletions(plan: Plan, { maxDeletes, recentDeletes }: PlanLimits): Refusal[] {
  const count = countDeletions(plan);
  if (count === 0 || count + recentDeletes <= maxDeletes) return [];
  const message = `Expected at most ${maxDeletes} deletions of load balancers and target groups within 10 minutes; this plan has ${count}, after ${recentDeletes} others. Nothing was changed. Wait, or raise stepbalancer.maxDeletes of the cluster.`;
  return [{ code: 'PlanTooManyDeletions', message }];
}

/** What a plan counts for against the limit of deletions. */
export function countDeletions(plan: Plan): number {
  const deleted = plan.changes.flatMap(deletedBy);
  const balancers = deleted.filter(({ type }) => type === 'load-balancer').length;
  return balancers > 0 ? balancers : deleted.filter(({ type }) => type === 'target-group').length;
}

function deletedBy(change: Change): Leftover[] {
  if (change.action === 'delete') return [change];
  return change.action === 'replace' ? [change.old] : [];
}

/** A load balancer that lives on for its users is never given up by surprise: neither replaced, nor deleted beside another of the same model. */
function needsApproval(plan: Plan, { approvedHash }: PlanLimits): Refusal[] {
  const delicate = plan.changes.filter(
    (change) => (change.action === 'replace' && change.desired.type === 'load-balancer') || (change.action === 'delete' && change.type === 'load-balancer' && change.when === 'healthy'),
  );
  const hash = planHash(plan);
  if (delicate.length === 0 || approvedHash === hash) return [];
  const message = `Would ${delicate.map(describeChange).join('; ')}. Its hostname and addresses would change. Nothing was changed. To approve this very plan, annotate the object with stepbalancer.io/approve-plan: ${hash}`;
  return [{ code: 'PlanNeedsApproval', message }];
}
