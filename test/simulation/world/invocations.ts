import { AsyncLocalStorage } from 'node:async_hooks';

/** One call of one function, from its event to its answer. */
export interface Invocation {
  readonly id: string;
  readonly functionName: string;
  readonly event: unknown;
  readonly startedAt: number;
  /** It was killed or ran out of time: nothing of it goes on. */
  dead: boolean;
  /** Its own time limit has fired: it ends without waiting for what is under way. */
  outOfTime: boolean;
  /** It has answered. */
  settled: boolean;
  /** Keys that it took, with the fence that it got. */
  readonly held: Map<string, number>;
  /** What was ready when it began, and at each of its reads, as `binding id:port`. */
  readyThroughout?: ReadonlySet<string>;
  /** The generation of its key when it began. */
  newestAtStart?: number;
  /** Calls that have begun and were not answered. */
  readonly underWay: Set<string>;
  /** Ends it as a lack of memory does. */
  readonly kill: () => void;
}

const running = new AsyncLocalStorage<Invocation>();

/** The invocation on whose behalf this code runs; undefined for everybody else (forwarder, user, checks). */
export function currentInvocation(): Invocation | undefined {
  return running.getStore();
}

/** Runs a function's code as an invocation. */
export function runInvocation<Result>(invocation: Invocation, run: () => Result): Result {
  return running.run(invocation, run);
}

/** A promise that never settles: what dead code waits for. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
