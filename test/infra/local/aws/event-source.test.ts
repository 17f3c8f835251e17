import type { SQSEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { startEventSource, type EventSource } from '../../../../infra/local/aws/event-source';
import { createLambdaRuntime, type LambdaRuntime } from '../../../../infra/local/aws/lambda/lambda-runtime';
import { startSchedule } from '../../../../infra/local/aws/schedule';
import { createSqs } from '../../../../infra/local/aws/sqs/sqs';
import type { MessageQueues } from '../../../../infra/local/aws/sqs/message-queues';
import { drivenWorld, passTime, settle, type DrivenWorld } from '../../../contracts/driven-aws';

const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:targets.fifo';
const PLAIN = 'arn:aws:sqs:eu-west-1:111122223333:intake';

let world: DrivenWorld;
let queues: MessageQueues;
let runtime: LambdaRuntime;
let source: EventSource;

const start = (queueArn: string, handler: (event: SQSEvent) => unknown, concurrency = 5) => {
  source = startEventSource({ queues, runtime, queueArn, concurrency, target: { name: 'f', arn: 'arn:f', handler } });
};
const bodiesOf = (event: SQSEvent) => event.Records.map(({ body }) => body);

beforeEach(() => {
  world = drivenWorld();
  queues = createSqs(world).queues;
  runtime = createLambdaRuntime(world);
  const place = { account: '111122223333', region: 'eu-west-1' };
  queues.registry.create({ ...place, name: 'intake', attributes: { VisibilityTimeout: '90' } });
  queues.registry.create({ ...place, name: 'targets.fifo', attributes: { FifoQueue: 'true', VisibilityTimeout: '90', ContentBasedDeduplication: 'true' } });
});

describe('an event source', () => {
  it('feeds batches to the function and deletes what it took', async () => {
    const batches: string[][] = [];
    start(PLAIN, (event) => void batches.push(bodiesOf(event)));
    for (let n = 1; n <= 12; n += 1) queues.send(PLAIN, { body: String(n) });
    await passTime(world.clock, 0);
    expect(batches.map((batch) => batch.length)).toEqual([10, 2]);
    expect(queues.count(PLAIN)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('keeps what the function reported as failed, for another try after the visibility time-out', async () => {
    const seen: string[][] = [];
    start(PLAIN, (event) => {
      seen.push(bodiesOf(event));
      return { batchItemFailures: event.Records.filter(({ body }) => body === 'bad' && seen.length === 1).map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    for (const body of ['good', 'bad']) queues.send(PLAIN, { body });
    await passTime(world.clock, 89_000);
    expect(seen).toEqual([['good', 'bad']]);
    await passTime(world.clock, 2_000);
    expect(seen).toEqual([['good', 'bad'], ['bad']]);
    expect(queues.count(PLAIN).inFlight).toBe(0);
  });

  it.each([
    ['throws', () => { throw new Error('no'); }],
    ['reports an unknown message', () => ({ batchItemFailures: [{ itemIdentifier: 'stranger' }] })],
  ])('keeps the whole batch when the function %s', async (_, answer) => {
    start(PLAIN, answer);
    queues.send(PLAIN, { body: 'x' });
    await passTime(world.clock, 0);
    expect(queues.count(PLAIN).inFlight).toBe(1);
  });

  it('works on one batch per message group at a time, and on several groups at once', async () => {
    const running: string[] = [];
    const finish: (() => void)[] = [];
    start(QUEUE, (event) => {
      running.push(bodiesOf(event).join());
      return new Promise<void>((resolve) => finish.push(resolve));
    });
    queues.send(QUEUE, { body: 'a1', groupId: 'a' });
    await passTime(world.clock, 0);
    queues.send(QUEUE, { body: 'a2', groupId: 'a' });
    queues.send(QUEUE, { body: 'b1', groupId: 'b' });
    await passTime(world.clock, 0);
    expect(running).toEqual(['a1', 'b1']);
    finish[0]?.();
    await passTime(world.clock, 0);
    expect(running).toEqual(['a1', 'b1', 'a2']);
    for (const done of finish) done();
  });

  it('stops when what runs has ended', async () => {
    let finish = () => undefined as void;
    start(PLAIN, () => new Promise<void>((resolve) => { finish = resolve; }));
    queues.send(PLAIN, { body: 'x' });
    await passTime(world.clock, 0);
    const stopped = source.stop();
    finish();
    await stopped;
    queues.send(PLAIN, { body: 'y' });
    await passTime(world.clock, 1_000);
    expect(queues.count(PLAIN)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });
});

describe('an invocation', () => {
  const invoke = (handler: (event: never) => unknown) => runtime.invoke({ name: 'f', arn: 'arn:f', handler }, { a: 1 });

  it('reports what was thrown by its name', async () => {
    class Odd extends Error {
      override readonly name = 'NotReady';
    }
    expect(await invoke(() => { throw new Odd('wait'); })).toMatchObject({ error: { errorType: 'NotReady', errorMessage: 'wait' } });
  });

  it('ends at its time-out, and when it is killed', async () => {
    const never = () => new Promise<void>(() => undefined);
    const slow = invoke(never);
    await passTime(world.clock, 60_000);
    expect(await slow).toMatchObject({ error: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringContaining('60.00 seconds') as string } });
    const killed = invoke(never);
    await settle();
    runtime.kill(runtime.running()[0]?.requestId ?? '');
    expect(await killed).toMatchObject({ error: { errorType: 'Lambda.Unknown' } });
    expect(runtime.running()).toEqual([]);
  });

  it('shares nothing with its caller', async () => {
    const event = { list: [1] };
    await runtime.invoke({ name: 'f', arn: 'arn:f', handler: (given: { list: number[] }) => given.list.push(2) }, event);
    expect(event).toEqual({ list: [1] });
    expect(await invoke(() => undefined)).toEqual({ payload: 'null' });
  });
});

describe('a schedule', () => {
  it('calls the function at its rate, scaled, and skips a turn while it still runs', async () => {
    const scaled = { ...world, factor: 0.1 };
    const starts: number[] = [];
    const began = world.clock.now();
    let finish = () => undefined as void;
    const schedule = startSchedule({ world: scaled, runtime, everySeconds: 60, target: { name: 'sweep', arn: 'arn:sweep', handler: () => { starts.push(world.clock.now() - began); return new Promise<void>((resolve) => { finish = resolve; }); } } });
    await passTime(world.clock, 13_000);
    expect(starts).toEqual([6_000]);
    finish();
    await passTime(world.clock, 6_000);
    expect(starts).toEqual([6_000, 18_000]);
    schedule.stop();
    finish();
    await passTime(world.clock, 60_000);
    expect(starts).toHaveLength(2);
  });
});
