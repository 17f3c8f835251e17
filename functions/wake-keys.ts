import type { Executions } from '../shared/aws/executions';
import type { TargetQueue } from '../shared/aws/target-queue';
import { TransientError } from '../shared/contract/errors';
import { VERSION } from '../shared/contract/events';
import { laneOf, parseKey } from '../shared/contract/keys';
import type { ExecutionInput } from '../shared/contract/steps';
import type { Store } from '../shared/store/store';
import { targetMessage } from '../shared/targets/wake-targets';

/** What waking keys of both lanes needs. */
export interface WakeDeps {
  readonly store: Pick<Store, 'leases'>;
  readonly executions: Executions;
  readonly targetQueue: TargetQueue;
  readonly random: () => number;
}

const NAME_LIMIT = 80; // characters (AWS: StartExecution)
const AT_ONCE = 20;
const NAME_TRIES = 3;

/**
 * Wakes keys, each once: one more generation; then a message for the target lane, or an execution where nobody has a live lease. `causeOf` says why, for the history. Answers the
 * keys that could not be woken, each with its error; the others are woken. A crash in between is found by the sweeper.
 */
export async function wakeKeys(deps: WakeDeps, keys: Iterable<string>, causeOf: (key: string) => string | undefined = () => undefined): Promise<ReadonlyMap<string, unknown>> {
  const failed = new Map<string, unknown>();
  const waiting = [...new Set(keys)];
  while (waiting.length > 0) {
    const batch = waiting.splice(0, AT_ONCE);
    const results = await Promise.allSettled(batch.map((key) => wakeKey(deps, key, causeOf(key))));
    results.forEach((result, index) => result.status === 'rejected' && failed.set(batch[index] ?? '', result.reason));
  }
  return failed;
}

async function wakeKey(deps: WakeDeps, key: string, cause: string | undefined): Promise<void> {
  const lane = laneOf(parseKey(key));
  const { gen, running } = await deps.store.leases.markDirty(key, undefined, cause);
  if (lane === 'workflow') {
    if (!running) await startExecution(deps, key, gen);
    return;
  }
  // Always a message: in the target lane the message group is the lock, so one that is sent now is read after the pass that runs.
  const refused = await deps.targetQueue.send([targetMessage(key, gen)]);
  if (refused.length > 0) throw new TransientError(`${key}: the queue of the target lane did not take the wake-up`);
}

/** Starts an execution for a generation of a key. A name that is taken, even by a closed execution, is refused for 90 days: hence the random part. */
export async function startExecution({ executions, random }: Pick<WakeDeps, 'executions' | 'random'>, key: string, gen: number): Promise<void> {
  const input: ExecutionInput = { v: VERSION, key, gen };
  for (let tries = 0; tries < NAME_TRIES; tries += 1) {
    const { outcome } = await executions.start({ name: executionName({ key, gen, random }), input });
    if (outcome === 'started') return;
  }
  throw new TransientError(`${key}: ${NAME_TRIES} names of executions were taken already; it is tried again`);
}

/** `<slug of the key>-<gen>-<random>`, at most 80 of letters, digits, `-` and `_`. */
export function executionName({ key, gen, random }: { key: string; gen: number; random: () => number }): string {
  const end = `-${gen}-${Math.floor(random() * 2 ** 32).toString(16).padStart(8, '0')}`;
  const slug = key.replace(/[^a-zA-Z0-9]+/g, '-');
  return slug.slice(0, NAME_LIMIT - end.length) + end;
}
