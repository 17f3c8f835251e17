import type { Change, Leftover, Plan } from './change';

/**
 * What a plan counts for against the limit of deletions: physical ids, so that a deletion which is planned again after an interruption counts once. A load
 * balancer counts once, with all its target groups: a Service with many ports is one thing to delete. Target groups of a load balancer that stays count
 * each; where the whole object goes and its load balancer is gone already, what is left counts as one.
 */
export function countedDeletions(plan: Plan, { whole }: { readonly whole: boolean }): string[] {
  const deleted = plan.changes.flatMap(deletedBy);
  const ids = (type: Leftover['type']) => deleted.filter((leftover) => leftover.type === type).map(({ physicalId }) => physicalId);
  const balancers = ids('load-balancer');
  if (balancers.length > 0) return balancers;
  const groups = ids('target-group').toSorted();
  return whole ? groups.slice(0, 1) : groups;
}

/** What a change takes away, now or when its successor is healthy. */
export function deletedBy(change: Change): Leftover[] {
  if (change.action === 'delete') return [change];
  return change.action === 'replace' ? [change.old] : [];
}
