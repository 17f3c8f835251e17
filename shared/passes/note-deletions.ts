import { PlanStaleError } from '../contract/errors';
import type { ClusterItem } from '../contract/items';
import type { Plan } from '../plan/change';
import { countedDeletions } from '../plan/counted-deletions';
import type { PlanNotes } from './plan-record';
import type { PassDeps } from './service-pass';

/** A plan that is about to be carried out. */
export interface PlanAtWork {
  readonly key: string;
  readonly plan: Plan;
  readonly notes: PlanNotes | undefined;
  readonly cluster: ClusterItem;
  /** Whether the whole object goes. */
  readonly whole: boolean;
}

/**
 * Notes the deletions of a plan before the first of them is made. Plans are judged each for itself, hundreds of them perhaps in the same second; here they are
 * counted one by one. `PlanStale` where others were first and the limit is reached: the plan is judged anew, and waits.
 */
export async function noteDeletions({ store }: Pick<PassDeps, 'store'>, { key, plan, notes, cluster, whole }: PlanAtWork): Promise<void> {
  const ids = countedDeletions(plan, { whole });
  if (ids.length === 0) return;
  const { maxDeletes } = cluster.settings.stepbalancer;
  if (await store.deletions.note({ cluster: cluster.id, ids, ...(notes?.approved === true ? {} : { limit: maxDeletes }) })) return;
  throw new PlanStaleError(`${key}: others have deleted so much meanwhile that this plan would go beyond ${maxDeletes} deletions of cluster ${cluster.id} within 10 minutes; it is judged anew`);
}
