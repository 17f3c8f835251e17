import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSqs } from '../../../infra/local/aws/sqs/sqs';
import { clientConfig, drivenWorld, localAwsOf, passTime, type DrivenWorld } from '../driven-aws';

let world: DrivenWorld;
let sqs: SQSClient;
let url: string;

const create = async (name: string, attributes: Record<string, string> = {}) => (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))).QueueUrl ?? '';
const sendTo = (queueUrl: string, body: string) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
const receive = async (input: Partial<ConstructorParameters<typeof ReceiveMessageCommand>[0]> = {}) => (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, ...input }))).Messages ?? [];
const counts = async () => {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;
  const { Attributes: found = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }));
  return names.map((name) => Number(found[name]));
};

beforeEach(async () => {
  world = drivenWorld();
  sqs = new SQSClient(clientConfig(localAwsOf(world, { sqs: createSqs(world).operations })));
  url = await create('intake', { VisibilityTimeout: '60' });
});

describe('a standard queue', () => {
  it('hands a message out once, with what was sent, until it is deleted', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'hello', MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' }, raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2) } } }));
    const [message] = await receive({ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] });
    expect(message).toMatchObject({
      Body: 'hello',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' }, raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2) } },
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(world.clock.now()) },
    });
    expect(await receive()).toEqual([]);
    expect(await counts()).toEqual([0, 1, 0]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
    expect(await counts()).toEqual([0, 0, 0]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
  });

  it('computes the digest of attributes as AWS documents it', async () => {
    const { MD5OfMessageAttributes: digest } = await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } }));
    // 00000001 'a' 00000006 'String' 01 00000001 'b'
    expect(digest).toBe(createHash('md5').update(Buffer.from('000000016100000006537472696e67010000000162', 'hex')).digest('hex'));
  });

  it('shows a message again when its visibility time-out ends, and counts', async () => {
    await sendTo(url, 'again');
    await receive();
    await passTime(world.clock, 59_000);
    expect(await receive()).toEqual([]);
    await passTime(world.clock, 1_000);
    expect((await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] }))[0]?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
  });

  it('lets a message go at once when its visibility is set to zero, and only while it is in flight', async () => {
    await sendTo(url, 'back');
    const [first] = await receive();
    const change = () => sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }));
    await change();
    await expect(change()).rejects.toMatchObject({ name: 'MessageNotInflight' });
    expect(await receive()).toHaveLength(1);
  });

  it('keeps a delayed message back', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'later', DelaySeconds: 30 }));
    expect(await receive()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 1]);
    await passTime(world.clock, 30_000);
    expect(await receive()).toHaveLength(1);
  });

  it('answers a long poll as soon as a message comes, or when its time is over', async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    await passTime(world.clock, 5_000);
    await sendTo(url, 'now');
    await passTime(world.clock, 0);
    expect((await waiting).map(({ Body: body }) => body)).toEqual(['now']);
    const inVain = receive({ WaitTimeSeconds: 20 });
    const before = world.clock.now();
    await passTime(world.clock, 20_000);
    expect(await inVain).toEqual([]);
    expect(world.clock.now() - before).toBe(20_000);
  });

  it('answers a long poll when a message that somebody held becomes visible', async () => {
    await sendTo(url, 'held');
    await receive({ VisibilityTimeout: 10 });
    const waiting = receive({ WaitTimeSeconds: 20 });
    await passTime(world.clock, 10_000);
    expect(await waiting).toHaveLength(1);
  });

  it('answers batches entry by entry', async () => {
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: 'good', MessageBody: 'one' }, { Id: 'bad', MessageBody: 'two', DelaySeconds: 1000 }] }));
    expect(sent.Successful?.map(({ Id: id }) => id)).toEqual(['good']);
    expect(sent.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameterValue', SenderFault: true }]);
    const [message] = await receive();
    const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: 'a', ReceiptHandle: message?.ReceiptHandle }, { Id: 'b', ReceiptHandle: 'nonsense' }] }));
    expect(deleted.Successful?.map(({ Id: id }) => id)).toEqual(['a']);
    expect(deleted.Failed).toMatchObject([{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }]);
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [] }))).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: 'a', MessageBody: '1' }, { Id: 'a', MessageBody: '2' }] }))).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
  });

  it('moves what was received too often to the dead-letter queue, and back when asked to', async () => {
    const deadUrl = await create('dead');
    const { Attributes: dead = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead['QueueArn'], maxReceiveCount: 2 }) } }));
    await sendTo(url, 'poison');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await receive()).toHaveLength(1);
      await passTime(world.clock, 60_000);
    }
    expect(await receive()).toEqual([]);
    const [buried] = await receive({ QueueUrl: deadUrl, VisibilityTimeout: 0, MessageSystemAttributeNames: ['DeadLetterQueueSourceArn'] });
    expect(buried).toMatchObject({ Body: 'poison', Attributes: { DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-1:111122223333:intake' } });
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: dead['QueueArn'] }));
    const tasks = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: dead['QueueArn'] }));
    expect(tasks.Results).toMatchObject([{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }]);
    expect((await receive()).map(({ Body: body }) => body)).toEqual(['poison']);
  });

  it('forgets a message after its retention period', async () => {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { MessageRetentionPeriod: '60' } }));
    await sendTo(url, 'old');
    await passTime(world.clock, 61_000);
    expect(await receive()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('keeps accepted messages over a restart', async () => {
    await sendTo(url, 'kept');
    const again = drivenWorld({ storage: world.storage, clock: world.clock });
    sqs = new SQSClient(clientConfig(localAwsOf(again, { sqs: createSqs(again).operations })));
    expect(await receive()).toHaveLength(1);
  });
});

describe('queues', () => {
  it('are found by name and prefix, and made only once', async () => {
    expect(await create('intake', { VisibilityTimeout: '60' })).toBe(url);
    await expect(create('intake', { VisibilityTimeout: '61' })).rejects.toMatchObject({ name: 'QueueNameExists', message: expect.stringContaining('VisibilityTimeout') as string });
    await create('other');
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'intake' }))).QueueUrl).toBe(url);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'int' }))).QueueUrls).toEqual([url]);
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'none' }))).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it.each([
    ['VisibilityTimeout', '43201', 'InvalidAttributeValue'],
    ['DelaySeconds', 'soon', 'InvalidAttributeValue'],
    ['RedrivePolicy', '{"maxReceiveCount":3}', 'InvalidAttributeValue'],
    ['RedrivePolicy', '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:none","maxReceiveCount":3}', 'InvalidParameterValue'],
    ['ContentBasedDeduplication', 'true', 'InvalidAttributeName'],
    ['Colour', 'blue', 'InvalidAttributeName'],
  ])('refuse the attribute %s with the value %s', async (name, value, code) => {
    await expect(create('bad', { [name]: value })).rejects.toMatchObject({ name: code });
  });

  it('cannot be made again within a minute of their deletion', async () => {
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    await expect(receive()).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    await expect(create('intake')).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
    await passTime(world.clock, 60_000);
    await create('intake');
  });

  it('are purged at most once a minute', async () => {
    await sendTo(url, 'gone');
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    expect(await receive()).toEqual([]);
    await expect(sqs.send(new PurgeQueueCommand({ QueueUrl: url }))).rejects.toMatchObject({ name: 'PurgeQueueInProgress' });
  });
});
