import { RedriveExecutionCommand, UpdateStateMachineCommand, DescribeStateMachineForExecutionCommand, DescribeStateMachineCommand, CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { STATES } from '../../../shared/contract/steps';
import { passTime } from '../driven-aws';
import { failure, MACHINE, startMachine, usual, type MachineUnderTest } from './machine';

let machine: MachineUnderTest;

beforeEach(async () => {
  machine = await startMachine();
});

const onTheWayOf = { DeleteLoadBalancer: 'delete' } as Record<string, string>;

describe('a redrive', () => {
  it.each(STATES)('goes on at %s where it failed, with the same input, and calls nothing before it again', async (state) => {
    machine.behaviour.MakePlan = () => ({ outcome: onTheWayOf[state] ?? 'apply', planId: 'p1' });
    const mended = machine.behaviour[state];
    machine.behaviour[state] = failure('Denied');
    const arn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    expect(await machine.describe(arn)).toMatchObject({ status: 'FAILED', error: 'Denied' });
    const callsBefore = machine.called.length;
    machine.behaviour[state] = mended;
    await machine.redrive(arn);
    await passTime(machine.world.clock, 1_000);
    expect(await machine.describe(arn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, redriveDate: new Date(machine.world.clock.now() - 1_000) });
    expect(machine.called[callsBefore]).toBe(state);
    expect(machine.called.slice(0, callsBefore).filter((name) => machine.called.slice(callsBefore).includes(name))).toEqual([state]);
    const events = await machine.history(arn);
    const index = events.findIndex(({ type }) => type === 'ExecutionRedriven');
    expect(events[index]).toMatchObject({ executionRedrivenEventDetails: { redriveCount: 1 } });
    const inputs = [events.slice(0, index).findLast(({ type }) => type === 'LambdaFunctionScheduled'), events[index + 1]].map((event) => event?.lambdaFunctionScheduledEventDetails?.input);
    expect(inputs[1]).toBe(inputs[0]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it.each(STATES)('goes on at %s when the process ended while it ran', async (state) => {
    machine.behaviour.MakePlan = () => ({ outcome: onTheWayOf[state] ?? 'apply', planId: 'p1' });
    const mended = machine.behaviour[state];
    machine.behaviour[state] = () => new Promise(() => undefined);
    const arn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    const restarted = await machine.restart();
    expect(await restarted.describe(arn)).toMatchObject({ status: 'FAILED', error: 'Local.Interrupted', redriveStatus: 'REDRIVABLE' });
    restarted.behaviour[state] = mended;
    await restarted.redrive(arn);
    await passTime(machine.world.clock, 1_000);
    expect(await restarted.describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(restarted.called[0]).toBe(state);
  });

  it('begins at the start where the process ended before anything was done', async () => {
    const arn = await machine.start();
    const restarted = await machine.restart();
    expect(await restarted.describe(arn)).toMatchObject({ status: 'FAILED', error: 'Local.Interrupted' });
    expect(machine.called).toEqual([]);
    await restarted.redrive(arn);
    await passTime(machine.world.clock, 1_000);
    expect(await restarted.describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('counts attempts anew', async () => {
    machine.behaviour.MakePlan = failure('Transient');
    const arn = await machine.start();
    await passTime(machine.world.clock, 600_000);
    await machine.redrive(arn);
    await passTime(machine.world.clock, 600_000);
    expect(machine.called.filter((name) => name === 'MakePlan')).toHaveLength(18);
    await machine.redrive(arn);
    await passTime(machine.world.clock, 600_000);
    expect(await machine.describe(arn)).toMatchObject({ status: 'FAILED', redriveCount: 2 });
  });

  it('is refused for what runs, what succeeded, and what is older than 14 days', async () => {
    const arn = await machine.start();
    await expect(machine.redrive(arn)).rejects.toMatchObject({ name: 'ExecutionNotRedrivable', message: 'Execution is RUNNING and cannot be redriven' });
    await passTime(machine.world.clock, 1_000);
    await expect(machine.redrive(arn)).rejects.toMatchObject({ name: 'ExecutionNotRedrivable', message: 'Execution is SUCCEEDED and cannot be redriven' });
    machine.behaviour.MakePlan = failure('Denied');
    const old = await machine.start();
    await passTime(machine.world.clock, 15 * 86_400_000);
    expect(await machine.describe(old)).toMatchObject({ redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: 'Execution redrivable period exceeded' });
    await expect(machine.redrive(old)).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
    await expect(machine.redrive(`${MACHINE.replace('stateMachine', 'execution')}:none`)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  });

  it('by two people at once starts once', async () => {
    machine.behaviour.MakePlan = failure('Denied');
    const executionArn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    machine.behaviour.MakePlan = usual.MakePlan;
    const answers = await Promise.allSettled([machine.redrive(executionArn), machine.redrive(executionArn)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await passTime(machine.world.clock, 1_000);
    expect(machine.called.filter((name) => name === 'MakePlan')).toHaveLength(2);
  });

  it('of the same request twice is one redrive', async () => {
    machine.behaviour.MakePlan = failure('Denied');
    const executionArn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    const redrive = () => machine.sfn.send(new RedriveExecutionCommand({ executionArn, clientToken: 'token' }));
    expect((await redrive()).redriveDate).toEqual((await redrive()).redriveDate);
    expect(await machine.describe(executionArn)).toMatchObject({ redriveCount: 1 });
  });
});

describe('a state machine', () => {
  it('gives a new definition to new executions only', async () => {
    machine.behaviour.MakePlan = failure('Denied');
    const executionArn = await machine.start();
    await passTime(machine.world.clock, 1_000);
    const { definition = '' } = await machine.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: MACHINE }));
    await machine.sfn.send(new UpdateStateMachineCommand({ stateMachineArn: MACHINE, definition: '{"StartAt":"Nothing","States":{"Nothing":{"Type":"Succeed"}}}' }));
    const used = await machine.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    expect(JSON.parse(used.definition ?? '')).toEqual(JSON.parse(definition));
    machine.behaviour.MakePlan = usual.MakePlan;
    await machine.redrive(executionArn);
    const other = await machine.start();
    await passTime(machine.world.clock, 1_000);
    expect(machine.called.filter((name) => name === 'ReleaseLease')).toHaveLength(1);
    expect(await machine.describe(other)).toMatchObject({ status: 'SUCCEEDED', output: JSON.stringify({ v: 1, key: 'svc#prod#default/web', gen: 3 }) });
  });

  it.each([
    ['that is not JSON', '{', 'InvalidDefinition'],
    ['that leads nowhere', '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}', 'InvalidDefinition'],
    ['with a state that is not implemented', '{"StartAt":"A","States":{"A":{"Type":"Parallel","End":true,"Branches":[]}}}', 'UnsupportedOperation'],
    ['with a member that is not implemented', '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"OutputPath":"$.a"}}}', 'UnsupportedOperation'],
  ])('refuses a definition %s', async (_, definition, code) => {
    await expect(machine.sfn.send(new CreateStateMachineCommand({ name: 'other', definition, roleArn: 'arn:aws:iam::111122223333:role/reconcile' }))).rejects.toMatchObject({ name: code });
  });
});
