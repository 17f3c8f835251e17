import { createTargetQueue } from '../../shared/aws/target-queue';
import type { Wiring } from '../clients';

/** The FIFO queue of the target lane. */
export function targetQueue({ aws, environment }: Wiring) {
  const queueUrl = environment.STEPBALANCER_TARGET_QUEUE;
  if (queueUrl === undefined) throw new Error('environment: STEPBALANCER_TARGET_QUEUE is expected in a function that wakes the target lane');
  return createTargetQueue({ config: aws, queueUrl });
}
