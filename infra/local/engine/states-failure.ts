import type { StatesError } from './trace';

/** An error under its name in the States Language; thrown inside the engine only. */
export class StatesFailure extends Error {
  override readonly name: string;
  /** Read by aws-local-stepfunctions. */
  readonly isCatchable: boolean;
  readonly isRetryable: boolean;
  constructor(name: string, message: string, { isCatchable = true }: { isCatchable?: boolean } = {}) {
    super(message);
    this.name = name;
    this.isCatchable = isCatchable;
    this.isRetryable = isCatchable;
  }
}

/** Errors that no Retry and no Catch sees. AWS: "Handling errors in Step Functions workflows", States.DataLimitExceeded and States.Runtime. */
export const UNCATCHABLE = ['States.DataLimitExceeded', 'States.Runtime'];

/** A thrown value as error and cause. */
export function statesErrorOf(thrown: unknown): StatesError {
  return thrown instanceof Error ? { error: thrown.name, cause: thrown.message } : { error: 'States.Runtime', cause: String(thrown) };
}
