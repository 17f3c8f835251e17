import type { CallRecord } from '../../infra/local/aws/call-log';
import type { StepRun } from './watch';

/** Calls of one scenario. The first four are ELBv2 and EC2 alone, which have the budgets that accounts run out of. */
export interface CallCounts {
  readonly reads: number;
  readonly writes: number;
  /** Writes that AWS refused; among `writes`. */
  readonly refused: number;
  /** Reads made only to wait; not among `reads`. */
  readonly polls: number;
  /** Calls to the Resource Groups Tagging API. */
  readonly tagging: number;
  /** Reads and writes of the DynamoDB table. */
  readonly table: number;
  /** Functions called by the workflow; each is a state entered. */
  readonly states: number;
  /** Calls of the target lane, each with ten messages at most. */
  readonly lane: number;
}

const COUNTED = new Set(['elasticloadbalancing', 'ec2']);
/** The state that only waits. */
const WAITS = 'WaitForHealthy';
/** Functions that are no states of the workflow. */
const OTHERS = new Set(['sync-targets', 'sweep']);

/** Counts what a watch has seen. A poll is a read of WaitForHealthy, or one that a state repeats word for word because it must wait. */
export function countCalls(steps: readonly StepRun[]): CallCounts {
  const polls = pollsOf(steps);
  const all = steps.flatMap(({ calls }) => calls);
  const counted = all.filter(({ service }) => COUNTED.has(service));
  return {
    reads: counted.filter((call) => call.kind === 'read' && !polls.has(call)).length,
    writes: counted.filter(({ kind }) => kind === 'write').length,
    refused: counted.filter(({ kind, result }) => kind === 'write' && result !== 'ok').length,
    polls: polls.size,
    tagging: all.filter(({ service }) => service === 'tagging').length,
    table: steps.reduce((sum, { table }) => sum + table, 0),
    states: steps.filter(({ state }) => !OTHERS.has(state)).length,
    lane: steps.filter(({ state }) => state === 'sync-targets').length,
  };
}

function pollsOf(steps: readonly StepRun[]): Set<CallRecord> {
  const asked = new Set<string>();
  const polls = new Set<CallRecord>();
  for (const { state, calls } of steps) {
    for (const call of calls.filter(({ kind, service }) => kind === 'read' && COUNTED.has(service))) {
      const question = `${state} ${call.action} ${JSON.stringify(call.input)}`;
      if (state === WAITS || (state === 'DeleteLoadBalancer' && asked.has(question))) polls.add(call);
      asked.add(question);
    }
  }
  return polls;
}
