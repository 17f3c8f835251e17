import { BACKOFF_ERRORS, PLATFORM_ERRORS, type StepErrorName } from '../shared/contract/errors';
import type { StateName } from '../shared/contract/steps';
import type { Catcher, Retrier, State, StateMachineDefinition, TaskState, Template } from './states-language';

/**
 * The workflow `reconcile`: what an operator sees in the console. The state that travels is
 *
 *     { v, key, gen,          the input; gen stays the one that the execution was started for
 *       lease,                from AcquireLease: fence, runGen, pass
 *       network,              from ResolveSubnets: its outcome
 *       plan,                 from MakePlan: outcome and plan id; null before
 *       work, health, garbage, release: answers of the last CreateLoadBalancer or DeleteLoadBalancer, WaitForHealthy, CollectGarbage, ReleaseLease; null before
 *       error }               {Error, Cause} that ReportStatus tells, or why the execution stood back; null before
 *
 * AcquireLease begins every pass with a state of its own making, so nothing of an earlier pass is left in it.
 */

/** No wait between two attempts of a state may be longer, in seconds: it counts against the lease. */
export const MAX_RETRY_DELAY_SECONDS = 45;

/** A function gets this long, in seconds. */
export const FUNCTION_TIMEOUT_SECONDS = 60;

/** Only counts when Lambda itself gives no answer: longer than the function's own time-out, so that the truer error is seen. */
const TASK_TIMEOUT_SECONDS = 75;

/** The names that our functions throw, checked by the compiler. */
const ours = (...names: StepErrorName[]): string[] => names;

/** Ten attempts with full jitter: about two and a half minutes on average, five at most. */
const THROTTLED: Retrier = { ErrorEquals: ours('Throttled'), IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: MAX_RETRY_DELAY_SECONDS, MaxAttempts: 10, JitterStrategy: 'FULL' };

/** Eight attempts with full jitter: over a minute on average, two and a half at most. Conflict was answered by a re-read already and lost again. */
const TRANSIENT: Retrier = {
  ErrorEquals: [...BACKOFF_ERRORS.filter((name) => name !== 'Throttled' && name !== 'Eventual'), ...PLATFORM_ERRORS],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxDelaySeconds: 30,
  MaxAttempts: 8,
  JitterStrategy: 'FULL',
};

/** Reads lag writes by seconds, a minute at worst: 12 attempts are three minutes. */
const EVENTUAL: Retrier = { ErrorEquals: ours('Eventual'), IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 20, MaxAttempts: 12 };

/** A steady poll: `BackoffRate` says 1, because the default of 2 would turn 20 polls into half a year. */
function poll(IntervalSeconds: number, MaxAttempts: number): Retrier {
  return { ErrorEquals: ours('NotReady'), IntervalSeconds, BackoffRate: 1, MaxAttempts };
}

const STAND_BACK: Catcher = { ErrorEquals: ours('Superseded', 'LeaseLost'), ResultPath: '$.error', Next: 'Superseded' };
const START_AGAIN: Catcher = { ErrorEquals: ours('Dirty', 'PlanStale'), ResultPath: null, Next: 'AcquireLease' };
const TELL_THE_USER: Catcher = { ErrorEquals: ours('UserConfig', 'Quota'), ResultPath: '$.error', Next: 'ReportStatus' };

/** What every state after AcquireLease is given. */
const STEP_INPUT: Template = { 'v.$': '$.v', 'key.$': '$.key', 'gen.$': '$.gen', 'owner.$': '$$.Execution.Id', 'lease.$': '$.lease' };
const PLANNED_INPUT: Template = { ...STEP_INPUT, 'plan.$': '$.plan' };
/** What came of a pass, for its line in the history. */
const TRACE: Template = { 'network.$': '$.network', 'plan.$': '$.plan', 'work.$': '$.work', 'health.$': '$.health', 'garbage.$': '$.garbage', 'error.$': '$.error' };
const NO_TRACE: Template = { network: null, plan: null, work: null, health: null, garbage: null, error: null };
/** States that are entered again go on where their last answer says. */
const RESUMED_INPUT: Template = { ...PLANNED_INPUT, 'work.$': '$.work' };

