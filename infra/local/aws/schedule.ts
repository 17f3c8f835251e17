import type { LambdaRuntime, LocalFunction } from './lambda/lambda-runtime';
import type { World } from './operation';

interface ScheduleOptions {
  readonly world: Pick<World, 'clock' | 'factor'>;
  readonly runtime: Pick<LambdaRuntime, 'invoke'>;
  /** AWS's seconds between two starts, before the factor. */
  readonly everySeconds: number;
  readonly target: LocalFunction;
  readonly input?: object;
  readonly onError?: (error: { errorType: string; errorMessage: string }) => void;
}

/** A schedule that is running. */
export interface Schedule {
  stop(): void;
}

/**
 * Calls a function at a steady rate, the first time after one period. A turn is skipped while the one before still runs: the function has a reserved
 * concurrency of one and its schedule no retries.
 */
export function startSchedule({ world: { clock, factor }, runtime, everySeconds, target, input = {}, onError }: ScheduleOptions): Schedule {
  let isRunning = false;
  let cancel = () => undefined as void;
  const run = async () => {
    isRunning = true;
    const outcome = await runtime.invoke(target, input);
    isRunning = false;
    if ('error' in outcome) onError?.(outcome.error);
  };
  const turn = () => {
    cancel = clock.after(everySeconds * 1000 * factor, turn);
    if (!isRunning) void run();
  };
  cancel = clock.after(everySeconds * 1000 * factor, turn);
  return { stop: () => cancel() };
}
