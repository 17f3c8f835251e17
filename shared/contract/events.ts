import * as z from 'zod';
import { ClusterId } from './keys';

/** Version of everything that is stored or sent. A reader refuses versions that it does not know. */
export const VERSION = 1;

/** `detail-type` of our events. An event says who may have changed, never what. */
export const EVENT_TYPES = ['object.changed', 'sync.requested', 'heartbeat'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const Name = z.string().min(1).max(253);

/** The object that may have changed. Cluster-scoped objects have the empty namespace. */
export const EventObject = z.strictObject({
  group: z.string().max(253),
  resource: z.string().min(1).max(100),
  namespace: z.string().max(63),
  name: Name,
  uid: z.string().max(64).optional(),
});

/**
 * `detail` of an event, at most 2 KB. `hints` may help to choose a key and are never trusted;
 * `via` names the source that sent it (`watch`, `relist`, `audit`, `operator`).
 */
export const EventDetail = z.strictObject({
  v: z.literal(VERSION),
  cluster: ClusterId,
  object: EventObject.optional(),
  hints: z.record(z.string().max(64), z.string().max(256)).optional(),
  via: z.string().min(1).max(32),
});
export type EventDetail = z.infer<typeof EventDetail>;

/** The source that a cluster's forwarder may write: the rule drops every other one. */
export function eventSource(cluster: string): string {
  return `stepbalancer.${cluster}`;
}

/** What arrives in the intake queue: EventBridge's envelope around our detail. */
export const EventEnvelope = z.object({
  source: z.string(),
  'detail-type': z.enum(EVENT_TYPES),
  detail: EventDetail,
});
export type EventEnvelope = z.infer<typeof EventEnvelope>;
