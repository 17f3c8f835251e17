import { Duration } from 'aws-cdk-lib';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FUNCTION_TIMEOUT_SECONDS } from './workflow';

const SECURE = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
/** A message that failed so often waits for a person; its key is found by the next resync or sweep anyway. */
const MAX_RECEIVES = 5;
const DEAD_LETTER_RETENTION = Duration.days(14); // as long as SQS can

/** A queue and where its messages end that nobody could work on. */
export interface LaneQueues {
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

/** What clusters tell, on its way to `route-events`. */
export function intakeQueues(parent: Construct): LaneQueues {
  const scope = new Construct(parent, 'Intake');
  const deadLetters = new Queue(scope, 'DeadLetters', { ...SECURE, queueName: 'stepbalancer-intake-dead', retentionPeriod: DEAD_LETTER_RETENTION });
  const queue = new Queue(scope, 'Queue', {
    ...SECURE,
    queueName: 'stepbalancer-intake',
    visibilityTimeout: Duration.seconds(FUNCTION_TIMEOUT_SECONDS * 6), // AWS: Configuring an Amazon SQS queue to use with Lambda
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
  });
  return { queue, deadLetters };
}

/** Keys of the target lane, on their way to `sync-targets`: one message group per key is the lock, so groups do not wait for each other. */
export function targetQueues(parent: Construct): LaneQueues {
  const scope = new Construct(parent, 'Targets');
  const fifo = { ...SECURE, fifo: true } as const;
  const deadLetters = new Queue(scope, 'DeadLetters', { ...fifo, queueName: 'stepbalancer-targets-dead.fifo', retentionPeriod: DEAD_LETTER_RETENTION });
  const queue = new Queue(scope, 'Queue', {
    ...fifo,
    queueName: 'stepbalancer-targets.fifo',
    // A hidden message holds up its whole group, so it comes back soon; never before the function's time is over.
    visibilityTimeout: Duration.seconds(FUNCTION_TIMEOUT_SECONDS * 1.5),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    // High throughput: limits hold per message group, not for the queue.
    deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
  });
  return { queue, deadLetters };
}
