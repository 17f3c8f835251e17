/**
 * The part of the Amazon States Language (JSONPath) that our workflow uses, as types.
 * AWS: "Using Amazon States Language to define Step Functions workflows".
 */

/** A template: members whose name ends in `.$` hold a path into the input, or with `$$` into the context. */
export type Template = { readonly [name: string]: string | number | boolean | null | Template };

/** One line of `Retry`: the nth wait is `IntervalSeconds * BackoffRate^(n-1)`, at most `MaxDelaySeconds`; `FULL` draws from zero to that. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

/** One line of `Catch`. A `ResultPath` of null drops the error and keeps the state as it was. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath: string | null;
  readonly Next: string;
}

export interface TaskState {
  readonly Type: 'Task';
  readonly Comment?: string;
  readonly Resource: string;
  readonly TimeoutSeconds?: number;
  readonly Parameters?: Template;
  readonly ResultSelector?: Template;
  readonly ResultPath?: string | null;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Next?: string;
  readonly End?: true;
}

/** One question about one member of the state. */
export interface ChoiceRule {
  readonly Variable: string;
  readonly StringEquals?: string;
  readonly BooleanEquals?: boolean;
  /** Only `true`: aws-local-stepfunctions gets `false` wrong. */
  readonly IsPresent?: true;
  readonly Next: string;
}

export interface ChoiceState {
  readonly Type: 'Choice';
  readonly Comment?: string;
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}

export interface PassState {
  readonly Type: 'Pass';
  readonly Comment?: string;
  readonly Result?: Template;
  readonly Parameters?: Template;
  readonly ResultPath?: string | null;
  readonly Next?: string;
  readonly End?: true;
}

export interface WaitState {
  readonly Type: 'Wait';
  readonly Comment?: string;
  readonly Seconds: number;
  readonly Next?: string;
  readonly End?: true;
}

export interface SucceedState {
  readonly Type: 'Succeed';
  readonly Comment?: string;
}

export interface FailState {
  readonly Type: 'Fail';
  readonly Comment?: string;
  readonly Error?: string;
  readonly Cause?: string;
}

export type State = TaskState | ChoiceState | PassState | WaitState | SucceedState | FailState;

export interface StateMachineDefinition {
  readonly Comment?: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
