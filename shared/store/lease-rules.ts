import { all, any, atMost, type Condition, equal, less, missing, not, present } from '../aws/table';
import type { Holder } from './store';

/**
 * Who may do what to a key's state, and when (architecture: Lease rules). One item, one conditional write at a time:
 *
 *     markDirty     acquire                 check: leaseUntil moves on           leaseUntil
 *       gen+1       fence+1, runGen := gen       │                                   │
 *  ───────┴────────────┴─────────────────────────┴───────────────────────────────────┴──────────────────▶ time
 *    nobody            │◀───────────── held: owner present, now <= leaseUntil ──────▶│◀── abandoned: owner present,
 *    no owner          │    mine: owner, fence and runGen are those of the holder    │    now > leaseUntil
 *
 *    acquire     nobody     takes it, fence+1
 *                abandoned  takes it, fence+1, attempts+1; the owner itself keeps its fence
 *                held       only its owner: a renewal with a new runGen, same fence; anyone else is Superseded
 *                always     only if `unanswered`: doneGen < gen. (The generation that an input names is never above gen, so doneGen >= that
 *                           generation with nothing newer is exactly `answered`: an execution redriven after the work was done stands back.)
 *    check       mine       even after leaseUntil, if nobody came: the fence proves it
 *    release     mine and `nothingNewer`: gen = runGen
 *    yield       the owner: gives the key back unanswered, for another execution
 *
 * `nextAttemptAt` in the index is when the sweeper looks: held → leaseUntil and the backoff; dirty and free → a little after the wake-up; else what
 * the last holder asked for.
 */
export const nobody: Condition = missing('owner');
export const abandoned = (now: number): Condition => all(present('owner'), less('leaseUntil', now));
export const held = (now: number): Condition => all(present('owner'), not(less('leaseUntil', now)));
/** The key has a state, and no live owner. */
export const free = (now: number): Condition => all(present('gen'), any(nobody, abandoned(now)));
export const unanswered: Condition = less('doneGen', { attribute: 'gen' });
export const mine = ({ owner, lease }: Holder): Condition => all(equal('owner', owner), equal('fence', lease.fence), equal('runGen', lease.runGen));
export const nothingNewer: Condition = equal('gen', { attribute: 'runGen' });
/** The item was not written by a later owner of the key. */
export const notFencedOff = ({ lease }: Holder): Condition => any(missing('fence'), atMost('fence', lease.fence));

/** All times in milliseconds, before the factor. */
const LEASE_MS = 150_000; // more than a function's 60 s and the longest pause of a Retry, 45 s, together
const ANSWER_WITHIN_MS = 30_000; // a wake-up that nobody took up by then is looked at by the sweeper
const FIRST_BACKOFF_MS = 30_000;
const LONGEST_BACKOFF_MS = 15 * 60_000; // a key whose runs keep dying is still tried four times an hour

/** The times of the lease rules, scaled. */
export function leaseTimes(factor: number) {
  return {
    leaseMs: LEASE_MS * factor,
    answerWithinMs: ANSWER_WITHIN_MS * factor,
    /** How long after an expired lease the sweeper waits: nothing the first time, then 30 s, 60 s … 15 min. */
    backoffMs: (attempts: number) => (attempts === 0 ? 0 : Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), LONGEST_BACKOFF_MS) * factor),
  };
}
