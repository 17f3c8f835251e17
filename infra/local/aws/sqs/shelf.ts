import type { Collection } from '../../storage';
import type { World } from '../operation';
import type { Message } from './message';
import { readQueueSettings, type Queue } from './queue';
import type { QueueRegistry } from './queues';
import type { Stored } from './receivable';

/** Where the messages of all queues are kept. */
export interface Shelf {
  readonly world: World;
  readonly queues: QueueRegistry;
  /** Called after something may have become receivable. */
  readonly onChange: (arn: string) => void;
}

/** Sequence numbers of FIFO messages have 20 digits. */
const FIRST_SEQUENCE = 10n ** 19n;

/** The messages of a queue by their serial number, in the order in which they were sent. */
export function messagesOf({ world }: Shelf, arn: string): Collection<Message> {
  return world.storage.collection<Message>(`sqs/messages/${arn}`);
}

/** Milliseconds on the local clock for AWS's seconds. */
export function scaledMs({ world }: Shelf, seconds: number): number {
  return seconds * 1000 * world.factor;
}

/** Messages within the queue's retention period; older ones are removed on the way. */
export function keptMessages(shelf: Shelf, queue: Queue): Stored {
  const messages = messagesOf(shelf, queue.arn);
  const oldest = shelf.world.clock.now() - scaledMs(shelf, readQueueSettings(queue).retentionSeconds);
  for (const [id, { sentAt }] of messages.entries()) if (sentAt < oldest) messages.delete(id);
  return messages.entries();
}

/** Puts a message behind all others of a queue. */
export function appendMessage(shelf: Shelf, queue: Queue, message: Omit<Message, 'sequenceNumber'>): Message {
  const serials = shelf.world.storage.collection<number>('sqs/serials');
  const serial = (serials.get(queue.arn) ?? 0) + 1;
  serials.set(queue.arn, serial);
  const stored: Message = { ...message, ...(queue.isFifo && { sequenceNumber: String(FIRST_SEQUENCE + BigInt(serial)) }) };
  messagesOf(shelf, queue.arn).set(String(serial).padStart(12, '0'), stored);
  shelf.onChange(queue.arn);
  return stored;
}

/** Puts a message of one queue behind those of another, as if nobody had received it. `sentAt` stays on standard queues, as in AWS. */
export function moveMessage(shelf: Shelf, from: { arn: string; id: string; message: Message }, to: { queue: Queue; deadLetterSourceArn?: string }): void {
  const { receiptHandle: _, firstReceivedAt: __, deadLetterSourceArn: ___, sequenceNumber: ____, ...rest } = from.message;
  const now = shelf.world.clock.now();
  messagesOf(shelf, from.arn).delete(from.id);
  appendMessage(shelf, to.queue, {
    ...rest,
    inFlight: false,
    visibleAt: now,
    receiveCount: 0,
    sentAt: to.queue.isFifo ? now : rest.sentAt,
    ...(to.deadLetterSourceArn !== undefined && { deadLetterSourceArn: to.deadLetterSourceArn }),
  });
  shelf.onChange(from.arn);
}
