import type { Clock } from '../clock';
import type { EndResult, Journal } from './journal';
import { definitionOf, type Execution, type StateRecords } from './records';
import type { Interpreter, Run, RunOutcome, TraceEvent } from './trace';

interface Parts {
  readonly clock: Clock;
  readonly records: StateRecords;
  readonly journal: Journal;
  readonly interpreter: Interpreter;
  readonly call: Run['call'];
}

/** What runs in this process. */
export interface Runs {
  /** Runs from where the execution is; a moment later, so that the call that asked for it is stored and answered first. */
  begin(execution: Execution, how: { isAgain: boolean }): void;
  /** Ends an execution, and lets its run not go on. */
  end(arn: string, result: EndResult): Execution;
  /** Lets no run go on. */
  halt(): void;
}

/** Runs by an interpreter, whose every event goes to the journal. */
export function createRuns({ clock, records, journal, interpreter, call }: Parts): Runs {
  const running = new Map<string, AbortController>();
  const end: Runs['end'] = (arn, result) => {
    running.get(arn)?.abort();
    running.delete(arn);
    return journal.end(arn, result);
  };
  const run = async (execution: Execution, { signal, isAgain }: { signal: AbortSignal; isAgain: boolean }) => {
    const { arn } = execution;
    // What began it may have been rolled back.
    if (signal.aborted || records.executions.get(arn)?.status !== 'RUNNING') return;
    const record = (event: TraceEvent) => void (signal.aborted || journal.record(arn, event));
    const outcome = await interpreter(runOf(execution, { definition: definitionOf(records, execution), call, record, signal, isAgain }));
    if (!signal.aborted) end(arn, resultOf(outcome));
  };
  return {
    begin(execution, { isAgain }) {
      const controller = new AbortController();
      running.set(execution.arn, controller);
      clock.after(0, () => void run(execution, { signal: controller.signal, isAgain }));
    },
    end,
    halt() {
      for (const controller of running.values()) controller.abort();
      running.clear();
    },
  };
}

function runOf({ arn, name, machineArn, at, input, startedAt }: Execution, { isAgain, ...rest }: Pick<Run, 'definition' | 'call' | 'record' | 'signal'> & { isAgain: boolean }): Run {
  const context = {
    Execution: { Id: arn, Name: name, Input: JSON.parse(input) as unknown, StartTime: new Date(startedAt).toISOString() },
    StateMachine: { Id: machineArn, Name: machineArn.split(':').at(-1) ?? '' },
  };
  return { from: { state: at.state, input: at.input, isAgain }, context, ...rest };
}

function resultOf(outcome: RunOutcome): EndResult {
  return 'output' in outcome ? { status: 'SUCCEEDED', output: outcome.output } : { status: 'FAILED', failure: outcome.failure };
}
