import type { World } from '../aws/operation';
import type { Execution } from './records';

/** AWS: "Redrive eligibility for unsuccessful executions". */
const REDRIVE_DAYS = 14;

/** AWS: 25,000 events; a redrive needs room for at least one more state. */
const MAX_REDRIVABLE_EVENTS = 24_999;

/** Why an execution cannot be redriven, in AWS's words; undefined if it can. AWS: DescribeExecution, `redriveStatusReason`. */
export function notRedrivableBecause({ status, stoppedAt = 0, historyLength }: Execution, { clock, factor }: Pick<World, 'clock' | 'factor'>): string | undefined {
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (clock.now() > stoppedAt + REDRIVE_DAYS * 86_400_000 * factor) return 'Execution redrivable period exceeded';
  if (historyLength >= MAX_REDRIVABLE_EVENTS) return 'Execution history event limit exceeded';
  return undefined;
}
