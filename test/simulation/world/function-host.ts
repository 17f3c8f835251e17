import type { Context } from 'aws-lambda';
import type { LambdaRuntime, LocalFunction } from '../../../infra/local/aws/lambda/lambda-runtime';
import type { Clock } from '../../../infra/local/clock';
import type { Consequence } from '../story/story';
import { currentInvocation, never, runInvocation, type Invocation } from './invocations';
import type { Network } from './network';

interface HostParts {
  readonly clock: Clock;
  readonly runtime: Pick<LambdaRuntime, 'kill'>;
  readonly network: Network;
  readonly tell: (line: string) => void;
  readonly happened: (consequence: Consequence) => void;
  readonly violated: (rule: string, words: string) => void;
  /** Told of every invocation that begins. */
  readonly begun: (invocation: Invocation) => void;
  readonly failed: (invocation: Invocation, error: unknown) => void;
}

/** Where functions run: each invocation is known to the network, can be killed, and is over when its time is. */
export interface FunctionHost {
  /** The function as this host runs it. */
  host(target: LocalFunction): LocalFunction;
  /** The functions' timers. A step's time limit is one; it is noted, because what is under way then may be cut off. */
  readonly after: Clock['after'];
  readonly running: ReadonlySet<Invocation>;
}

const TIMEOUT_MS = 60_000;

/** A host of functions. */
export function createFunctionHost({ clock, runtime, network, tell, happened, violated, begun, failed }: HostParts): FunctionHost {
  const running = new Set<Invocation>();
  const finish = (invocation: Invocation, how: string) => {
    invocation.settled = true;
    running.delete(invocation);
    tell(`${invocation.functionName} ${how}`);
  };
  const start = (target: LocalFunction, event: unknown, { awsRequestId }: Context): Invocation => {
    const invocation: Invocation = {
      id: awsRequestId,
      functionName: target.name.replace('stepbalancer-', ''),
      event,
      startedAt: clock.now(),
      dead: false,
      outOfTime: false,
      settled: false,
      underWay: new Set(),
      held: new Map(),
      kill() {
        invocation.dead = true;
        running.delete(invocation);
        tell(`${invocation.functionName} was killed`);
        runtime.kill(awsRequestId);
      },
    };
    running.add(invocation);
    begun(invocation);
    return invocation;
  };
  return {
    running,
    after(ms, callback) {
      const invocation = currentInvocation();
      return clock.after(ms, () => {
        if (invocation) invocation.outOfTime = true;
        if (!invocation?.dead) callback();
      });
    },
    host: (target) => ({
      ...target,
      handler: (event: never, context: Context) => {
        const invocation = start(target, event, context);
        return runInvocation(invocation, async () => {
          const cancel = clock.after(TIMEOUT_MS, () => {
            invocation.dead = true;
            running.delete(invocation);
            happened('function-timed-out');
            tell(`${invocation.functionName} ran out of time`);
          });
          await network.travel();
          if (invocation.dead) return never();
          tell(`${invocation.functionName} begins ${subjectOf(event)}`);
          try {
            const answer = await target.handler(event, context);
            if (invocation.dead) return never();
            finish(invocation, `answers ${JSON.stringify(answer)}`);
            return answer;
          } catch (error) {
            if (invocation.dead) return never();
            finish(invocation, `fails with ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
            failed(invocation, error);
            throw error;
          } finally {
            cancel();
            if (invocation.underWay.size > 0 && !invocation.outOfTime && !invocation.dead) violated('left running', `${invocation.functionName} answered while ${[...invocation.underWay].join(', ')} was under way`);
          }
        });
      },
    }),
  };
}

function subjectOf(event: unknown): string {
  const { key, Records } = (event ?? {}) as { key?: string; Records?: readonly { body: string }[] };
  if (key !== undefined) return key;
  return (Records ?? []).map(({ body }) => /"key":"([^"]+)"/.exec(body)?.[1] ?? /"name":"([^"]+)"/.exec(body)?.[1] ?? /"detail-type":"([^"]+)"/.exec(body)?.[1] ?? '?').join(', ');
}
