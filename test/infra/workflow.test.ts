import { StateMachine, type StateMachineDefinition as ValidatedDefinition } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import type { Retrier, State, TaskState } from '../../infra/states-language';
import { FUNCTION_TIMEOUT_SECONDS, MAX_RETRY_DELAY_SECONDS, workflowDefinition } from '../../infra/workflow';
import { PLATFORM_ERRORS } from '../../shared/contract/errors';
import { STATES, type StateName } from '../../shared/contract/steps';

const arns = Object.fromEntries(STATES.map((name) => [name, `arn:aws:lambda:eu-west-1:123456789012:function:stepbalancer-${name}:1`])) as Record<StateName, string>;
const definition = workflowDefinition(arns);
const tasks = Object.entries(definition.States).filter((entry): entry is [string, TaskState] => entry[1].Type === 'Task');

/** The longest wait that a retrier ever makes. */
const longestWait = (retrier: Retrier) => Math.min(retrier.MaxDelaySeconds ?? Infinity, retrier.IntervalSeconds * retrier.BackoffRate ** (retrier.MaxAttempts - 1));

/** All waits of a retrier, without jitter. */
const totalWait = (retrier: Retrier) =>
  Array.from({ length: retrier.MaxAttempts }, (_, n) => Math.min(retrier.MaxDelaySeconds ?? Infinity, retrier.IntervalSeconds * retrier.BackoffRate ** n)).reduce((sum, wait) => sum + wait, 0);

const retrierFor = (task: TaskState, error: string) => task.Retry?.find((retrier) => retrier.ErrorEquals.includes(error));
const caughtBy = (task: TaskState) => Object.fromEntries((task.Catch ?? []).flatMap((catcher) => catcher.ErrorEquals.map((error) => [error, catcher.Next])));

