import { createHash } from 'node:crypto';
import { AwsError } from '../operation';
import { uuid } from '../uuid';
import { checkBody, sizeOf, type Message } from './message';
import { readQueueSettings, type Queue, type QueueSettings } from './queue';
import { appendMessage, scaledMs, type Shelf } from './shelf';

export interface SendRequest {
  readonly body: string;
  readonly attributes?: Message['attributes'] | undefined;
  readonly senderId?: string | undefined;
  readonly traceHeader?: string | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** AWS's seconds, before the factor. */
  readonly delaySeconds?: number | undefined;
}

export interface Sent {
  readonly messageId: string;
  readonly sequenceNumber?: string;
}

interface Deduplication {
  readonly messageId: string;
  readonly sequenceNumber: string;
  readonly until: number;
}

/** AWS: "the deduplication interval" of FIFO queues. */
const DEDUPLICATION_SECONDS = 5 * 60;

/** AWS: what MessageGroupId and MessageDeduplicationId may hold. */
const ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/**
 * Sends one message. On a FIFO queue the second of two with the same deduplication id within 5 minutes is accepted and dropped, even if the first was
 * deleted meanwhile. Throws `QueueDoesNotExist`, `InvalidParameterValue`, `MissingParameter`, `InvalidMessageContents`.
 */
export function sendMessage(shelf: Shelf, arn: string, request: SendRequest): Sent {
  const queue = shelf.queues.find(arn);
  const settings = readQueueSettings(queue);
  checkSend(queue, settings, request);
  if (!queue.isFifo) return { messageId: append(shelf, queue, request).id };
  const deduplicationId = request.deduplicationId ?? createHash('sha256').update(request.body, 'utf8').digest('hex');
  const key = settings.deduplicatesPerGroup ? `${request.groupId ?? ''}\n${deduplicationId}` : deduplicationId;
  const duplicates = freshDuplicates(shelf, arn);
  const duplicate = duplicates.get(key);
  if (duplicate !== undefined) return { messageId: duplicate.messageId, sequenceNumber: duplicate.sequenceNumber };
  const { id: messageId, sequenceNumber = '' } = append(shelf, queue, { ...request, deduplicationId });
  duplicates.set(key, { messageId, sequenceNumber, until: shelf.world.clock.now() + scaledMs(shelf, DEDUPLICATION_SECONDS) });
  return { messageId, sequenceNumber };
}

function append(shelf: Shelf, queue: Queue, { body, attributes = {}, senderId = queue.account, groupId, deduplicationId, traceHeader, delaySeconds }: SendRequest): Message {
  const now = shelf.world.clock.now();
  return appendMessage(shelf, queue, {
    id: uuid(shelf.world.random),
    body,
    attributes,
    senderId,
    sentAt: now,
    visibleAt: now + scaledMs(shelf, delaySeconds ?? readQueueSettings(queue).delaySeconds),
    receiveCount: 0,
    inFlight: false,
    ...(groupId !== undefined && { groupId }),
    ...(deduplicationId !== undefined && { deduplicationId }),
    ...(traceHeader !== undefined && { traceHeader }),
  });
}

function freshDuplicates({ world: { storage, clock } }: Shelf, arn: string) {
  const duplicates = storage.collection<Deduplication>(`sqs/deduplication/${arn}`);
  const now = clock.now();
  for (const [key, { until }] of duplicates.entries()) if (until <= now) duplicates.delete(key);
  return duplicates;
}

function checkSend(queue: Queue, settings: QueueSettings, { body, attributes = {}, delaySeconds, groupId, deduplicationId }: SendRequest): void {
  checkBody(body);
  if (sizeOf(body, attributes) > settings.maximumBytes) throw new AwsError('InvalidParameterValue', `One or more parameters are invalid. Reason: Message must be shorter than ${settings.maximumBytes} bytes.`);
  if (delaySeconds !== undefined && (delaySeconds < 0 || delaySeconds > 900)) throw invalid('DelaySeconds', String(delaySeconds), 'DelaySeconds must be >= 0 and <= 900.');
  for (const [name, value] of Object.entries({ MessageGroupId: groupId, MessageDeduplicationId: deduplicationId })) {
    if (value !== undefined && !ID.test(value)) throw invalid(name, value, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`);
  }
  if (queue.isFifo) checkFifoSend(settings, { groupId, deduplicationId, delaySeconds });
  else if (deduplicationId !== undefined) throw invalid('MessageDeduplicationId', deduplicationId, 'The request include parameter that is not valid for this queue type.');
}

function checkFifoSend(settings: QueueSettings, { groupId, deduplicationId, delaySeconds = 0 }: Pick<SendRequest, 'groupId' | 'deduplicationId' | 'delaySeconds'>): void {
  if (groupId === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  if (delaySeconds !== 0) throw invalid('DelaySeconds', String(delaySeconds), 'The request include parameter that is not valid for this queue type.');
  if (deduplicationId !== undefined || settings.contentBasedDeduplication) return;
  throw new AwsError('InvalidParameterValue', 'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly.');
}

function invalid(name: string, value: string, reason: string): AwsError {
  return new AwsError('InvalidParameterValue', `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);
}
