import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityRequest,
  DeleteMessageBatchRequest,
  DeleteMessageRequest,
  Message as SdkMessage,
  ReceiveMessageRequest,
  SendMessageBatchRequest,
  SendMessageRequest,
} from '@aws-sdk/client-sqs';
import { operation } from '../known-parameters';
import { AwsError, type Call, type Operations } from '../operation';
import { runBatch } from './batch';
import { waitForMessages } from './long-poll';
import { md5, md5OfAttributes, pickAttributes, sizeOf, storeAttributes, type Message } from './message';
import type { SqsParts } from './queue-url';
import type { ReceivedMessage } from './receive-messages';

type SendFields = Pick<SendMessageRequest, 'MessageBody' | 'DelaySeconds' | 'MessageAttributes' | 'MessageSystemAttributes' | 'MessageDeduplicationId' | 'MessageGroupId'>;

/** AWS: a message, and all messages of a batch together, hold at most 1 MiB. */
const MAX_BATCH_BYTES = 1_048_576;

const SEND_FIELDS = ['MessageBody', 'DelaySeconds', 'MessageAttributes', 'MessageSystemAttributes', 'MessageDeduplicationId', 'MessageGroupId'] as const;

/** Operations on messages. AWS: Amazon SQS API reference. */
export function messageOperations(parts: SqsParts): Operations {
  const { queues, urls } = parts;
  return {
    SendMessage: operation<SendMessageRequest>(['QueueUrl', ...SEND_FIELDS], ({ QueueUrl: url, ...fields }, call) => send(parts, urls.arnOf(url, call), { fields, call })),
    SendMessageBatch: operation<SendMessageBatchRequest>(['QueueUrl', 'Entries'], ({ QueueUrl: url, Entries: entries }, call) => {
      const arn = parts.queues.registry.find(urls.arnOf(url, call)).arn;
      const bytes = (entries ?? []).reduce((sum, entry) => sum + sizeOf(entry.MessageBody ?? '', storeAttributes(entry.MessageAttributes)), 0);
      if (bytes > MAX_BATCH_BYTES) throw new AwsError('BatchRequestTooLong', `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`);
      return runBatch(entries, (fields) => send(parts, arn, { fields, call }));
    }),
    ReceiveMessage: operation<ReceiveMessageRequest>(
      ['QueueUrl', 'AttributeNames', 'MessageSystemAttributeNames', 'MessageAttributeNames', 'MaxNumberOfMessages', 'VisibilityTimeout', 'WaitTimeSeconds'],
      (input, call) => receive(parts, urls.arnOf(input.QueueUrl, call), input),
    ),
    DeleteMessage: operation<DeleteMessageRequest>(['QueueUrl', 'ReceiptHandle'], ({ QueueUrl: url, ReceiptHandle: handle = '' }, call) => {
      queues.remove(urls.arnOf(url, call), handle);
      return {};
    }),
    DeleteMessageBatch: operation<DeleteMessageBatchRequest>(['QueueUrl', 'Entries'], ({ QueueUrl: url, Entries: entries }, call) => {
      const { arn } = queues.registry.find(urls.arnOf(url, call));
      return runBatch(entries, ({ ReceiptHandle: handle = '' }) => queues.remove(arn, handle));
    }),
    ChangeMessageVisibility: operation<ChangeMessageVisibilityRequest>(['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout'], ({ QueueUrl: url, ReceiptHandle: receiptHandle = '', VisibilityTimeout: seconds = 0 }, call) => {
      queues.changeVisibility(urls.arnOf(url, call), { receiptHandle, seconds });
      return {};
    }),
    ChangeMessageVisibilityBatch: operation<ChangeMessageVisibilityBatchRequest>(['QueueUrl', 'Entries'], ({ QueueUrl: url, Entries: entries }, call) => {
      const { arn } = queues.registry.find(urls.arnOf(url, call));
      return runBatch(entries, ({ ReceiptHandle: receiptHandle = '', VisibilityTimeout: seconds = 0 }) => queues.changeVisibility(arn, { receiptHandle, seconds }));
    }),
  };
}

function send({ queues }: SqsParts, arn: string, { fields, call }: { fields: SendFields; call: Call }): object {
  const { MessageBody: body = '', MessageAttributes: given, MessageSystemAttributes: system, DelaySeconds: delaySeconds, MessageGroupId: groupId, MessageDeduplicationId: deduplicationId } = fields;
  const attributes = storeAttributes(given);
  const traceHeader = system?.AWSTraceHeader?.StringValue;
  const { messageId, sequenceNumber } = queues.send(arn, { body, attributes, senderId: call.caller, traceHeader, delaySeconds, groupId, deduplicationId });
  const md5OfGiven = md5OfAttributes(attributes);
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5(body),
    ...(md5OfGiven !== undefined && { MD5OfMessageAttributes: md5OfGiven }),
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
  };
}

/** Answers at once if there is something, else when there is or the wait is over. */
function receive({ world, queues }: SqsParts, arn: string, input: ReceiveMessageRequest): object | Promise<object> {
  const { MaxNumberOfMessages: max = 1, VisibilityTimeout: visibilitySeconds, WaitTimeSeconds: waitSeconds = queues.waitSeconds(arn) } = input;
  if (max < 1 || max > 10) throw new AwsError('InvalidParameterValue', `Value ${max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`);
  if (waitSeconds < 0 || waitSeconds > 20) throw new AwsError('InvalidParameterValue', `Value ${waitSeconds} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`);
  const take = () => queues.receive(arn, { max, visibilitySeconds });
  const found = take();
  if (found.length > 0 || waitSeconds === 0) return show(found, input);
  return waitForMessages({ clock: world.clock, queues, arn, waitMs: waitSeconds * 1000 * world.factor, take }).then((messages) => show(messages, input));
}

function show(messages: readonly ReceivedMessage[], { AttributeNames = [], MessageSystemAttributeNames = [], MessageAttributeNames }: ReceiveMessageRequest): object {
  if (messages.length === 0) return {};
  return { Messages: messages.map((message) => showMessage(message, { system: [...AttributeNames, ...MessageSystemAttributeNames], own: MessageAttributeNames ?? [] })) };
}

function showMessage(message: ReceivedMessage, { system, own }: { system: readonly string[]; own: readonly string[] }): SdkMessage {
  const picked = pickAttributes(message.attributes, own);
  const attributes = Object.entries(systemAttributes(message)).filter(([name]) => system.includes('All') || system.includes(name));
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(attributes.length > 0 && { Attributes: Object.fromEntries(attributes) }),
    ...(Object.keys(picked).length > 0 && {
      MD5OfMessageAttributes: md5OfAttributes(picked),
      MessageAttributes: Object.fromEntries(Object.entries(picked).map(([name, { type, text, binary }]) => [name, { DataType: type, ...(text === undefined ? { BinaryValue: Buffer.from(binary ?? '', 'base64') } : { StringValue: text }) }])),
    }),
  };
}

/** AWS: ReceiveMessage, `MessageSystemAttributeNames`. */
export function systemAttributes(message: Message): Record<string, string> {
  const { senderId, sentAt, receiveCount, firstReceivedAt, sequenceNumber, groupId, deduplicationId, traceHeader, deadLetterSourceArn } = message;
  return {
    SenderId: senderId,
    SentTimestamp: String(Math.floor(sentAt)),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(Math.floor(firstReceivedAt ?? sentAt)),
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
    ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
    ...(traceHeader !== undefined && { AWSTraceHeader: traceHeader }),
    ...(deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: deadLetterSourceArn }),
  };
}