describe('the workflow definition', () => {
  it('has one Task per function, named alike, and the plain ARN as its resource', () => {
    expect(tasks.map(([name]) => name).sort()).toEqual([...STATES].sort());
    for (const [name, task] of tasks) expect(task.Resource).toBe(arns[name as StateName]);
  });

  it('is accepted by the validator of the States Language', () => {
    expect(() => new StateMachine(JSON.parse(JSON.stringify(definition)) as ValidatedDefinition, { validationOptions: { checkArn: true, checkPaths: true } })).not.toThrow();
  });

  it('has no wildcard, so that the unexpected stays failed', () => {
    expect(JSON.stringify(definition)).not.toMatch(/States\.(ALL|TaskFailed)/);
  });

  it.each(tasks)('keeps every delay of %s so short that the lease outlives a delay and a run of the function', (_, task) => {
    expect(Math.max(...(task.Retry ?? []).map(longestWait))).toBeLessThanOrEqual(MAX_RETRY_DELAY_SECONDS);
    expect(task.TimeoutSeconds).toBeGreaterThan(FUNCTION_TIMEOUT_SECONDS);
    expect((task.TimeoutSeconds ?? Infinity) + MAX_RETRY_DELAY_SECONDS).toBeLessThan(150);
  });

  it.each(tasks)('retries throttling, transient answers and the platform with full jitter in %s', (_, task) => {
    const strategies = ['Throttled', 'Transient', 'Conflict', ...PLATFORM_ERRORS].map((error) => retrierFor(task, error)?.JitterStrategy);
    expect(new Set(strategies)).toEqual(new Set(['FULL']));
  });

  it.each(tasks)('never retries in %s what must be decided again or stay failed', (_, task) => {
    const retried = (task.Retry ?? []).flatMap((retrier) => retrier.ErrorEquals);
    expect(retried.filter((error) => ['Denied', 'UserConfig', 'Quota', 'Dirty', 'PlanStale', 'Superseded', 'LeaseLost'].includes(error))).toEqual([]);
  });

  it.each(tasks)('polls in %s at a steady pace for what is not ready', (_, task) => {
    expect(retrierFor(task, 'NotReady')).toMatchObject({ BackoffRate: 1 });
  });

  it('waits long enough for health, for interfaces that linger, and for the target lane', () => {
    const total = (name: StateName, error: string) => totalWait(retrierFor(definition.States[name] as TaskState, error) as Retrier);
    expect(total('WaitForHealthy', 'NotReady')).toBeGreaterThanOrEqual(3600);
    expect(total('DeleteLoadBalancer', 'Eventual')).toBeGreaterThanOrEqual(3600);
    expect(total('DeleteLoadBalancer', 'NotReady')).toBeGreaterThanOrEqual(3600);
    expect(total('RegisterTargets', 'NotReady')).toBeGreaterThanOrEqual(600);
    expect(total('MakePlan', 'Eventual')).toBeGreaterThanOrEqual(60);
  });

  it.each(STATES.filter((name) => !['AcquireLease', 'ReportStatus', 'ReleaseLease'].includes(name)))('leads the known errors of %s where they belong', (name) => {
    expect(caughtBy(definition.States[name] as TaskState)).toEqual({
      Dirty: 'AcquireLease',
      PlanStale: 'AcquireLease',
      Superseded: 'Superseded',
      LeaseLost: 'Superseded',
      UserConfig: 'ReportStatus',
      Quota: 'ReportStatus',
    });
  });

  it.each(tasks)('never leads an error of %s back into it, and catches nothing but names of ours', (name, task) => {
    const caught = caughtBy(task);
    expect(Object.values(caught)).not.toContain(name);
    expect(Object.keys(caught).filter((error) => !['Dirty', 'PlanStale', 'Superseded', 'LeaseLost', 'UserConfig', 'Quota'].includes(error))).toEqual([]);
  });

  it('reaches every state from its start', () => {
    const nexts = (state: State): string[] => [
      ...('Next' in state && state.Next !== undefined ? [state.Next] : []),
      ...(state.Type === 'Choice' ? [...state.Choices.map((rule) => rule.Next), ...(state.Default === undefined ? [] : [state.Default])] : []),
      ...(state.Type === 'Task' ? (state.Catch ?? []).map((catcher) => catcher.Next) : []),
    ];
    const reached = new Set([definition.StartAt]);
    for (const name of reached) for (const next of nexts(definition.States[name] as State)) reached.add(next);
    expect([...reached].sort()).toEqual(Object.keys(definition.States).sort());
  });

  it('reads like this', () => {
    const lines = Object.entries(definition.States).map(([name, state]) => {
      if (state.Type === 'Choice') return `${name}? ${state.Choices.map((rule) => `${rule.Variable} ${String(rule.StringEquals ?? rule.BooleanEquals ?? 'given')} → ${rule.Next}`).join(', ')}${state.Default === undefined ? '' : `, else → ${state.Default}`}`;
      return `${name} → ${'Next' in state ? (state.Next ?? 'end') : 'end'}`;
    });
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "Begin → AcquireLease
      AcquireLease → ResolveSubnets
      ResolveSubnets → ChangedSinceLastPass
      ChangedSinceLastPass? $.network.outcome unchanged → ReleaseLease, $.network.outcome applied → KeepPlan, else → MakePlan
      KeepPlan → RegisterTargets
      MakePlan → WhatToDo
      WhatToDo? $.plan.outcome apply → CreateLoadBalancer, $.plan.outcome noop → RegisterTargets, $.plan.outcome delete → DeleteLoadBalancer, $.plan.outcome blocked → ReportStatus
      CreateLoadBalancer → MoreToCreate
      MoreToCreate? $.work.more true → CreateLoadBalancer, else → RegisterTargets
      RegisterTargets → AddSecurityGroupRules
      AddSecurityGroupRules → ReportStatus
      DeleteLoadBalancer → MoreToDelete
      MoreToDelete? $.work.more true → DeleteLoadBalancer, else → ReleaseLease
      ReportStatus → WorthWaiting
      WorthWaiting? $.error.Error given → ReleaseLease, $.plan.outcome blocked → ReleaseLease, else → WaitForHealthy
      WaitForHealthy → CollectGarbage
      CollectGarbage → ReleaseLease
      ReleaseLease → DirtyMeanwhile
      DirtyMeanwhile? $.release.outcome again → AcquireLease, else → Done
      Done → end
      Superseded → end"
    `);
  });
});
