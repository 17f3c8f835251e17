import type { Clock } from '../../clock';
import { StatusError } from '../status-error';
import type { Change, ObjectStore } from '../store/object-store';

/** One control loop. Keys are its own; a key that is woken twice is reconciled once. */
export interface Controller {
  /** Keys that a change wakes. */
  keysOf(change: Change): readonly string[];
  /** Every key there is, for the start. */
  allKeys(): readonly string[];
  /** Moves one key towards what is desired. Answers milliseconds (unscaled) after which to look again, if so. */
  reconcile(key: string): number | undefined;
}

export interface ControllerRuntime {
  readonly clock: Clock;
  readonly store: ObjectStore;
  /** Multiplies every delay. */
  readonly factor: number;
  /** Hears of errors that are not an ordinary refusal by the API. */
  readonly onProblem: (problem: unknown) => void;
}

/** From a change to the reconcile that it wakes. */
const REACTION_MS = 20;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 30_000;

/** Runs a controller until the answer is called. */
export function runController(controller: Controller, { clock, store, factor, onProblem }: ControllerRuntime): () => void {
  const pending = new Map<string, { at: number; cancel: () => void }>();
  const failures = new Map<string, number>();
  const wake = (key: string, ms: number) => {
    const at = clock.now() + ms * factor;
    const known = pending.get(key);
    if (known !== undefined && known.at <= at) return;
    known?.cancel();
    pending.set(key, { at, cancel: clock.after(ms * factor, () => run(key)) });
  };
  const run = (key: string) => {
    pending.delete(key);
    try {
      const again = controller.reconcile(key);
      failures.delete(key);
      if (again !== undefined) wake(key, again);
    } catch (error) {
      if (!(error instanceof StatusError)) onProblem(error);
      const failed = (failures.get(key) ?? 0) + 1;
      failures.set(key, failed);
      wake(key, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failed));
    }
  };
  const unsubscribe = store.subscribe((change) => controller.keysOf(change).forEach((key) => wake(key, REACTION_MS)));
  for (const key of controller.allKeys()) wake(key, 0);
  return () => {
    unsubscribe();
    for (const { cancel } of pending.values()) cancel();
    pending.clear();
  };
}

/** `namespace/name` of an object, or its name. */
export function keyOf({ metadata }: { metadata: { namespace?: string; name: string } }): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** The reverse of `keyOf`. */
export function splitKey(key: string): [namespace: string | undefined, name: string] {
  const at = key.indexOf('/');
  return at < 0 ? [undefined, key] : [key.slice(0, at), key.slice(at + 1)];
}
