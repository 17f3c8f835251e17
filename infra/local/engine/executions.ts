import { AwsError, type World } from '../aws/operation';
import { uuid } from '../aws/uuid';
import { callFunction, type FindFunction } from './call-function';
import { createJournal } from './journal';
import { createRuns } from './runs';
import { historyId, keepDefinition, type Execution, type ExecutionStatus, type Machine, type StateRecords } from './records';
import { notRedrivableBecause } from './redrivable';
import type { LambdaRuntime } from '../aws/lambda/lambda-runtime';
import type { Interpreter, StatesError, TraceEvent } from './trace';

/** Something that happened in an execution, for those who watch. */
export type ExecutionEvent = { readonly executionArn: string; readonly name: string; readonly at: number; readonly input: unknown } & (
  | TraceEvent
  | { readonly type: 'started' | 'redriven' }
  | { readonly type: 'ended'; readonly status: ExecutionStatus; readonly output?: unknown; readonly error?: string; readonly cause?: string }
);

/** The life of executions. Every change is stored before anything goes on. */
export interface Executions {
  /** Begins one. `name` absent: a random one. */
  start(machine: Machine, request: { name: string | undefined; input: string }): Execution;
  /** AWS: StopExecution. The function that runs is not stopped, but nobody waits for it. */
  stop(execution: Execution, why: Partial<StatesError>): Execution;
  /** From the state that did not succeed, with its input; the same definition. Throws `ExecutionNotRedrivable`. */
  redrive(execution: Execution, clientToken: string | undefined): Execution;
  /** Calls back for every event; the answer ends it. */
  readonly watch: (listener: (event: ExecutionEvent) => void) => () => void;
  /** Lets nothing go on any more, as when the process ends: what runs is found as interrupted by the next start. */
  halt(): void;
}

interface Parts {
  readonly world: World;
  readonly records: StateRecords;
  readonly runtime: Pick<LambdaRuntime, 'invoke'>;
  readonly findFunction: FindFunction;
  readonly interpreter: Interpreter;
}

/** What an execution that was running when the process ended shows. */
const INTERRUPTED: StatesError = { error: 'Local.Interrupted', cause: 'The local system ended while this execution ran. Redrive it, or leave it to the sweeper.' };

/** Executions in the world's storage. Those that ran when the process last ended are FAILED from here on, and can be redriven. */
export function createExecutions({ world, records, runtime, findFunction, interpreter }: Parts): Executions {
  const { storage, clock, random } = world;
  const listeners = new Set<(event: ExecutionEvent) => void>();
  const journal = createJournal({ world, records, tell: (event) => listeners.forEach((listener) => listener(event)) });
  const runs = createRuns({ clock, records, journal, interpreter, call: callFunction(runtime, findFunction) });
  let started = 0;

  forgetOld(records, world);
  for (const { arn, status } of records.executions.values()) if (status === 'RUNNING') runs.end(arn, { status: 'FAILED', failure: INTERRUPTED });
  return {
    start(machine, { name = uuid(random), input }) {
      started += 1;
      if (started % 100 === 0) forgetOld(records, world);
      const { id: definitionId, definition } = keepDefinition(records, machine.definition);
      const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
      const at = { state: definition.StartAt, input: JSON.parse(input) as unknown, isEntered: false };
      const execution = journal.begin({ arn, name, machineArn: machine.arn, status: 'RUNNING', input, startedAt: clock.now(), redriveCount: 0, definitionId, at, historyLength: 0 }, machine.roleArn);
      runs.begin(execution, { isAgain: false });
      return execution;
    },
    stop: ({ arn }, failure) => storage.atomically(() => runs.end(arn, { status: 'ABORTED', failure })),
    redrive(execution, clientToken) {
      // AWS: a repeated request with the same token starts nothing new.
      if (clientToken !== undefined && execution.redriveToken === clientToken) return execution;
      const reason = notRedrivableBecause(execution, world);
      if (reason !== undefined) throw new AwsError('ExecutionNotRedrivable', reason);
      const redriven = journal.redrive(execution, clientToken);
      runs.begin(redriven, { isAgain: redriven.at.isEntered });
      return redriven;
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    halt: () => runs.halt(),
  };
}

/** AWS keeps closed executions for 90 days. */
const KEPT_DAYS = 90;

function forgetOld({ executions, history }: StateRecords, { clock, factor }: Pick<World, 'clock' | 'factor'>): void {
  const oldest = clock.now() - KEPT_DAYS * 86_400_000 * factor;
  for (const { arn, stoppedAt = Infinity, historyLength } of executions.values()) {
    if (stoppedAt >= oldest) continue;
    for (let id = 1; id <= historyLength; id += 1) history.delete(historyId(arn, id));
    executions.delete(arn);
  }
}
