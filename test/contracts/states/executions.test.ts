import { GetExecutionHistoryCommand, ListExecutionsCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionEvent } from '../../../infra/local/engine/executions';
import { passTime } from '../driven-aws';
import { failure, INPUT, MACHINE, startMachine, type MachineUnderTest } from './machine';

let machine: MachineUnderTest;

beforeEach(async () => {
  machine = await startMachine();
});

describe('an execution', () => {
  it('runs to its end and shows what it did', async () => {
    const arn = await machine.start('web-3-abc');
    expect(arn).toBe('arn:aws:states:eu-west-1:111122223333:execution:stepbalancer-reconcile:web-3-abc');
    expect(await machine.describe(arn)).toMatchObject({ status: 'RUNNING', redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: 'Execution is RUNNING and cannot be redriven', redriveCount: 0 });
    await passTime(machine.world.clock, 1_000);
    const done = await machine.describe(arn);
    expect(done).toMatchObject({ status: 'SUCCEEDED', name: 'web-3-abc', stateMachineArn: MACHINE, input: JSON.stringify(INPUT), redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' });
    expect(JSON.parse(done.output ?? '')).toMatchObject({ ...INPUT, plan: { outcome: 'apply' }, health: { health: 'healthy' }, release: { outcome: 'released' }, error: null });
  });

  it('has a history in the shape of AWS', async () => {
    const arn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    const events = await machine.history(arn);
    expect(events.map(({ id, previousEventId }) => [id, previousEventId])).toEqual(events.map((_, index) => [index + 1, index]));
    expect(events.slice(0, 9).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'TaskStateEntered',
    ]);
    expect(events[0]).toMatchObject({ executionStartedEventDetails: { input: JSON.stringify(INPUT), roleArn: 'arn:aws:iam::111122223333:role/reconcile' }, timestamp: new Date(machine.world.clock.now() - 1_000) });
    expect(JSON.parse(events[4]?.lambdaFunctionScheduledEventDetails?.input ?? '')).toMatchObject({ ...INPUT, owner: arn, pass: 0 });
    expect(events.at(-1)?.type).toBe('ExecutionSucceeded');
  });

  it('shows an error by its name, with a cause in JSON as AWS has it, and fails', async () => {
    machine.behaviour.CreateLoadBalancer = failure('Denied');
    const arn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    const failed = await machine.describe(arn);
    expect(failed).toMatchObject({ status: 'FAILED', error: 'Denied', redriveStatus: 'REDRIVABLE' });
    expect(JSON.parse(failed.cause ?? '')).toMatchObject({ errorType: 'Denied', errorMessage: 'because of Denied' });
    const events = await machine.history(arn);
    expect(events.slice(-2)).toMatchObject([{ type: 'LambdaFunctionFailed', lambdaFunctionFailedEventDetails: { error: 'Denied' } }, { type: 'ExecutionFailed', executionFailedEventDetails: { error: 'Denied' } }]);
  });

  it('takes the time that its retries take', async () => {
    let polls = 0;
    machine.behaviour.WaitForHealthy = () => ((polls += 1) < 4 ? failure('NotReady')(undefined) : { health: 'healthy' });
    const arn = await machine.start();
    await passTime(machine.world.clock, 29_000);
    expect(await machine.describe(arn)).toMatchObject({ status: 'RUNNING' });
    await passTime(machine.world.clock, 2_000);
    expect(await machine.describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(polls).toBe(4);
  });

  it('retries a function that timed out', async () => {
    let calls = 0;
    machine.behaviour.MakePlan = () => ((calls += 1) === 1 ? new Promise(() => undefined) : { outcome: 'blocked' });
    const arn = await machine.start();
    await passTime(machine.world.clock, 65_000);
    expect(await machine.describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await machine.history(arn)).map(({ lambdaFunctionFailedEventDetails: details }) => details?.error).filter(Boolean)).toEqual(['Sandbox.Timedout']);
  });

  it('fails on an answer of more than 256 KiB', async () => {
    machine.behaviour.MakePlan = () => ({ outcome: 'x'.repeat(262_144) });
    const arn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    expect(await machine.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it('is stopped at once, and calls nothing any more', async () => {
    const plan = Promise.withResolvers<object>();
    machine.behaviour.MakePlan = () => plan.promise;
    const arn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    await machine.sfn.send(new StopExecutionCommand({ executionArn: arn, error: 'Operator', cause: 'enough' }));
    plan.resolve({ outcome: 'apply', planId: 'p' });
    await passTime(machine.world.clock, 60_000);
    expect(await machine.describe(arn)).toMatchObject({ status: 'ABORTED', error: 'Operator', cause: 'enough', redriveStatus: 'REDRIVABLE' });
    expect(machine.called.at(-1)).toBe('MakePlan');
    expect((await machine.history(arn)).at(-1)).toMatchObject({ type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'Operator' } });
  });

  it('tells those who watch what happens', async () => {
    const seen: ExecutionEvent[] = [];
    machine.states.onState((event) => seen.push(event));
    await machine.start('watched');
    await passTime(machine.world.clock, 1_000);
    const entered = seen.flatMap((event) => (event.type === 'entered' ? [event.state] : []));
    expect(entered.slice(0, 3)).toEqual(['Begin', 'AcquireLease', 'ResolveSubnets']);
    expect([seen[0]?.type, seen.at(-1)]).toMatchObject(['started', { type: 'ended', status: 'SUCCEEDED', name: 'watched' }]);
  });
});

describe('the name of an execution', () => {
  it('may be used again for the same request while it runs, and for nothing else', async () => {
    const arn = await machine.start('once');
    expect(await machine.start('once')).toBe(arn);
    await expect(machine.sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'once', input: '{}' }))).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await passTime(machine.world.clock, 1_000);
    await expect(machine.start('once')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it.each([['two words'], ['a/b'], ['x'.repeat(81)], ['svc#web']])('cannot be %s', async (name) => {
    await expect(machine.start(name)).rejects.toMatchObject({ name: 'InvalidName' });
  });

  it('is refused with an input that is not JSON, or for a machine that is not there', async () => {
    await expect(machine.sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE, input: '{' }))).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    await expect(machine.sfn.send(new StartExecutionCommand({ stateMachineArn: `${MACHINE}2` }))).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    await expect(machine.sfn.send(new StartExecutionCommand({ stateMachineArn: 'reconcile' }))).rejects.toMatchObject({ name: 'InvalidArn' });
  });
});