interface Step {
  readonly does: string;
  readonly input: Template;
  /** Where the answer goes; null drops it; absent, it is the whole new state. */
  readonly answer?: string | null;
  readonly next: string;
  readonly retry?: readonly Retrier[];
  readonly errors?: readonly Catcher[];
}

/**
 * The definition of `reconcile` as data (Amazon States Language, JSONPath), the same in AWS and locally.
 * `functionArns` are plain function (version) ARNs. No state catches `States.ALL`: what nobody expected fails the execution
 * at that state, for redrive.
 */
export function workflowDefinition(functionArns: Readonly<Record<StateName, string>>): StateMachineDefinition {
  const task = (name: StateName, step: Step): TaskState => ({
    Type: 'Task',
    Comment: step.does,
    Resource: functionArns[name],
    TimeoutSeconds: TASK_TIMEOUT_SECONDS,
    Parameters: step.input,
    ...(step.answer !== undefined && { ResultPath: step.answer }),
    Retry: step.retry ?? [THROTTLED, TRANSIENT, EVENTUAL, poll(10, 30)],
    Catch: step.errors ?? [START_AGAIN, STAND_BACK, TELL_THE_USER],
    Next: step.next,
  });

  return {
    Comment: 'stepbalancer: one key, from what changed to a healthy load balancer or to nothing',
    StartAt: 'Begin',
    States: { ...leaseStates(task), ...planStates(task), ...workStates(task), ...reportStates(task), ...endStates(task) },
  };
}

type MakeTask = (name: StateName, step: Step) => TaskState;
type States = Record<string, State>;

/** The lease first. A pass begins with `lease.pass` of the pass before it; the first one with 0. */
function leaseStates(task: MakeTask): States {
  return {
    Begin: { Type: 'Pass', Comment: 'No pass was made yet', Parameters: { 'v.$': '$.v', 'key.$': '$.key', 'gen.$': '$.gen', lease: { pass: 0 }, ...NO_TRACE }, Next: 'AcquireLease' },
    AcquireLease: {
      ...task('AcquireLease', {
        does: 'Takes the key, or stands back where another run has it or has done the work',
        input: { 'v.$': '$.v', 'key.$': '$.key', 'gen.$': '$.gen', 'owner.$': '$$.Execution.Id', 'pass.$': '$.lease.pass', before: { ...TRACE, 'lease.$': '$.lease' } },
        next: 'ResolveSubnets',
        errors: [STAND_BACK],
      }),
      ResultSelector: { 'v.$': '$$.Execution.Input.v', 'key.$': '$$.Execution.Input.key', 'gen.$': '$$.Execution.Input.gen', 'lease.$': '$', ...NO_TRACE },
    },
  };
}

/** What should be there, and what differs. */
function planStates(task: MakeTask): States {
  return {
    ResolveSubnets: task('ResolveSubnets', {
      does: 'Reads the owner and what it refers to; finds VPC, subnets and zones if anything changed',
      input: STEP_INPUT,
      answer: '$.network',
      next: 'ChangedSinceLastPass',
    }),
    ChangedSinceLastPass: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.network.outcome', StringEquals: 'unchanged', Next: 'ReleaseLease' },
        { Variable: '$.network.outcome', StringEquals: 'applied', Next: 'KeepPlan' },
      ],
      Default: 'MakePlan',
    },
    KeepPlan: { Type: 'Pass', Comment: 'The plan that was applied holds: wait on for its targets and their health', Parameters: { 'outcome.$': '$.network.plan.outcome', 'planId.$': '$.network.plan.planId' }, ResultPath: '$.plan', Next: 'RegisterTargets' },
    MakePlan: task('MakePlan', { does: 'Facts to model, model against AWS; saves the plan', input: STEP_INPUT, answer: '$.plan', next: 'WhatToDo' }),
    WhatToDo: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.plan.outcome', StringEquals: 'apply', Next: 'CreateLoadBalancer' },
        // Targets and group rules have keys of their own and may be behind although the load balancer is not.
        { Variable: '$.plan.outcome', StringEquals: 'noop', Next: 'RegisterTargets' },
        { Variable: '$.plan.outcome', StringEquals: 'delete', Next: 'DeleteLoadBalancer' },
        { Variable: '$.plan.outcome', StringEquals: 'blocked', Next: 'ReportStatus' },
      ],
    },
  };
}

