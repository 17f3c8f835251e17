import { AsyncLocalStorage } from 'node:async_hooks';
import { TransientError } from '../shared/contract/errors';

const signals = new AsyncLocalStorage<AbortSignal>();

/** The signal of the running invocation, for every SDK and cluster call. Undefined outside of one. */
export function currentSignal(): AbortSignal | undefined {
  return signals.getStore();
}

/** Why a signal fires in the end. Made once: each exception looks for its stack. */
const ENDED = new DOMException('the step has ended', 'AbortError');

/** What an invocation may take. `after` calls back once after `ms`; its answer cancels it. */
export interface Deadline {
  readonly after: (ms: number, callback: () => void) => () => void;
  /** Undefined: as long as it likes. */
  readonly ms: number | undefined;
  /** What the error says if time runs out. */
  readonly subject: string;
}

/**
 * Runs with a signal that fires when `run` settles, or when the time is over: then the answer is `Transient` at once, whatever `run` still does.
 * So nothing goes on afterwards: a frozen promise would continue in a later invocation of the same environment, under another key.
 */
export async function withSignal<Result>({ after, ms, subject }: Deadline, run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    if (ms === undefined) return;
    cancel = after(Math.max(0, ms), () => reject(new TransientError(`${subject}: time ran out before it was done; the step is tried again`)));
  });
  try {
    return await Promise.race([signals.run(controller.signal, () => run(controller.signal)), late]);
  } finally {
    cancel();
    controller.abort(ENDED);
  }
}
