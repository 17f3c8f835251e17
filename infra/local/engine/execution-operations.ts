import type { DescribeExecutionInput, ExecutionListItem, GetExecutionHistoryInput, ListExecutionsInput, RedriveExecutionInput, StartExecutionInput, StopExecutionInput } from '@aws-sdk/client-sfn';
import { operation } from '../aws/known-parameters';
import { AwsError, type Operations, type World } from '../aws/operation';
import { MAX_STATE_BYTES } from './call-function';
import type { Executions } from './executions';
import { checkName, findExecution, findMachine, pageOf } from './find-records';
import { showEvent } from './history-events';
import { historyId, type Execution, type StateRecords } from './records';
import { notRedrivableBecause } from './redrivable';

interface Parts {
  readonly world: Pick<World, 'clock' | 'factor'>;
  readonly records: StateRecords;
  readonly executions: Executions;
}

/** Executions. AWS: AWS Step Functions API reference. */
export function executionOperations(parts: Parts): Operations {
  const { records, executions } = parts;
  return {
    StartExecution: operation<StartExecutionInput>(['stateMachineArn', 'name', 'input', 'traceHeader'], (input) => startExecution(parts, input)),
    StopExecution: operation<StopExecutionInput>(['executionArn', 'error', 'cause'], ({ executionArn, error, cause }, { now }) => {
      const execution = findExecution(records, executionArn);
      const isRunning = execution.status === 'RUNNING';
      const stopped = isRunning ? executions.stop(execution, { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) }) : execution;
      return { stopDate: new Date(stopped.stoppedAt ?? now) };
    }),
    RedriveExecution: operation<RedriveExecutionInput>(['executionArn', 'clientToken'], ({ executionArn, clientToken }, { now }) => {
      const { redrivenAt = now } = executions.redrive(findExecution(records, executionArn), clientToken);
      return { redriveDate: new Date(redrivenAt) };
    }),
    DescribeExecution: operation<DescribeExecutionInput>(['executionArn', 'includedData'], ({ executionArn, includedData }) => describeExecution(parts, findExecution(records, executionArn), includedData !== 'METADATA_ONLY')),
    ListExecutions: operation<ListExecutionsInput>(['stateMachineArn', 'statusFilter', 'maxResults', 'nextToken', 'redriveFilter'], ({ stateMachineArn, statusFilter, redriveFilter, ...page }) => {
      const machine = findMachine(records, stateMachineArn);
      const found = records.executions
        .values()
        .filter(({ machineArn, status }) => machineArn === machine.arn && (statusFilter === undefined || status === statusFilter))
        .filter(({ redriveCount }) => redriveFilter === undefined || redriveCount > 0 === (redriveFilter === 'REDRIVEN'));
      const { items, next } = pageOf(found.toReversed(), page);
      return { executions: items.map(showListItem), ...next };
    }),
    GetExecutionHistory: operation<GetExecutionHistoryInput>(['executionArn', 'maxResults', 'reverseOrder', 'nextToken', 'includeExecutionData'], ({ executionArn, reverseOrder = false, includeExecutionData: withData = true, ...page }) => {
      const { arn, historyLength } = findExecution(records, executionArn);
      const ids = Array.from({ length: historyLength }, (_, index) => (reverseOrder ? historyLength - index : index + 1));
      const { items, next } = pageOf(ids, page);
      return { events: items.flatMap((id) => records.history.get(historyId(arn, id)) ?? []).map((event) => showEvent(event, { withData })), ...next };
    }),
  };
}

/** The same name with the same input while it runs answers that execution; any other use of a name is refused. AWS: StartExecution. */
function startExecution({ records, executions }: Parts, { stateMachineArn, name, input = '{}' }: StartExecutionInput): object {
  const machine = findMachine(records, stateMachineArn);
  if (name !== undefined) checkName(name);
  checkInput(input);
  const existing = name === undefined ? undefined : records.executions.get(`${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`);
  if (existing !== undefined && (existing.status !== 'RUNNING' || existing.input !== input)) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${existing.arn}'`);
  const { arn, startedAt } = existing ?? executions.start(machine, { name, input });
  return { executionArn: arn, startDate: new Date(startedAt) };
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input, 'utf8') > MAX_STATE_BYTES) throw new AwsError('ValidationException', "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144");
  try {
    JSON.parse(input);
  } catch {
    throw new AwsError('InvalidExecutionInput', "Invalid State Machine Execution Input: 'not valid JSON'");
  }
}

function showListItem({ arn, machineArn, name, status, startedAt, stoppedAt, redriveCount, redrivenAt }: Execution): ExecutionListItem {
  return {
    executionArn: arn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: new Date(startedAt),
    ...(stoppedAt !== undefined && { stopDate: new Date(stoppedAt) }),
    redriveCount,
    ...(redrivenAt !== undefined && { redriveDate: new Date(redrivenAt) }),
  };
}

function describeExecution({ world }: Parts, execution: Execution, withData: boolean): object {
  const { input, output, error, cause } = execution;
  const reason = notRedrivableBecause(execution, world);
  return {
    ...showListItem(execution),
    ...(withData && { input, inputDetails: { included: true } }),
    ...(withData && output !== undefined && { output, outputDetails: { included: true } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(reason !== undefined && { redriveStatusReason: reason }),
  };
}
