import { all, equal, not, present, type Table } from '../aws/table';
import { ITEM_KEYS, type StateItem } from '../contract/items';
import { leaseTimes, unanswered } from './lease-rules';
import { callAttributes, dueAt, readState } from './lease-state';
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
    const state = readState(before);
    const attempts = state.owner === undefined ? state.attempts : state.attempts + 1;
    const leaseUntil = now() + times.leaseMs;
    const backoffMs = times.backoffMs(attempts);
    const taken = await table.update(
      ITEM_KEYS.state(key),
      {
        set: { owner, leaseUntil, backoffMs, attempts, pass: 1, ...dueAt(leaseUntil + backoffMs) },
        copy: { runGen: { from: 'gen' } },
        add: { fence: 1 },
        remove: callAttributes(before),
      },
      unanswered,
    );
    if (!taken) return undefined;
    const { fence, runGen, pass } = readState(taken);
    return { holder: { key, owner, lease: { fence, runGen, pass } }, state };
  };
}

/** Writes the physical id of what a key stands for, outside any lease: for a resource with a name of its own, which every writer finds alike. */
export type RememberArn = (key: string, arn: string) => Promise<void>;

/** `RememberArn` over the table. Ends a `Deleted` phase: the resource exists again. */
export function createRememberArn(table: Table): RememberArn {
  return async (key, arn) => {
    await table.update(ITEM_KEYS.state(key), { set: { arn, phase: 'Healthy' } }, all(present('gen'), not(equal('phase', 'Deleting'))));
  };
}

/** Forgets the physical id of what a key stands for, outside any lease, as long as it is that one: it does not exist. */
export type ForgetArn = (key: string, arn: string) => Promise<void>;

/** `ForgetArn` over the table. */
export function createForgetArn(table: Table): ForgetArn {
  return async (key, arn) => {
    await table.update(ITEM_KEYS.state(key), { remove: ['arn'] }, equal('arn', arn));
  };
}
