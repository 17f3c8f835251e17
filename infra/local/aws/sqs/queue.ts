import { AwsError } from '../operation';

/** A queue as it is stored. Its messages are a collection of their own. */
export interface Queue {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly isFifo: boolean;
  /** What CreateQueue and SetQueueAttributes gave; defaults are not stored. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly purgedAt?: number;
}

/** How a queue treats its messages, in the unit that the name says (AWS's own, not scaled). */
export interface QueueSettings {
  readonly delaySeconds: number;
  readonly maximumBytes: number;
  readonly retentionSeconds: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicatesPerGroup: boolean;
  readonly redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

/** Integers: lowest, highest, default. AWS: SetQueueAttributes. */
const RANGES = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, 1_048_576, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
  KmsDataKeyReusePeriodSeconds: [60, 86_400, 300],
} as const satisfies Record<string, readonly [number, number, number]>;

const BOOLEANS = ['FifoQueue', 'ContentBasedDeduplication', 'SqsManagedSseEnabled'];
const WORDS: Readonly<Record<string, readonly string[]>> = { DeduplicationScope: ['queue', 'messageGroup'], FifoThroughputLimit: ['perQueue', 'perMessageGroupId'] };
const ONLY_FIFO = ['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];
const DOCUMENTS = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'];
const TEXTS = ['KmsMasterKeyId'];

const refuse = (name: string, reason = ''): never => {
  throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.${reason === '' ? '' : ` Reason: ${reason}`}`);
};

/** Checks attributes as CreateQueue and SetQueueAttributes get them. Throws `InvalidAttributeName`, `InvalidAttributeValue`. */
export function checkQueueAttributes(attributes: Readonly<Record<string, string>>, isFifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    // CDK and others send an empty text to take an attribute back to its default.
    if (value === '' && !(name in RANGES)) continue;
    checkQueueAttribute(name, value, isFifo);
  }
}

function checkQueueAttribute(name: string, value: string, isFifo: boolean): void {
  if (ONLY_FIFO.includes(name) && !isFifo) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  if (name in RANGES) return checkRange(name, value, RANGES[name as keyof typeof RANGES]);
  if (BOOLEANS.includes(name)) return value === 'true' || value === 'false' ? undefined : refuse(name);
  if (name in WORDS) return WORDS[name]?.includes(value) === true ? undefined : refuse(name);
  if (name === 'RedrivePolicy') return void readRedrivePolicy(value);
  if (DOCUMENTS.includes(name)) return void parseDocument(name, value);
  if (!TEXTS.includes(name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

function checkRange(name: string, value: string, [lowest, highest]: readonly [number, number, number]): void {
  if (!/^\d+$/.test(value) || Number(value) < lowest || Number(value) > highest) refuse(name, `Must be between ${lowest} and ${highest}, if provided.`);
}

function parseDocument(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return refuse(name, 'not valid JSON');
  }
}

function readRedrivePolicy(value: string): NonNullable<QueueSettings['redrive']> {
  const policy = parseDocument('RedrivePolicy', value) as { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
  const { deadLetterTargetArn } = policy;
  const maxReceiveCount = Number(policy.maxReceiveCount);
  if (typeof deadLetterTargetArn !== 'string') return refuse('RedrivePolicy', 'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  if (!Number.isInteger(maxReceiveCount) || maxReceiveCount < 1 || maxReceiveCount > 1000) return refuse('RedrivePolicy', 'maxReceiveCount must be an integer between 1 and 1000.');
  return { deadLetterTargetArn, maxReceiveCount };
}

/** What a queue's attributes mean, with AWS's defaults. */
export function readQueueSettings({ attributes }: Pick<Queue, 'attributes'>): QueueSettings {
  const number = (name: keyof typeof RANGES) => Number(attributes[name] ?? RANGES[name][2]);
  const { RedrivePolicy: redrivePolicy = '' } = attributes;
  return {
    delaySeconds: number('DelaySeconds'),
    maximumBytes: number('MaximumMessageSize'),
    retentionSeconds: number('MessageRetentionPeriod'),
    waitSeconds: number('ReceiveMessageWaitTimeSeconds'),
    visibilitySeconds: number('VisibilityTimeout'),
    contentBasedDeduplication: attributes['ContentBasedDeduplication'] === 'true',
    deduplicatesPerGroup: attributes['DeduplicationScope'] === 'messageGroup',
    ...(redrivePolicy !== '' && { redrive: readRedrivePolicy(redrivePolicy) }),
  };
}

/** All attributes that GetQueueAttributes shows besides the counts. */
export function showQueueAttributes(queue: Queue): Record<string, string> {
  const defaults = Object.fromEntries(Object.entries(RANGES).flatMap(([name, range]) => (name.startsWith('Kms') ? [] : [[name, String(range[2])]])));
  const fifo = queue.isFifo ? { ContentBasedDeduplication: 'false', DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' } : {};
  const given = Object.fromEntries(Object.entries(queue.attributes).filter(([, value]) => value !== ''));
  return {
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    SqsManagedSseEnabled: 'true',
    ...defaults,
    ...fifo,
    ...given,
  };
}
