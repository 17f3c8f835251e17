import { markOf } from '../model/members';
import type { Model, Observed, ResourceId } from '../model/model';
import type { Change, LedgerEntry, PlanContext } from './change';

/** Both sides, and the ids of what the plan creates. */
interface Sides {
  readonly desired: Model;
  readonly observed: readonly Observed[];
  readonly created: readonly ResourceId[];
}

/**
 * What the ledger is to forget: what was there and is not seen any more, so that it is made again or not looked for any longer; and
 * intentions that came to nothing and that this plan does not take up again.
 */
export function forgotten({ desired, observed, created }: Sides, { ledger }: PlanContext): Change[] {
  const seen = new Set(observed.flatMap(({ id, physicalId }) => [id as string, physicalId]));
  const isGone = (entry: LedgerEntry) => (entry.physicalId === undefined ? !seen.has(entry.id) && !created.includes(entry.id as ResourceId) : !seen.has(entry.physicalId));
  const gone = ledger.filter((entry) => entry.young !== true && isGone(entry) && !wasNotRead(entry, desired, observed));
  return gone
    .map(({ id, physicalId }): Change => ({ action: 'forget', id: id as ResourceId, ...(physicalId === undefined ? {} : { physicalId }) }))
    .sort((a, b) => (a.action === 'forget' && b.action === 'forget' && a.id < b.id ? -1 : 1));
}

/** Listeners are not read where all goes: they go with their load balancer. */
function wasNotRead({ id }: LedgerEntry, desired: Model, observed: readonly Observed[]): boolean {
  return id.startsWith('listener/') && desired.resources.length === 0 && observed.some((resource) => resource.type === 'load-balancer' && markOf(resource.id) === markOf(id));
}
