import type { World } from '../operation';
import { AwsError } from '../operation';
import type { MessageQueues } from '../sqs/message-queues';
import { compilePattern, type Matcher } from './pattern';
import type { EventRecords, Target } from './records';

/** An event in EventBridge's envelope. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** What may go wrong between a bus and its targets, decided by whoever wants to see it. */
export interface Disturbance {
  /** Delays (milliseconds, already scaled) at which copies arrive: `[0]` once and at once, `[0, 900]` twice, `[]` never. */
  readonly deliveries?: (event: BusEvent) => readonly number[];
  /** Refuses one entry of PutEvents, as a partial failure. */
  readonly refusal?: (entry: { Source?: string | undefined; Detail?: string | undefined }) => { code: string; message: string } | undefined;
}

interface Delivery {
  readonly ruleArn: string;
  readonly target: Target;
  readonly body: string;
  readonly dueAt: number;
}

/** EventBridge takes some hundred milliseconds from PutEvents to a target; AWS's seconds, before the factor. */
const LATENCY_SECONDS = { from: 0.05, to: 0.35 };

/** Takes accepted events to the targets of the rules that they fit. */
export interface Deliverer {
  accept(busArn: string, event: BusEvent): void;
}

interface Parts {
  readonly world: World;
  readonly records: EventRecords;
  readonly queues: Pick<MessageQueues, 'send'>;
  readonly disturbance: Disturbance;
}

/**
 * Deliveries are stored before PutEvents is answered and taken from there by a timer, so none is lost by a restart: at least once, in no order.
 * What cannot be delivered goes to the target's dead-letter queue, or is lost without one.
 */
export function createDeliverer({ world, records, queues, disturbance }: Parts): Deliverer {
  const { storage, clock, random, factor } = world;
  const deliveries = storage.collection<Delivery>('events/deliveries');
  const matchers = matcherCache();
  let serial = deliveries.entries().reduce((highest, [id]) => Math.max(highest, Number(id)), 0);
  let cancel: (() => void) | undefined;

  const arm = () => {
    cancel?.();
    const dueAt = Math.min(...deliveries.values().map((delivery) => delivery.dueAt));
    cancel = dueAt === Infinity ? undefined : clock.after(Math.max(0, dueAt - clock.now()), deliverDue);
  };
  const deliverDue = () => {
    const due = deliveries.entries().filter(([, { dueAt }]) => dueAt <= clock.now());
    for (const [id, delivery] of due.sort(([, a], [, b]) => a.dueAt - b.dueAt)) {
      storage.atomically(() => {
        deliver(queues, delivery);
        deliveries.delete(id);
      });
    }
    arm();
  };

  if (deliveries.size > 0) arm();
  return {
    accept(busArn, event) {
      const fitting = records.rules.values().filter((rule) => rule.busArn === busArn && rule.isEnabled && matchers(rule.pattern)(event));
      const body = JSON.stringify(event);
      for (const rule of fitting)
        for (const target of rule.targets)
          for (const late of disturbance.deliveries?.(event) ?? [0]) {
            const latency = (LATENCY_SECONDS.from + random() * (LATENCY_SECONDS.to - LATENCY_SECONDS.from)) * 1000 * factor;
            serial += 1;
            deliveries.set(String(serial), { ruleArn: rule.arn, target, body, dueAt: clock.now() + latency + late });
          }
      arm();
    },
  };
}

function deliver(queues: Pick<MessageQueues, 'send'>, { ruleArn, target, body }: Delivery): void {
  try {
    queues.send(target.arn, { body, groupId: target.messageGroupId });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (target.deadLetterArn !== undefined) bury(queues, { ruleArn, target, body, error });
  }
}

/** AWS: "Using dead-letter queues to process undelivered events in EventBridge". A dead-letter queue that is gone loses the event. */
function bury(queues: Pick<MessageQueues, 'send'>, { ruleArn, target, body, error }: Omit<Delivery, 'dueAt'> & { error: AwsError }): void {
  const text = (value: string) => ({ type: 'String', text: value });
  const attributes = { RULE_ARN: text(ruleArn), TARGET_ARN: text(target.arn), ERROR_CODE: text(error.code), ERROR_MESSAGE: text(error.message) };
  try {
    queues.send(target.deadLetterArn ?? '', { body, attributes });
  } catch (failure) {
    if (!(failure instanceof AwsError)) throw failure;
  }
}

function matcherCache(): (pattern: string) => Matcher {
  const compiled = new Map<string, Matcher>();
  return (pattern) => {
    const matcher = compiled.get(pattern) ?? compilePattern(pattern);
    compiled.set(pattern, matcher);
    return matcher;
  };
}
