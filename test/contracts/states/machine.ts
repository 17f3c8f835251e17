import { CreateStateMachineCommand, DescribeExecutionCommand, GetExecutionHistoryCommand, RedriveExecutionCommand, SFNClient, StartExecutionCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { createLambdaRuntime } from '../../../infra/local/aws/lambda/lambda-runtime';
import { drivenInterpreter } from '../../../infra/local/engine/driven-interpreter';
import { createStates, type States } from '../../../infra/local/engine/states';
import { workflowDefinition } from '../../../infra/workflow';
import { STATES, type StateName } from '../../../shared/contract/steps';
import { clientConfig, drivenWorld, localAwsOf, passTime, type DrivenWorld } from '../driven-aws';

export const MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:stepbalancer-reconcile';
export const INPUT = { v: 1, key: 'svc#prod#default/web', gen: 3 };

type Behaviour = (input: unknown) => unknown;

/** What each function does when nothing else is asked of it: the way of a create. */
export const usual: Record<StateName, Behaviour> = {
  AcquireLease: () => ({ fence: 1, runGen: 3, pass: 1 }),
  ResolveSubnets: () => ({ outcome: 'resolved' }),
  MakePlan: () => ({ outcome: 'apply', planId: 'p1' }),
  CreateLoadBalancer: () => ({ more: false }),
  RegisterTargets: () => ({}),
  AddSecurityGroupRules: () => ({}),
  ReportStatus: () => ({}),
  WaitForHealthy: () => ({ health: 'healthy' }),
  CollectGarbage: () => ({}),
  DeleteLoadBalancer: () => ({ more: false }),
  ReleaseLease: () => ({ outcome: 'released' }),
};

/** An error of that name, as a function throws it. */
export function failure(name: string): Behaviour {
  return () => {
    throw Object.assign(new Error(`because of ${name}`), { name });
  };
}

/** Step Functions with the real workflow on functions that do what a test says. */
export interface MachineUnderTest {
  readonly world: DrivenWorld;
  readonly states: States;
  readonly sfn: SFNClient;
  /** Change it to change what a function does. */
  readonly behaviour: Record<StateName, Behaviour>;
  /** The functions that were called, in order. */
  readonly called: StateName[];
  start(name?: string): Promise<string>;
  describe(arn: string): ReturnType<typeof describe>;
  history(arn: string): Promise<HistoryEvent[]>;
  redrive(arn: string): Promise<unknown>;
  /** The process ends here; the answer is a new one on the same storage. */
  restart(): Promise<MachineUnderTest>;
}

const describe = (sfn: SFNClient, executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));

const arns = Object.fromEntries(STATES.map((name) => [name, `arn:aws:lambda:eu-west-1:111122223333:function:${name}`])) as Record<StateName, string>;

/** Starts Step Functions and makes the state machine if there is none. */
export async function startMachine(world: DrivenWorld = drivenWorld(), behaviour = { ...usual }): Promise<MachineUnderTest> {
  const called: StateName[] = [];
  const findFunction = (arn: string) => {
    const name = STATES.find((state) => arns[state] === arn);
    if (name === undefined) return undefined;
    const handler = (input: never) => {
      called.push(name);
      return behaviour[name](input);
    };
    return { name, arn, handler };
  };
  const states = createStates(world, { runtime: createLambdaRuntime(world), findFunction, interpreter: drivenInterpreter(world) });
  const sfn = new SFNClient(clientConfig(localAwsOf(world, { states: states.operations })));
  await sfn.send(new CreateStateMachineCommand({ name: 'stepbalancer-reconcile', definition: JSON.stringify(workflowDefinition(arns)), roleArn: 'arn:aws:iam::111122223333:role/reconcile' }));
  return {
    world,
    states,
    sfn,
    behaviour,
    called,
    async start(name) {
      const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE, input: JSON.stringify(INPUT), ...(name !== undefined && { name }) }));
      return executionArn;
    },
    describe: (arn) => describe(sfn, arn),
    history: async (executionArn) => (await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))).events ?? [],
    redrive: (executionArn) => sfn.send(new RedriveExecutionCommand({ executionArn })),
    async restart() {
      states.halt();
      await passTime(world.clock, 0);
      return startMachine(drivenWorld({ storage: world.storage, clock: world.clock }), behaviour);
    },
  };
}
