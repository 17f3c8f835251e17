import { AwsError } from '../operation';
import type { Message } from './message';
import { readQueueSettings, type Queue } from './queue';
import { isVisible, receivableFromFifo, receivableFromStandard, type Stored } from './receivable';
import { keptMessages, messagesOf, moveMessage, scaledMs, type Shelf } from './shelf';

/** A message in somebody's hands. */
export type ReceivedMessage = Message & { readonly receiptHandle: string };

/**
 * Hands out at most `max` (default 10) messages, held for `visibilitySeconds` (default the queue's). One that was received `maxReceiveCount` times
 * already goes to the dead-letter queue instead. Throws `QueueDoesNotExist`.
 */
export function receiveMessages(shelf: Shelf, arn: string, { max = 10, visibilitySeconds }: { max?: number; visibilitySeconds?: number | undefined } = {}): ReceivedMessage[] {
  const queue = shelf.queues.find(arn);
  const now = shelf.world.clock.now();
  const receivable = (queue.isFifo ? receivableFromFifo : receivableFromStandard)(keptMessages(shelf, queue), now);
  const received: ReceivedMessage[] = [];
  for (const stored of receivable) {
    if (received.length >= max) break;
    if (!bury(shelf, queue, stored)) received.push(hold(shelf, queue, { stored, seconds: visibilitySeconds ?? readQueueSettings(queue).visibilitySeconds }));
  }
  return received;
}

/** Moves a message to the dead-letter queue if it was received too often; answers whether it did. */
function bury(shelf: Shelf, queue: Queue, [id, message]: Stored[number]): boolean {
  const { redrive } = readQueueSettings(queue);
  if (redrive === undefined || message.receiveCount < redrive.maxReceiveCount || !shelf.queues.has(redrive.deadLetterTargetArn)) return false;
  moveMessage(shelf, { arn: queue.arn, id, message }, { queue: shelf.queues.find(redrive.deadLetterTargetArn), deadLetterSourceArn: queue.arn });
  return true;
}

function hold(shelf: Shelf, queue: Queue, { stored: [id, message], seconds }: { stored: Stored[number]; seconds: number }): ReceivedMessage {
  const { clock, random } = shelf.world;
  const now = clock.now();
  const receiveCount = message.receiveCount + 1;
  const receiptHandle = Buffer.from(JSON.stringify([queue.name, id, receiveCount, Math.floor(random() * 2 ** 32)])).toString('base64url');
  const held = { ...message, receiptHandle, receiveCount, inFlight: seconds > 0, visibleAt: now + scaledMs(shelf, seconds), firstReceivedAt: message.firstReceivedAt ?? now };
  messagesOf(shelf, queue.arn).set(id, held);
  shelf.onChange(queue.arn);
  return held;
}

/**
 * Deletes a message by its last receipt handle; silent if it is gone or the handle is an older one. Throws `ReceiptHandleIsInvalid`, and on FIFO queues
 * `InvalidParameterValue` once the handle has expired.
 */
export function removeMessage(shelf: Shelf, arn: string, receiptHandle: string): void {
  const queue = shelf.queues.find(arn);
  const id = idOf(queue, receiptHandle);
  const message = messagesOf(shelf, arn).get(id);
  if (message === undefined) return;
  const isLatest = message.receiptHandle === receiptHandle;
  if (queue.isFifo && (!isLatest || isVisible(message, shelf.world.clock.now()))) {
    throw new AwsError('InvalidParameterValue', `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`);
  }
  if (isLatest) messagesOf(shelf, arn).delete(id);
  shelf.onChange(arn);
}

/** Holds a message for `seconds` from now, or lets it go with 0. Throws `ReceiptHandleIsInvalid`, `MessageNotInflight`, `InvalidParameterValue`. */
export function changeVisibility(shelf: Shelf, arn: string, { receiptHandle, seconds }: { receiptHandle: string; seconds: number }): void {
  if (seconds < 0 || seconds > 43_200) throw new AwsError('InvalidParameterValue', `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200.`);
  const id = idOf(shelf.queues.find(arn), receiptHandle);
  const message = messagesOf(shelf, arn).get(id);
  const now = shelf.world.clock.now();
  if (message?.receiptHandle !== receiptHandle || !message.inFlight || isVisible(message, now)) throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
  messagesOf(shelf, arn).set(id, { ...message, inFlight: seconds > 0, visibleAt: now + scaledMs(shelf, seconds) });
  shelf.onChange(arn);
}

function idOf(queue: Queue, receiptHandle: string): string {
  try {
    const [name, id]: unknown[] = JSON.parse(Buffer.from(receiptHandle, 'base64url').toString('utf8')) as unknown[];
    if (name === queue.name && typeof id === 'string') return id;
  } catch {
    // Not one of ours: refused below.
  }
  throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
}
