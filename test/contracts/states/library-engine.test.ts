import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStateMachineCommand, DescribeExecutionCommand, GetExecutionHistoryCommand, RedriveExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLambdaRuntime } from '../../../infra/local/aws/lambda/lambda-runtime';
import { realClock } from '../../../infra/local/clock';
import { libraryInterpreter } from '../../../infra/local/engine/library-interpreter';
import { createStates, type States } from '../../../infra/local/engine/states';
import { fileStorage, type Storage } from '../../../infra/local/storage';
import { workflowDefinition } from '../../../infra/workflow';
import { STATES, type StateName } from '../../../shared/contract/steps';
import { seededRandom } from '../../../infra/local/seeded-random';
import { clientConfig, localAwsOf } from '../driven-aws';
import { failure, INPUT, MACHINE, usual } from './machine';

let folder: string;
let storage: Storage;
let states: States;
let sfn: SFNClient;
let behaviour: typeof usual;

const arns = Object.fromEntries(STATES.map((name) => [name, `arn:aws:lambda:eu-west-1:111122223333:function:${name}`])) as Record<StateName, string>;

const startEngine = async () => {
  storage = fileStorage(join(folder, 'state.sqlite'));
  const world = { storage, clock: realClock(), random: seededRandom(3), factor: 0.01 };
  const findFunction = (arn: string) => {
    const name = STATES.find((state) => arns[state] === arn);
    return name && { name, arn, handler: (input: never) => behaviour[name](input) };
  };
  states = createStates(world, { runtime: createLambdaRuntime(world), findFunction, interpreter: libraryInterpreter(world) });
  sfn = new SFNClient(clientConfig(localAwsOf(world, { states: states.operations })));
  await sfn.send(new CreateStateMachineCommand({ name: 'stepbalancer-reconcile', definition: JSON.stringify(workflowDefinition(arns)), roleArn: 'arn:aws:iam::111122223333:role/reconcile' }));
};
const begin = async () => (await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE, input: JSON.stringify(INPUT) }))).executionArn ?? '';
const look = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));
const until = (executionArn: string, status: string) => expect.poll(async () => (await look(executionArn)).status, { interval: 10, timeout: 10_000 }).toBe(status);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepbalancer-states-'));
  behaviour = { ...usual };
  await startEngine();
});

afterEach(() => {
  states.halt();
  storage.close();
  rmSync(folder, { recursive: true });
});

describe('the engine of the local system', () => {
  it('runs the workflow, fails, and goes on by a redrive', async () => {
    behaviour.CreateLoadBalancer = failure('Denied');
    const arn = await begin();
    await until(arn, 'FAILED');
    behaviour.CreateLoadBalancer = usual.CreateLoadBalancer;
    await sfn.send(new RedriveExecutionCommand({ executionArn: arn }));
    await until(arn, 'SUCCEEDED');
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: arn, maxResults: 1000 }));
    const entered = events.flatMap(({ stateEnteredEventDetails: details }) => details?.name ?? []);
    expect(entered.filter((name) => name === 'CreateLoadBalancer')).toHaveLength(1);
    expect(entered.at(-1)).toBe('Done');
    expect(events.filter(({ type }) => type === 'ExecutionRedriven')).toHaveLength(1);
  });

  it('has on disk which state it is in before it calls its function', async () => {
    const seen: string[] = [];
    behaviour.MakePlan = () => {
      const [running] = storage.collection<{ at: { state: string; isEntered: boolean } }>('states/executions').values();
      seen.push(`${running?.at.state} ${running?.at.isEntered}`);
      return { outcome: 'blocked' };
    };
    await until(await begin(), 'SUCCEEDED');
    expect(seen).toEqual(['MakePlan true']);
  });

  it('finds on the same folder what was interrupted, and redrives it there', async () => {
    behaviour.WaitForHealthy = () => new Promise(() => undefined);
    const arn = await begin();
    await expect.poll(() => storage.collection<{ at: { state: string } }>('states/executions').get(arn)?.at.state, { interval: 10 }).toBe('WaitForHealthy');
    states.halt();
    storage.close();
    await startEngine();
    expect(await look(arn)).toMatchObject({ status: 'FAILED', error: 'Local.Interrupted', redriveStatus: 'REDRIVABLE' });
    behaviour.WaitForHealthy = usual.WaitForHealthy;
    behaviour.MakePlan = failure('MustNotBeCalled');
    await sfn.send(new RedriveExecutionCommand({ executionArn: arn }));
    await until(arn, 'SUCCEEDED');
  });

  it('stops an execution between two attempts', async () => {
    let calls = 0;
    behaviour.MakePlan = () => {
      calls += 1;
      return failure('NotReady')(undefined);
    };
    const arn = await begin();
    await expect.poll(() => calls, { interval: 5 }).toBeGreaterThan(0);
    await sfn.send(new StopExecutionCommand({ executionArn: arn }));
    const callsBefore = calls;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(calls).toBe(callsBefore);
    expect(await look(arn)).toMatchObject({ status: 'ABORTED' });
  });
});
