import type {
  CreateQueueRequest,
  DeleteQueueRequest,
  GetQueueAttributesRequest,
  GetQueueUrlRequest,
  ListDeadLetterSourceQueuesRequest,
  ListQueuesRequest,
  ListQueueTagsRequest,
  PurgeQueueRequest,
  SetQueueAttributesRequest,
  TagQueueRequest,
  UntagQueueRequest,
} from '@aws-sdk/client-sqs';
import { operation } from '../known-parameters';
import { AwsError, type Operations } from '../operation';
import { checkQueueAttributes, readQueueSettings, showQueueAttributes, type Queue } from './queue';
import type { SqsParts } from './queue-url';
import { queueArn } from './queues';

const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'];

type Find = (url: string | undefined, call: { region: string }) => Queue;

/** Operations on queues themselves. AWS: Amazon SQS API reference. */
export function queueOperations(parts: SqsParts): Operations {
  const find: Find = (url, call) => parts.queues.registry.find(parts.urls.arnOf(url, call));
  return { ...lifeOperations(parts, find), ...listOperations(parts, find), ...attributeOperations(parts, find), ...tagOperations(parts, find) };
}

function lifeOperations({ world, queues, urls }: SqsParts, find: Find): Operations {
  const { registry } = queues;
  return {
    CreateQueue: operation<CreateQueueRequest>(['QueueName', 'Attributes', 'tags'], ({ QueueName: name = '', Attributes: attributes = {}, tags = {} }, { account, region }) => {
      const queue = registry.create({ account, region, name, attributes, tags });
      readDeadLetterQueue(queue, (arn) => registry.has(arn));
      return { QueueUrl: urls.urlOf(queue) };
    }),
    GetQueueUrl: operation<GetQueueUrlRequest>(['QueueName', 'QueueOwnerAWSAccountId'], ({ QueueName: name = '', QueueOwnerAWSAccountId: owner }, { account, region }) => ({
      QueueUrl: urls.urlOf(registry.find(queueArn({ account: owner ?? account, region, name }))),
    })),
    DeleteQueue: operation<DeleteQueueRequest>(['QueueUrl'], ({ QueueUrl: url }, call) => {
      const { arn } = find(url, call);
      queues.clear(arn);
      registry.remove(arn);
      return {};
    }),
    PurgeQueue: operation<PurgeQueueRequest>(['QueueUrl'], ({ QueueUrl: url }, call) => {
      const queue = find(url, call);
      if (call.now < (queue.purgedAt ?? -Infinity) + 60_000 * world.factor) throw new AwsError('PurgeQueueInProgress', `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`);
      queues.clear(queue.arn);
      registry.update({ ...queue, purgedAt: call.now });
      return {};
    }),
  };
}

function listOperations({ queues: { registry }, urls }: SqsParts, find: Find): Operations {
  return {
    ListQueues: operation<ListQueuesRequest>(['QueueNamePrefix', 'MaxResults', 'NextToken'], ({ QueueNamePrefix: prefix = '', ...page }, call) =>
      pageOf(registry.list(call).filter(({ name }) => name.startsWith(prefix)), page, (found) => ({ QueueUrls: found.map(urls.urlOf) })),
    ),
    ListDeadLetterSourceQueues: operation<ListDeadLetterSourceQueuesRequest>(['QueueUrl', 'MaxResults', 'NextToken'], ({ QueueUrl: url, ...page }, call) => {
      const { arn } = find(url, call);
      const sources = registry.list(call).filter((queue) => readQueueSettings(queue).redrive?.deadLetterTargetArn === arn);
      return pageOf(sources, page, (found) => ({ queueUrls: found.map(urls.urlOf) }));
    }),
  };
}

function attributeOperations({ queues }: SqsParts, find: Find): Operations {
  const { registry } = queues;
  return {
    GetQueueAttributes: operation<GetQueueAttributesRequest>(['QueueUrl', 'AttributeNames'], ({ QueueUrl: url, AttributeNames: wanted = [] }, call) => {
      const queue = find(url, call);
      return { Attributes: pick({ ...showQueueAttributes(queue), ...counts(queues.count(queue.arn)) }, wanted) };
    }),
    SetQueueAttributes: operation<SetQueueAttributesRequest>(['QueueUrl', 'Attributes'], ({ QueueUrl: url, Attributes: attributes = {} }, call) => {
      const queue = find(url, call);
      if ('FifoQueue' in attributes) throw new AwsError('InvalidAttributeName', 'Unknown Attribute FifoQueue.');
      checkQueueAttributes(attributes, queue.isFifo);
      const changed = { ...queue, attributes: { ...queue.attributes, ...attributes }, modifiedAt: call.now };
      readDeadLetterQueue(changed, (arn) => registry.has(arn));
      registry.update(changed);
      return {};
    }),
  };
}

function tagOperations({ queues: { registry } }: SqsParts, find: Find): Operations {
  return {
    ListQueueTags: operation<ListQueueTagsRequest>(['QueueUrl'], ({ QueueUrl: url }, call) => ({ Tags: find(url, call).tags })),
    TagQueue: operation<TagQueueRequest>(['QueueUrl', 'Tags'], ({ QueueUrl: url, Tags: tags = {} }, call) => {
      const queue = find(url, call);
      registry.update({ ...queue, tags: { ...queue.tags, ...tags } });
      return {};
    }),
    UntagQueue: operation<UntagQueueRequest>(['QueueUrl', 'TagKeys'], ({ QueueUrl: url, TagKeys: keys = [] }, call) => {
      const queue = find(url, call);
      registry.update({ ...queue, tags: Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !keys.includes(key))) });
      return {};
    }),
  };
}

/** A dead-letter queue exists and is of the same type. */
function readDeadLetterQueue(queue: Queue, exists: (arn: string) => boolean): void {
  const target = readQueueSettings(queue).redrive?.deadLetterTargetArn;
  if (target === undefined) return;
  if (!exists(target)) throw new AwsError('InvalidParameterValue', `Value ${queue.attributes['RedrivePolicy'] ?? ''} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`);
  if (target.endsWith('.fifo') !== queue.isFifo) throw new AwsError('InvalidParameterValue', 'Dead-letter queue must be same type of queue as the source.');
}

function counts({ visible, inFlight, delayed }: { visible: number; inFlight: number; delayed: number }): Record<string, string> {
  return Object.fromEntries(COUNTS.map((name, index) => [name, String([visible, inFlight, delayed][index])]));
}

function pick(attributes: Readonly<Record<string, string>>, wanted: readonly string[]): Record<string, string> {
  if (wanted.includes('All')) return attributes;
  const optional = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];
  const unknown = wanted.find((name) => !(name in attributes) && !optional.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted.includes(name)));
}

/** Without `MaxResults` SQS answers everything (up to 1000) and no token. */
function pageOf(all: readonly Queue[], { MaxResults: size = 1000, NextToken: token = '0' }: { MaxResults?: number | undefined; NextToken?: string | undefined }, show: (found: readonly Queue[]) => object): object {
  const start = Number(token);
  if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidParameterValue', 'Invalid or expired next token.');
  const end = start + size;
  return { ...show(all.slice(start, end)), ...(end < all.length && { NextToken: String(end) }) };
}
