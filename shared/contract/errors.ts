/**
 * The one vocabulary of errors: thrown by functions, matched by the workflow on their literal name (architecture: The workflow).
 * Every message says what was expected, what was found, where, and what to do.
 */

export type StepErrorName =
  | 'Throttled'
  | 'Transient'
  | 'Eventual'
  | 'NotReady'
  | 'Conflict'
  | 'Dirty'
  | 'PlanStale'
  | 'Superseded'
  | 'LeaseLost'
  | 'UserConfig'
  | 'Quota'
  | 'Denied';

/** What is known of the answer behind an error. No header, body or secret. */
export interface ErrorDetails {
  readonly awsCode?: string;
  readonly requestId?: string;
  /** Stable reason code for the Event on the object. */
  readonly code?: string;
  /** Seconds, when the other side said how long to wait. */
  readonly retryAfterSeconds?: number;
}

/** Base of all errors that the workflow knows. `name` is a literal in every subclass, so it survives minification. */
export abstract class StepError extends Error {
  abstract override readonly name: StepErrorName;
  readonly details: ErrorDetails;
  constructor(message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.details = options.details ?? {};
  }
}

/** The other side asked for fewer calls, or our own budget is empty. */
export class ThrottledError extends StepError {
  override readonly name = 'Throttled';
}
/** 5xx, resets, time-outs: worth the same call again. */
export class TransientError extends StepError {
  override readonly name = 'Transient';
}
/** Reads lag writes: NotFound just after a create, DependencyViolation on a delete. */
export class EventualError extends StepError {
  override readonly name = 'Eventual';
}
/** Something is on its way (provisioning, first health checks); the state's Retry is the wait. */
export class NotReadyError extends StepError {
  override readonly name = 'NotReady';
}
/** Another writer was there first: read again, then plan again. */
export class ConflictError extends StepError {
  override readonly name = 'Conflict';
}
/** The key became dirty during the pass. */
export class DirtyError extends StepError {
  override readonly name = 'Dirty';
}
/** The plan was made from facts, a lease or a version that no longer hold. */
export class PlanStaleError extends StepError {
  override readonly name = 'PlanStale';
}
/** The work is done or in the hands of another run: stand back. */
export class SupersededError extends StepError {
  override readonly name = 'Superseded';
}
/** The lease of this run was taken over. */
export class LeaseLostError extends StepError {
  override readonly name = 'LeaseLost';
}
/** Nothing can be built until a person edits an object or an account. */
export class UserConfigError extends StepError {
  override readonly name = 'UserConfig';
}
/** An AWS limit: the message says which, and the ways out. */
export class QuotaError extends StepError {
  override readonly name = 'Quota';
}
/** AccessDenied and its kin: fails the execution, for redrive after the permission is there. */
export class DeniedError extends StepError {
  override readonly name = 'Denied';
}

/** What came in is not what the contract says: another version, or a defect of the sender. The workflow knows no way on: the execution fails. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInput';
}

/** Worth another attempt with backoff. */
export const BACKOFF_ERRORS = ['Throttled', 'Transient', 'Eventual', 'Conflict'] as const;

/** What Lambda and Step Functions themselves report for a function that timed out, ran out of memory or could not start (AWS: Handling Lambda service exceptions). */
export const PLATFORM_ERRORS = [
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'States.Timeout',
] as const;

/** Whether a thrown value is one of ours. */
export function isStepError(error: unknown): error is StepError {
  return error instanceof StepError;
}
