import type { World } from '../aws/operation';
import type { ExecutionEvent } from './executions';
import { historyEvents, type NewEvent } from './history-events';
import { definitionOf, historyId, type Execution, type ExecutionStatus, type StateRecords } from './records';
import type { StatesError, TraceEvent } from './trace';

/** How an execution ended. */
export interface EndResult {
  readonly status: ExecutionStatus;
  readonly output?: unknown;
  readonly failure?: Partial<StatesError>;
}

/** Executions and their history on disk. */
export interface Journal {
  begin(execution: Execution, roleArn: string): Execution;
  record(arn: string, event: TraceEvent): void;
  redrive(execution: Execution, clientToken: string | undefined): Execution;
  end(arn: string, result: EndResult): Execution;
}

const ENDED = { SUCCEEDED: 'ExecutionSucceeded', FAILED: 'ExecutionFailed', ABORTED: 'ExecutionAborted', TIMED_OUT: 'ExecutionTimedOut' } as const;
const FAILURE_DETAILS = { FAILED: 'executionFailedEventDetails', ABORTED: 'executionAbortedEventDetails', TIMED_OUT: 'executionTimedOutEventDetails' } as const;

interface Parts {
  readonly world: Pick<World, 'storage' | 'clock'>;
  readonly records: StateRecords;
  /** Told after each change is stored. */
  readonly tell: (event: ExecutionEvent) => void;
}

/** Writes executions and their history, each change whole or not at all. */
export function createJournal({ world: { storage, clock }, records, tell }: Parts): Journal {
  const append = (execution: Execution, events: readonly NewEvent[]): Execution =>
    storage.atomically(() => {
      let { historyLength } = execution;
      for (const event of events) {
        historyLength += 1;
        records.history.set(historyId(execution.arn, historyLength), { ...event, id: historyLength, previousEventId: historyLength - 1, at: clock.now() });
      }
      const stored = { ...execution, historyLength };
      records.executions.set(execution.arn, stored);
      return stored;
    });
  const about = ({ arn, name, input }: Execution) => ({ executionArn: arn, name, at: clock.now(), input: JSON.parse(input) as unknown });
  return {
    begin(execution, roleArn) {
      const begun = append(execution, [{ type: 'ExecutionStarted', executionStartedEventDetails: { input: execution.input, inputDetails: { truncated: false }, roleArn } }]);
      tell({ ...about(begun), type: 'started' });
      return begun;
    },
    record(arn, event) {
      const execution = records.executions.get(arn);
      if (execution === undefined) return;
      const stateType = definitionOf(records, execution).States[event.state]?.Type ?? 'Pass';
      append({ ...execution, at: placeAfter(execution.at, event) }, historyEvents(event, stateType));
      tell({ ...about(execution), ...event, input: 'input' in event ? event.input : undefined });
    },
    redrive(execution, clientToken) {
      const { output: _, error: __, cause: ___, stoppedAt: ____, redriveToken: _____, ...rest } = execution;
      const redriveCount = execution.redriveCount + 1;
      const redriven = append({ ...rest, status: 'RUNNING', redriveCount, redrivenAt: clock.now(), ...(clientToken !== undefined && { redriveToken: clientToken }) }, [{ type: 'ExecutionRedriven', executionRedrivenEventDetails: { redriveCount } }]);
      tell({ ...about(redriven), type: 'redriven' });
      return redriven;
    },
    end(arn, { status, output, failure }) {
      const execution = records.executions.get(arn);
      if (execution === undefined || status === 'RUNNING') throw new Error(`There is no execution ${arn} that could end as ${status}`);
      const details = status === 'SUCCEEDED' ? { executionSucceededEventDetails: { output: JSON.stringify(output), outputDetails: { truncated: false } } } : { [FAILURE_DETAILS[status]]: { ...failure } };
      const ended = append({ ...execution, status, stoppedAt: clock.now(), ...(failure === undefined ? { output: JSON.stringify(output) } : failure) }, [{ type: ENDED[status], ...details }]);
      tell({ ...about(ended), type: 'ended', status, ...(failure === undefined ? { output } : failure) });
      return ended;
    },
  };
}

/** Where a redrive would begin after this event. */
function placeAfter(at: Execution['at'], event: TraceEvent): Execution['at'] {
  if (event.type === 'entered') return { state: event.state, input: event.input, isEntered: true };
  if (event.type === 'exited' && event.next !== undefined) return { state: event.next, input: event.output, isEntered: false };
  return at;
}
