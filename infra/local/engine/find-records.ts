import { AwsError } from '../aws/operation';
import type { Execution, Machine, StateRecords } from './records';

/** A state machine by its ARN. Throws `InvalidArn`, `StateMachineDoesNotExist`. */
export function findMachine({ machines }: StateRecords, arn: string | undefined): Machine {
  if (!/^arn:[^:]+:states:[^:]+:\d{12}:stateMachine:[^:]+$/.test(arn ?? '')) throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN: ${arn ?? ''}'`);
  const machine = machines.get(arn ?? '');
  if (machine === undefined) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn ?? ''}'`);
  return machine;
}

/** An execution by its ARN. Throws `InvalidArn`, `ExecutionDoesNotExist`. */
export function findExecution({ executions }: StateRecords, arn: string | undefined): Execution {
  if (!/^arn:[^:]+:states:[^:]+:\d{12}:execution:[^:]+:[^:]+$/.test(arn ?? '')) throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN: ${arn ?? ''}'`);
  const execution = executions.get(arn ?? '');
  if (execution === undefined) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn ?? ''}'`);
  return execution;
}

/** Throws `InvalidName`. AWS: StartExecution and CreateStateMachine, `name`. */
export function checkName(name: string): void {
  // eslint-disable-next-line no-control-regex
  if (name.length < 1 || name.length > 80 || /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001F\u007F-\u009F]/.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

/** A page of a list, at most `maxResults` (default 100, 0 means the default). Throws `InvalidToken`. */
export function pageOf<T>(all: readonly T[], { maxResults = 100, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined }): { items: readonly T[]; next: { nextToken?: string } } {
  if (maxResults < 0 || maxResults > 1000) throw new AwsError('ValidationException', `1 validation error detected: Value '${maxResults}' at 'maxResults' failed to satisfy constraint: Member must have value between 0 and 1000`);
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString('utf8'));
  if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidToken', `Invalid Token: '${nextToken ?? ''}'`);
  const end = start + (maxResults === 0 ? 100 : maxResults);
  return { items: all.slice(start, end), next: end < all.length ? { nextToken: Buffer.from(String(end)).toString('base64') } : {} };
}
