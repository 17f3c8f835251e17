import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AwsClientConfig } from './client-config';
import { callOptions, sdkConfig, speakStepErrors } from './sdk';
import { chunks } from './shapes';

/** One message for a FIFO queue. Group and deduplication id: at most 128 characters (AWS: SendMessage). */
export interface FifoMessage {
  readonly body: string;
  readonly group: string;
  readonly deduplicationId: string;
}

/** The FIFO queue of the target lane: one message per group is worked on at a time, in order. */
export interface TargetQueue {
  /** Sends in batches of ten; answers those that the queue did not take. Throws when a whole call failed. */
  send(messages: readonly FifoMessage[]): Promise<readonly FifoMessage[]>;
}

const BATCH = 10;

/** The client for the queue. */
export function createTargetQueue({ config, queueUrl }: { readonly config: AwsClientConfig; readonly queueUrl: string }): TargetQueue {
  const client = new SQSClient(sdkConfig(config));
  speakStepErrors(client);
  return {
    async send(messages) {
      const refused: FifoMessage[] = [];
      for (const batch of chunks(messages, BATCH)) {
        const Entries = batch.map(({ body, group, deduplicationId }, index) => ({ Id: String(index), MessageBody: body, MessageGroupId: group, MessageDeduplicationId: deduplicationId }));
        const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }), callOptions(config));
        refused.push(...Failed.flatMap(({ Id }) => batch[Number(Id)] ?? []));
      }
      return refused;
    },
  };
}
