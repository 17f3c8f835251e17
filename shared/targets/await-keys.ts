import { DeniedError, NotReadyError } from '../contract/errors';
import type { StateItem } from '../contract/items';
import type { StateName } from '../contract/steps';
import type { Holder, Store } from '../store/store';
import { type WakeDeps, wakeTargets } from './wake-targets';

const ANSWER_WITHIN_MS = 20_000; // longer than a pass; after that a wake-up counts as lost

/** A key of the target lane whose pass a state of the workflow waits for. */
export interface AwaitedKey {
  readonly key: string;
  readonly state: StateItem | undefined;
  /** Whether the pass that matters is done. */
  readonly done: boolean;
}

interface Await {
  readonly holder: Holder;
  readonly name: StateName;
  readonly awaited: readonly AwaitedKey[];
}

export interface AwaitDeps extends WakeDeps {
  readonly store: Pick<Store, 'leases'>;
  readonly now: () => number;
  readonly factor: number;
}

/**
 * Waits for passes of the target lane: returns when all are done, else throws `NotReady`. The first time it wakes what nobody has woken, and marks in the waiting key's
 * `lastError` since when it waits; from then on a pass that failed is thrown on by its name. Such a failure takes the mark away, so that a redrive wakes and waits anew.
 */
export async function awaitKeys({ holder, name, awaited }: Await, deps: AwaitDeps): Promise<void> {
  const open = awaited.filter(({ done }) => !done);
  if (open.length === 0) return;
  const { lastError } = await deps.store.leases.check(holder);
  const since = lastError?.name === 'NotReady' && lastError.state === name ? lastError.at : undefined;
  const waiting = `${name}: waits for ${open.map(({ key }) => key).join(', ')}`;
  if (since === undefined || deps.now() - since > ANSWER_WITHIN_MS * deps.factor) {
    for (const { key, state } of open) if (since !== undefined || !isOutstanding(state)) await wakeTargets(deps, key);
    await deps.store.leases.recordError(holder, { name: 'NotReady', message: waiting.slice(0, 2000), state: name, at: deps.now() });
  } else {
    for (const { key, state } of open) throwFailure({ key, state, since });
  }
  throw new NotReadyError(waiting);
}

function isOutstanding(state: StateItem | undefined): boolean {
  return state !== undefined && state.gen > state.doneGen && state.phase !== 'Failed';
}

function throwFailure({ key, state, since }: { key: string; state: StateItem | undefined; since: number }): void {
  const failure = state?.phase === 'Failed' ? state.lastError : undefined;
  if (!failure || failure.at < since) return;
  const message = `${key}: ${failure.message}`;
  if (failure.name === 'Denied') throw new DeniedError(message, { details: { ...(failure.awsCode === undefined ? {} : { awsCode: failure.awsCode }), ...(failure.requestId === undefined ? {} : { requestId: failure.requestId }) } });
  throw new Error(message);
}
