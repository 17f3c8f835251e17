import { createHash } from 'node:crypto';
import { QuotaError, UserConfigError, isStepError } from '../contract/errors';
import type { StateItem } from '../contract/items';
import type { Holder, StatePatch } from '../store/store';
import type { TakenKey } from '../store/take-over';
import type { TargetLaneDeps } from './target-lane';

/** What one pass under a key did; written into the log, and into the state by `patch`. */
export interface PassResult {
  readonly patch: StatePatch;
  readonly done: Readonly<Record<string, unknown>>;
}

/** A pass that knows its key, holds it, and can ask whether it still does. */
export interface TargetPass {
  readonly holder: Holder;
  readonly state: StateItem;
  /** Call it before every write to AWS: throws `Superseded` or `PlanStale` where a later taker has the key. */
  readonly guard: () => Promise<void>;
}

interface Run {
  readonly key: string;
  readonly owner: string;
  readonly deps: TargetLaneDeps;
  readonly work: (pass: TargetPass) => Promise<PassResult>;
}

const MAX_PASSES = 3;
const BLOCKED_MS = 15 * 60_000; // no event announces a raised quota or a changed tag
const FAILED_MS = 60_000;
const QUIET_MS = 60 * 60_000;
/** Phases in which there is something in AWS that may drift. */
const LOOKED_AT_AGAIN = new Set(['Waiting', 'Healthy', 'Degraded']);
/** What passes by itself is worth the same message again, soon. */
const PASSING = new Set(['Throttled', 'Transient', 'Eventual', 'Conflict', 'NotReady']);

/**
 * Takes the key, works, gives it back; again if it became dirty meanwhile. After some passes the rest is left to the message that made it dirty.
 * Answers the number of passes: 0 where every wake-up was answered already. Throws only what passes by itself: any other error is
 * kept in the state (`Blocked` for a person's mistake, else `Failed`) and tried again by the sweeper, so that one bad pass never holds up the queue.
 */
export async function runTargetKey({ key, owner, deps, work }: Run): Promise<number> {
  for (let passes = 0; passes < MAX_PASSES; passes += 1) {
    const taken = await deps.takeOver(key, owner);
    if (!taken) return passes;
    const { patch: wanted, done } = await attempt(taken, { deps, work });
    const patch = withNextLook(wanted, taken, deps);
    deps.log('target pass', { key, fence: taken.holder.lease.fence, gen: taken.holder.lease.runGen, ...done });
    if ((await deps.store.leases.release(taken.holder, patch)) === 'released') return passes + 1;
    // Dirty meanwhile. This pass is finished all the same: the next one asks AWS only if something else is to be done.
    await deps.store.leases.update(taken.holder, patch);
    await deps.store.leases.handOver(taken.holder);
  }
  return MAX_PASSES;
}

/** A key in use is looked at again within about an hour even if no event comes: nobody tells us of changes in AWS. The keys spread over time by their names. */
function withNextLook(patch: StatePatch, { holder, state }: TakenKey, deps: TargetLaneDeps): StatePatch {
  const phase = patch.phase ?? state.phase;
  // What stands in the state is when this wake-up was to be answered by, and no wish of an earlier pass any more.
  if ((patch.nextAttemptAt ?? 0) > deps.now() || !LOOKED_AT_AGAIN.has(phase ?? '')) return patch;
  const spread = 0.9 + 0.2 * (createHash('sha256').update(holder.key).digest().readUInt16BE(0) / 0xffff);
  return { ...patch, nextAttemptAt: deps.now() + Math.round(QUIET_MS * spread * deps.factor) };
}

async function attempt({ holder, state }: TakenKey, { deps, work }: Pick<Run, 'deps' | 'work'>): Promise<PassResult> {
  const guard = async () => {
    await deps.store.leases.check(holder);
  };
  try {
    return await work({ holder, state, guard });
  } catch (error) {
    await deps.report(holder, error);
    const stoodBack = isStepError(error) && (error.name === 'Superseded' || error.name === 'PlanStale' || PASSING.has(error.name));
    if (stoodBack) throw error;
    const blocked = error instanceof UserConfigError || error instanceof QuotaError;
    const wait = (blocked ? BLOCKED_MS : FAILED_MS * 2 ** Math.min(state.lastError?.times ?? 0, 4)) * deps.factor;
    return { patch: { phase: blocked ? 'Blocked' : 'Failed', driftCheckedAt: null, inputsHash: null, nextAttemptAt: deps.now() + wait }, done: { outcome: blocked ? 'blocked' : 'failed', error: error instanceof Error ? error.name : 'Unknown' } };
  }
}
