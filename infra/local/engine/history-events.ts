import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { State } from '../../states-language';
import type { TraceEvent } from './trace';

/** What a trace event adds to the history, before it has an id and a time. */
export type NewEvent = Omit<HistoryEvent, 'id' | 'timestamp' | 'previousEventId'>;

const NOT_TRUNCATED = { truncated: false };

/**
 * A trace event as AWS shows it. AWS: HistoryEvent. A Task with a plain function ARN shows `LambdaFunction…` events; a redriven Task is scheduled again
 * without being entered again.
 */
export function historyEvents(event: TraceEvent, type: State['Type']): NewEvent[] {
  switch (event.type) {
    case 'entered':
      return event.isAgain === true && type === 'Task' ? [] : [{ type: `${type}StateEntered`, stateEnteredEventDetails: { name: event.state, input: JSON.stringify(event.input), inputDetails: NOT_TRUNCATED } }];
    case 'task-scheduled':
      return [
        {
          type: 'LambdaFunctionScheduled',
          lambdaFunctionScheduledEventDetails: { resource: event.resource, input: JSON.stringify(event.input), inputDetails: NOT_TRUNCATED, ...(event.timeoutSeconds !== undefined && { timeoutInSeconds: event.timeoutSeconds }) },
        },
        { type: 'LambdaFunctionStarted' },
      ];
    case 'task-succeeded':
      return [{ type: 'LambdaFunctionSucceeded', lambdaFunctionSucceededEventDetails: { output: JSON.stringify(event.output), outputDetails: NOT_TRUNCATED } }];
    case 'task-failed':
      return event.failure.error === 'States.Timeout'
        ? [{ type: 'LambdaFunctionTimedOut', lambdaFunctionTimedOutEventDetails: { ...event.failure } }]
        : [{ type: 'LambdaFunctionFailed', lambdaFunctionFailedEventDetails: { ...event.failure } }];
    case 'exited':
      return type === 'Fail' ? [] : [{ type: `${type}StateExited`, stateExitedEventDetails: { name: event.state, output: JSON.stringify(event.output), outputDetails: NOT_TRUNCATED } }];
  }
}

/** An event for the API: with its data, or without. */
export function showEvent({ at, ...event }: Omit<HistoryEvent, 'timestamp'> & { at: number }, { withData }: { withData: boolean }): HistoryEvent {
  const shown = { ...event, timestamp: new Date(at) };
  return withData ? shown : withoutData(shown);
}

const DATA = ['input', 'inputDetails', 'output', 'outputDetails'];

function withoutData(event: HistoryEvent): HistoryEvent {
  const stripped = Object.entries(event).map(([name, details]: [string, unknown]) => [name, name.endsWith('EventDetails') ? Object.fromEntries(Object.entries(details as object).filter(([member]) => !DATA.includes(member))) : details]);
  return Object.fromEntries(stripped) as HistoryEvent;
}