/** Make it so, or take it away. Both answer `more` after 40 s of work and are entered again. */
function workStates(task: MakeTask): States {
  return {
    CreateLoadBalancer: task('CreateLoadBalancer', { does: 'Applies the plan; the hostname is reported at once', input: RESUMED_INPUT, answer: '$.work', next: 'MoreToCreate' }),
    MoreToCreate: { Type: 'Choice', Choices: [{ Variable: '$.work.more', BooleanEquals: true, Next: 'CreateLoadBalancer' }], Default: 'RegisterTargets' },
    RegisterTargets: task('RegisterTargets', {
      does: 'Wakes the target lane and waits for its first pass over each binding',
      input: PLANNED_INPUT,
      answer: null,
      next: 'AddSecurityGroupRules',
      retry: [THROTTLED, TRANSIENT, EVENTUAL, poll(3, 200)],
    }),
    AddSecurityGroupRules: task('AddSecurityGroupRules', {
      does: 'Wakes the keys of node and pod groups and waits for their first pass',
      input: PLANNED_INPUT,
      answer: null,
      next: 'ReportStatus',
      retry: [THROTTLED, TRANSIENT, EVENTUAL, poll(3, 200)],
    }),
    DeleteLoadBalancer: task('DeleteLoadBalancer', {
      does: 'Takes everything away, then the finalizer',
      input: RESUMED_INPUT,
      answer: '$.work',
      next: 'MoreToDelete',
      // The function itself gives up at finalizerDeadline (10 min by default) and succeeds; interfaces of a deleted load balancer linger for minutes.
      retry: [THROTTLED, TRANSIENT, { ...EVENTUAL, IntervalSeconds: 5, BackoffRate: 1.5, MaxDelaySeconds: 30, MaxAttempts: 130 }, poll(10, 360)],
    }),
    MoreToDelete: { Type: 'Choice', Choices: [{ Variable: '$.work.more', BooleanEquals: true, Next: 'DeleteLoadBalancer' }], Default: 'ReleaseLease' },
  };
}

/** Tell the user, then see it become healthy. An error is told without waiting for health. */
function reportStates(task: MakeTask): States {
  return {
    ReportStatus: task('ReportStatus', {
      does: 'Hostname into the status, one Event for what was done, one Warning per problem',
      input: { ...PLANNED_INPUT, 'error.$': '$.error' },
      answer: null,
      next: 'WorthWaiting',
      errors: [START_AGAIN, STAND_BACK],
    }),
    WorthWaiting: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.error.Error', IsPresent: true, Next: 'ReleaseLease' },
        { Variable: '$.plan.outcome', StringEquals: 'blocked', Next: 'ReleaseLease' },
      ],
      Default: 'WaitForHealthy',
    },
    WaitForHealthy: task('WaitForHealthy', {
      does: 'Load balancer active, targets healthy; from healthyBy on it answers degraded',
      input: PLANNED_INPUT,
      answer: '$.health',
      next: 'CollectGarbage',
      // healthyBy ends the wait; the attempts are only the upper bound of one hour.
      retry: [THROTTLED, TRANSIENT, EVENTUAL, poll(10, 360)],
    }),
    CollectGarbage: task('CollectGarbage', {
      does: 'Deletes what a healthy successor has replaced',
      input: { ...PLANNED_INPUT, 'health.$': '$.health.health' },
      answer: '$.garbage',
      next: 'ReleaseLease',
      retry: [THROTTLED, TRANSIENT, { ...EVENTUAL, MaxAttempts: 30 }, poll(10, 360)],
    }),
  };
}

/** The end, or another pass. */
function endStates(task: MakeTask): States {
  return {
    ReleaseLease: task('ReleaseLease', {
      does: 'Gives the key back, unless it became dirty meanwhile',
      input: { ...STEP_INPUT, ...TRACE },
      answer: '$.release',
      next: 'DirtyMeanwhile',
      errors: [START_AGAIN, STAND_BACK],
    }),
    DirtyMeanwhile: { Type: 'Choice', Choices: [{ Variable: '$.release.outcome', StringEquals: 'again', Next: 'AcquireLease' }], Default: 'Done' },
    Done: { Type: 'Succeed', Comment: 'plan, health, error and release say what was done' },
    Superseded: { Type: 'Succeed', Comment: 'error says who has the key, or who has done the work' },
  };
}