describe('lists', () => {
  it('show executions newest first, by status, in pages', async () => {
    await machine.start('one');
    await passTime(machine.world.clock, 1_000);
    machine.behaviour.MakePlan = failure('Denied');
    await machine.start('two');
    await passTime(machine.world.clock, 1_000);
    const list = async (input: object) => machine.sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE, ...input }));
    expect((await list({})).executions?.map(({ name }) => name)).toEqual(['two', 'one']);
    expect((await list({ statusFilter: 'FAILED' })).executions?.map(({ name }) => name)).toEqual(['two']);
    expect((await list({ redriveFilter: 'REDRIVEN' })).executions).toEqual([]);
    const first = await list({ maxResults: 1 });
    expect((await list({ maxResults: 1, nextToken: first.nextToken })).executions?.map(({ name }) => name)).toEqual(['one']);
  });

  it('show a history backwards, in pages, and without its data', async () => {
    const executionArn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    const page = await machine.sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 2, includeExecutionData: false }));
    expect(page.events?.map(({ type }) => type)).toEqual(['ExecutionSucceeded', 'SucceedStateExited']);
    expect(page.events?.[0]?.executionSucceededEventDetails).toEqual({});
    const next = await machine.sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 2, nextToken: page.nextToken }));
    expect(next.events?.map(({ type }) => type)).toEqual(['SucceedStateEntered', 'ChoiceStateExited']);
  });
});
