import { pause, type Timers } from './timers';

/** One event on its way to the bus. `detail` is JSON text. */
export interface OutgoingEvent {
  readonly detailType: string;
  readonly detail: string;
}

/** Sends one batch of at most ten; answers those that the bus did not take. Throws when the whole call failed. */
export type SendBatch = (events: readonly OutgoingEvent[]) => Promise<readonly OutgoingEvent[]>;

const BATCH = 10; // AWS: PutEvents takes ten entries
const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000; // a connection that died in silence would hold up every later event; sending twice does no harm

interface Options {
  readonly send: SendBatch;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  /** Beyond this many waiting events the oldest are dropped and `overflowed` is called: a full sync is cheaper than a long queue. */
  readonly limit?: number;
  readonly overflowed: () => void;
  readonly failed: (error: unknown) => void;
}

/** Keeps events until the bus has taken each of them; equal ones that wait are sent once. */
export function createPublisher({ send, timers, signal, limit = 10_000, overflowed, failed }: Options) {
  let waiting: OutgoingEvent[] = [];
  let working: Promise<void> | undefined;

  async function drain(): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    while (waiting.length > 0 && !signal.aborted) {
      const batch = waiting.splice(0, BATCH);
      const refused = await answerOf(batch).catch((error: unknown) => (failed(error), batch));
      if (refused.length === 0) {
        backoff = FIRST_BACKOFF_MS;
        continue;
      }
      waiting = [...refused, ...waiting];
      await pause(timers, backoff, signal);
      backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
    }
  }

  /** What the bus did not take. Rejects where it does not answer in time. */
  async function answerOf(batch: readonly OutgoingEvent[]): Promise<readonly OutgoingEvent[]> {
    const late = Promise.withResolvers<never>();
    const cancel = timers.after(ANSWER_WITHIN_MS, () => late.reject(new Error(`no answer from the event bus within ${ANSWER_WITHIN_MS / 1000} s`)));
    try {
      return await Promise.race([send(batch), late.promise]);
    } finally {
      cancel();
    }
  }

  return {
    publish(event: OutgoingEvent): void {
      if (waiting.some((other) => other.detail === event.detail && other.detailType === event.detailType)) return;
      waiting.push(event);
      if (waiting.length > limit) {
        waiting = [];
        overflowed();
      }
      working ??= drain().finally(() => void (working = undefined));
    },
    /** Resolves when nothing waits any more. */
    async idle(): Promise<void> {
      while (working) await working;
    },
  };
}
