import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateStateMachineCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEvents } from '../../infra/local/aws/events/events';
import { createLambdaRuntime } from '../../infra/local/aws/lambda/lambda-runtime';
import { createSqs, type Sqs } from '../../infra/local/aws/sqs/sqs';
import { drivenInterpreter } from '../../infra/local/engine/driven-interpreter';
import { createStates } from '../../infra/local/engine/states';
import { createEventBus } from '../../shared/aws/event-bus';
import { createExecutions } from '../../shared/aws/executions';
import { createTargetQueue } from '../../shared/aws/target-queue';
import { clientConfig, drivenWorld, localAwsOf, passTime, type DrivenWorld } from './driven-aws';

/** The narrow clients of what wakes and is woken, against the local AWS. */
describe('waking', () => {
  let world: DrivenWorld;
  let sqs: Sqs;
  let config: ReturnType<typeof clientConfig>;
  const refused = new Set<string>();
  beforeEach(() => {
    world = drivenWorld();
    sqs = createSqs(world);
    refused.clear();
    const refusal = ({ Detail: detail }: { Detail?: string | undefined }) => (refused.has(detail ?? '') ? { code: 'ThrottlingException', message: 'slow down' } : undefined);
    const events = createEvents(world, { queues: sqs.queues, disturbance: { refusal } });
    const states = createStates(world, { runtime: createLambdaRuntime(world), findFunction: () => undefined, interpreter: drivenInterpreter(world) });
    config = clientConfig(localAwsOf(world, { sqs: sqs.operations, events: events.operations, states: states.operations }));
  });

  it('sends any number of messages, each in its group', async () => {
    const { QueueUrl: queueUrl = '' } = await new SQSClient(config).send(new CreateQueueCommand({ QueueName: 'targets.fifo', Attributes: { FifoQueue: 'true' } }));
    const queue = createTargetQueue({ config, queueUrl });
    const messages = Array.from({ length: 23 }, (_, n) => ({ body: `body ${n}`, group: `tg#c1#default/b-${n}`, deduplicationId: `tg#c1#default/b-${n}#1` }));
    expect(await queue.send(messages)).toEqual([]);
    expect(await queue.send(messages.slice(0, 1))).toEqual([]);
    const received = sqs.queues.receive('arn:aws:sqs:eu-west-1:111122223333:targets.fifo', { max: 100 });
    expect(received.map(({ body }) => body).toSorted()).toEqual(messages.map(({ body }) => body).toSorted());
  });

  it('throws what the queue says by our names', async () => {
    const queue = createTargetQueue({ config, queueUrl: 'http://local.test/111122223333/none.fifo' });
    await expect(queue.send([{ body: 'b', group: 'g', deduplicationId: 'd' }])).rejects.toMatchObject({ details: { awsCode: expect.stringContaining('NonExistentQueue') as string } });
  });

  it('puts events in batches and answers those that the bus did not take', async () => {
    await new EventBridgeClient(config).send(new CreateEventBusCommand({ Name: 'stepbalancer' }));
    const events = Array.from({ length: 12 }, (_, n) => ({ source: 'stepbalancer.c1', detailType: 'object.changed', detail: `{"n":${n}}` }));
    refused.add('{"n":3}').add('{"n":11}');
    expect(await createEventBus({ config, bus: 'stepbalancer' }).put(events)).toEqual([events[3], events[11]]);
  });

  it('starts an execution; the same name is the same while it runs, and taken afterwards', async () => {
    const sfn = new SFNClient(config);
    const definition = JSON.stringify({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, Next: 'Done' }, Done: { Type: 'Succeed' } } });
    const { stateMachineArn: stateMachine = '' } = await sfn.send(new CreateStateMachineCommand({ name: 'reconcile', definition, roleArn: 'arn:aws:iam::111122223333:role/r' }));
    const executions = createExecutions({ config, stateMachine });
    const input = { v: 1, key: 'svc#c1#default/web', gen: 1 };
    const first = await executions.start({ name: 'web-1', input });
    expect(first).toMatchObject({ outcome: 'started', arn: expect.stringContaining(':web-1') as string });
    expect(await executions.start({ name: 'web-1', input })).toEqual(first);
    expect(await executions.start({ name: 'web-1', input: { ...input, gen: 2 } })).toEqual({ outcome: 'exists' });
    if (first.outcome === 'started') await sfn.send(new StopExecutionCommand({ executionArn: first.arn }));
    await passTime(world.clock, 1000);
    expect(await executions.start({ name: 'web-1', input })).toEqual({ outcome: 'exists' });
  });
});
