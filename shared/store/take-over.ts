import { DUE_INDEX, type Table } from '../aws/table';
import { ITEM_KEYS, StateItem } from '../contract/items';
import { readItem } from './items';
import { leaseTimes, unanswered } from './lease-rules';
import type { Holder } from './store';

/** A key of the target lane, taken: the right to write, and the state as it was found. */
export interface TakenKey {
  readonly holder: Holder;
  readonly state: StateItem;
}

/**
 * Takes a key at once, whoever had it: in the target lane the queue's message group is the lock, and the raised fence refuses a writer that comes late.
 * Undefined where every wake-up is answered already. From then on the rules of `Leases` hold.
 */
export type TakeOver = (key: string, owner: string) => Promise<TakenKey | undefined>;

/** `TakeOver` over the table. */
export function createTakeOver({ table, now, factor }: { table: Table; now: () => number; factor: number }): TakeOver {
  const times = leaseTimes(factor);
  return async (key, owner) => {
    const before = await table.get(ITEM_KEYS.state(key));
    if (!before) return undefined;
    const state = readItem(StateItem, before);
    const attempts = state.owner === undefined ? state.attempts : state.attempts + 1;
    const leaseUntil = now() + times.leaseMs;
    const backoffMs = times.backoffMs(attempts);
    const taken = await table.update(
      ITEM_KEYS.state(key),
      {
        set: { owner, leaseUntil, backoffMs, attempts, pass: 1, [DUE_INDEX.partition]: 'due', [DUE_INDEX.sort]: leaseUntil + backoffMs },
        copy: { runGen: { from: 'gen' } },
        add: { fence: 1 },
      },
      unanswered,
    );
    if (!taken) return undefined;
    const { fence, runGen, pass } = readItem(StateItem, taken);
    return { holder: { key, owner, lease: { fence, runGen, pass } }, state };
  };
}
