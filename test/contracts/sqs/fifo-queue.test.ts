import { ChangeMessageVisibilityCommand, CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient, type Message } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSqs } from '../../../infra/local/aws/sqs/sqs';
import { clientConfig, drivenWorld, localAwsOf, passTime, type DrivenWorld } from '../driven-aws';

let world: DrivenWorld;
let sqs: SQSClient;
let url: string;

const create = async (attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: 'targets.fifo', Attributes: { FifoQueue: 'true', VisibilityTimeout: '60', ...attributes } }))).QueueUrl ?? '';
const send = (group: string, body: string, deduplicationId = `${group}#${body}`) => sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, MessageGroupId: group, MessageDeduplicationId: deduplicationId }));
const receive = async (max = 10) => (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: max, MessageSystemAttributeNames: ['All'] }))).Messages ?? [];
const remove = (message: Message | undefined) => sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
const bodies = (messages: readonly Message[]) => messages.map(({ Body: body }) => body);

beforeEach(() => {
  world = drivenWorld();
  sqs = new SQSClient(clientConfig(localAwsOf(world, { sqs: createSqs(world).operations })));
});

describe('a FIFO queue', () => {
  beforeEach(async () => {
    url = await create();
  });

  it('keeps the order of a group, and numbers messages upwards', async () => {
    for (const body of ['1', '2', '3']) await send('a', body);
    const messages = await receive();
    expect(bodies(messages)).toEqual(['1', '2', '3']);
    const numbers = messages.map((message) => BigInt(message.Attributes?.SequenceNumber ?? 0));
    expect(numbers.toSorted((x, y) => Number(x - y))).toEqual(numbers);
    expect(numbers[0]?.toString()).toHaveLength(20);
  });

  it('closes a group while one of its messages is in flight, and no other group', async () => {
    await send('a', '1');
    await send('a', '2');
    await send('b', '3');
    const [first] = await receive(1);
    expect(bodies(await receive())).toEqual(['3']);
    await remove(first);
    expect(bodies(await receive())).toEqual(['2']);
  });

  it('delivers the same message first when its visibility time-out ends', async () => {
    await send('a', '1');
    await send('a', '2');
    await receive(1);
    await passTime(world.clock, 60_000);
    expect(bodies(await receive())).toEqual(['1', '2']);
  });

  it('opens the group again when the holder lets go', async () => {
    await send('a', '1');
    const [held] = await receive();
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: held?.ReceiptHandle, VisibilityTimeout: 0 }));
    expect(bodies(await receive())).toEqual(['1']);
  });

  it('refuses a receipt handle that has expired', async () => {
    await send('a', '1');
    const [message] = await receive();
    await passTime(world.clock, 60_000);
    await expect(remove(message)).rejects.toMatchObject({ name: 'InvalidParameterValue', message: expect.stringContaining('The receipt handle has expired') as string });
  });

  it('drops a second message of the same deduplication id within five minutes, even if the first is gone', async () => {
    const first = await send('a', 'one', 'key#7');
    await remove((await receive())[0]);
    expect(await send('a', 'two', 'key#7')).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    expect(await receive()).toEqual([]);
    await passTime(world.clock, 5 * 60_000);
    await send('a', 'three', 'key#7');
    expect(bodies(await receive())).toEqual(['three']);
  });

  it('wants a group, and a deduplication id or digests of the content', async () => {
    await expect(sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', MessageDeduplicationId: 'd' }))).rejects.toMatchObject({ name: 'MissingParameter' });
    await expect(sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', MessageGroupId: 'g' }))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd', DelaySeconds: 5 }))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('deduplication', () => {
  it('goes by the content where the queue says so', async () => {
    url = await create({ ContentBasedDeduplication: 'true' });
    for (const body of ['same', 'same', 'other']) await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, MessageGroupId: 'g' }));
    expect(bodies(await receive())).toEqual(['same', 'other']);
  });

  it('goes by the group where the queue says so', async () => {
    url = await create({ DeduplicationScope: 'messageGroup' });
    await send('a', '1', 'd');
    await send('b', '2', 'd');
    expect(bodies(await receive())).toEqual(['1', '2']);
  });
});
