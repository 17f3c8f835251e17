import type { PutEventsRequest } from '@aws-sdk/client-eventbridge';
import { operation } from '../known-parameters';
import type { Operations, World } from '../operation';
import type { MessageQueues } from '../sqs/message-queues';
import { busOperations } from './bus-operations';
import { createDeliverer, type Disturbance } from './delivery';
import { putEvents } from './put-events';
import { eventRecords } from './records';
import { ruleOperations, targetOperations } from './rule-operations';

interface EventsOptions {
  /** Where targets are. */
  readonly queues: Pick<MessageQueues, 'send'>;
  /** What may go wrong; asked at every call, so its answers may change. */
  readonly disturbance?: Disturbance;
}

/** EventBridge: buses, rules with patterns, delivery to SQS. Stored deliveries of an earlier run go on at once. */
export function createEvents(world: World, { queues, disturbance = {} }: EventsOptions): { readonly operations: Operations } {
  const records = eventRecords(world);
  const deliverer = createDeliverer({ world, records, queues, disturbance });
  return {
    operations: {
      ...busOperations(records),
      ...ruleOperations(records),
      ...targetOperations(records),
      PutEvents: operation<PutEventsRequest>(['Entries'], (input, call) => putEvents({ world, records, deliverer, disturbance }, input, call)),
    },
  };
}
