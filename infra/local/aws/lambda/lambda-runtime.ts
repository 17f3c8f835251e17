import type { Context } from 'aws-lambda';
import type { World } from '../operation';
import { uuid } from '../uuid';

/** A function as it is deployed locally: its code is called in this process. */
export interface LocalFunction {
  readonly name: string;
  readonly arn: string;
  readonly handler: (event: never, context: Context) => unknown;
  /** AWS's seconds, before the factor. Default 60. */
  readonly timeoutSeconds?: number;
}

/** How an invocation ended: with a payload (JSON text), or with an error as Lambda reports it. */
export type InvocationOutcome = { readonly payload: string } | { readonly error: InvocationError };

/** AWS: "Using Lambda with Node.js, error handling"; `errorType` is the name of what was thrown. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** An invocation that has not ended. */
export interface RunningInvocation {
  readonly requestId: string;
  readonly functionName: string;
  readonly startedAt: number;
}

/** Calls functions as Lambda does. */
export interface LambdaRuntime {
  invoke(target: LocalFunction, event: unknown): Promise<InvocationOutcome>;
  running(): readonly RunningInvocation[];
  /** Resolves when none of the code that was called goes on, not even behind an invocation that has timed out. */
  idle(): Promise<void>;
  /** Ends an invocation as a lack of memory does: `Lambda.Unknown` for whoever waits. Its code is not stopped; the caller sees to that. */
  kill(requestId: string): void;
}

/** AWS: payloads of a synchronous invocation, 6 MB each way. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

type Settle = (outcome: InvocationOutcome) => void;

/**
 * Event and answer pass as JSON, so that nothing is shared. What takes longer than the function's time-out ends as `Sandbox.Timedout`; unlike in AWS its code
 * then goes on, which is why every step aborts itself before that.
 */
export function createLambdaRuntime({ clock, random, factor }: Pick<World, 'clock' | 'random' | 'factor'>): LambdaRuntime {
  const running = new Map<string, RunningInvocation & { settle: Settle }>();
  const code = new Set<Promise<void>>();
  return {
    async invoke(target, event) {
      const requestId = uuid(random);
      const { promise, resolve: settle } = Promise.withResolvers<InvocationOutcome>();
      const timeoutSeconds = target.timeoutSeconds ?? 60;
      const deadline = clock.now() + timeoutSeconds * 1000 * factor;
      const cancel = clock.after(timeoutSeconds * 1000 * factor, () => settle({ error: { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds` } }));
      running.set(requestId, { requestId, functionName: target.name, startedAt: clock.now(), settle });
      const context = contextOf(target, { requestId, remainingMs: () => Math.max(0, deadline - clock.now()) });
      const ended: Promise<void> = run(target, { event, context })
        .then(settle, (error: unknown) => settle({ error: reportOf(error) }))
        .finally(() => code.delete(ended));
      code.add(ended);
      try {
        return await promise;
      } finally {
        cancel();
        running.delete(requestId);
      }
    },
    running: () => [...running.values()].map(({ requestId, functionName, startedAt }) => ({ requestId, functionName, startedAt })),
    async idle() {
      while (code.size > 0) await Promise.all(code);
    },
    kill: (requestId) => running.get(requestId)?.settle({ error: { errorType: 'Lambda.Unknown', errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed` } }),
  };
}

async function run({ handler }: LocalFunction, { event, context }: { event: unknown; context: Context }): Promise<InvocationOutcome> {
  const answer = await handler(JSON.parse(JSON.stringify(event)) as never, context);
  const payload = JSON.stringify(answer) ?? 'null';
  if (Buffer.byteLength(payload, 'utf8') <= MAX_PAYLOAD_BYTES) return { payload };
  return { error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).' } };
}

function reportOf(error: unknown): InvocationError {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function contextOf({ name, arn }: LocalFunction, { requestId, remainingMs }: { requestId: string; remainingMs: () => number }): Context {
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '512',
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: remainingMs,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
