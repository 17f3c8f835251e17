import type { SQSBatchItemFailure, SQSEvent, SQSRecord } from 'aws-lambda';
import type { LambdaRuntime, LocalFunction } from './lambda/lambda-runtime';
import { md5 } from './sqs/message';
import { systemAttributes } from './sqs/message-operations';
import type { MessageQueues } from './sqs/message-queues';
import type { ReceivedMessage } from './sqs/receive-messages';

interface EventSourceOptions {
  readonly queues: MessageQueues;
  readonly runtime: Pick<LambdaRuntime, 'invoke'>;
  readonly queueArn: string;
  readonly target: LocalFunction;
  /** Default 10, as in AWS. */
  readonly batchSize?: number;
  /** Batches at the same time; AWS begins with five. A FIFO group is never in two of them. */
  readonly concurrency?: number;
  /** Called when a whole invocation failed. */
  readonly onError?: (error: { errorType: string; errorMessage: string }) => void;
}

/** A queue that feeds a function. */
export interface EventSource {
  /** Takes no more messages; resolves when the running batches have ended. */
  stop(): Promise<void>;
}

/**
 * An event source mapping with `ReportBatchItemFailures`: polls the queue without a pause, calls the function with each batch, deletes what it did not report
 * as failed. What failed stays invisible until its visibility time-out ends. AWS: "Using Lambda with Amazon SQS".
 */
export function startEventSource({ queues, runtime, queueArn, target, batchSize = 10, concurrency = 5, onError }: EventSourceOptions): EventSource {
  const running = new Set<Promise<void>>();
  let isStopped = false;

  const handle = async (messages: readonly ReceivedMessage[]) => {
    const outcome = await runtime.invoke(target, eventOf(queueArn, messages));
    if ('error' in outcome) return onError?.(outcome.error);
    const failed = failuresIn(outcome.payload, messages);
    for (const message of messages) if (!failed.has(message.id)) removeIfHeld(queues, queueArn, message);
  };
  const pump = () => {
    while (!isStopped && running.size < concurrency && queues.registry.has(queueArn)) {
      const messages = queues.receive(queueArn, { max: batchSize });
      if (messages.length === 0) return;
      const batch: Promise<void> = handle(messages).finally(() => {
        running.delete(batch);
        pump();
      });
      running.add(batch);
    }
  };
  const unwatch = queues.watch(queueArn, pump);
  return {
    async stop() {
      isStopped = true;
      unwatch();
      await Promise.allSettled(running);
    },
  };
}

/** Ids that were reported as failed. All of them if the report is malformed or names a message that was not in the batch. */
function failuresIn(payload: string, messages: readonly ReceivedMessage[]): Set<string> {
  const ids = messages.map(({ id }) => id);
  const report = JSON.parse(payload) as { batchItemFailures?: readonly SQSBatchItemFailure[] } | null;
  const reported = report?.batchItemFailures ?? [];
  const isSound = Array.isArray(reported) && reported.every(({ itemIdentifier: id }) => ids.includes(id));
  return new Set(isSound ? reported.map(({ itemIdentifier: id }) => id) : ids);
}

/** A handle that expired while the function ran deletes nothing: somebody else has the message. */
function removeIfHeld(queues: MessageQueues, arn: string, { receiptHandle }: ReceivedMessage): void {
  try {
    queues.remove(arn, receiptHandle);
  } catch {
    // The message comes again; functions take it twice without harm.
  }
}

function eventOf(queueArn: string, messages: readonly ReceivedMessage[]): SQSEvent {
  return { Records: messages.map((message) => recordOf(queueArn, message)) };
}

function recordOf(queueArn: string, message: ReceivedMessage): SQSRecord {
  const attributes = Object.entries(message.attributes).map(([name, { type, text, binary }]) => [name, { dataType: type, ...(text === undefined ? { binaryValue: binary ?? '' } : { stringValue: text }) }] as const);
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message) as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  };
}
