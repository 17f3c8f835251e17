import type { Operations, World } from '../operation';
import { createMessageQueues, type MessageQueues } from './message-queues';
import { messageOperations } from './message-operations';
import { moveTaskOperations } from './move-tasks';
import { queueOperations } from './queue-operations';
import { createQueueUrls } from './queue-url';

/** SQS: its operations for the wire, its queues for the rest of the local system. */
export interface Sqs {
  readonly operations: Operations;
  readonly queues: MessageQueues;
  /** The URL of a queue, as GetQueueUrl answers it. */
  readonly urlOf: (queue: { account: string; region: string; name: string }) => string;
}

/**
 * Standard and FIFO queues, on the world's clock and storage. `endpoint` is where the local AWS answers (SDK clients without an endpoint of their own go
 * where a queue's URL points); without it URLs are AWS's own.
 */
export function createSqs(world: World, { endpoint }: { endpoint?: () => string | undefined } = {}): Sqs {
  const queues = createMessageQueues(world);
  const urls = createQueueUrls(endpoint);
  const parts = { world, queues, urls };
  return {
    operations: { ...queueOperations(parts), ...messageOperations(parts), ...moveTaskOperations(parts) },
    queues,
    urlOf: urls.urlOf,
  };
}
