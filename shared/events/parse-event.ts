import { EventEnvelope, eventSource } from '../contract/events';
import type { ObjectRef } from '../model/problem';

/** What an event means. `dropped` says why by name, never with what was in it. */
export type WakeUp =
  | { readonly type: 'object.changed'; readonly cluster: string; readonly object: ObjectRef; readonly hints: Readonly<Record<string, string>> }
  | { readonly type: 'sync.requested' | 'heartbeat'; readonly cluster: string }
  | { readonly type: 'dropped'; readonly reason: 'not-json' | 'malformed' | 'wrong-source' };

/**
 * Reads one message of the intake: EventBridge's envelope as text. An event only counts for the cluster whose source it carries; a forwarder may write
 * no other (infra/permissions.ts), so one cluster cannot speak for another.
 */
export function parseEvent(text: string): WakeUp {
  const envelope = EventEnvelope.safeParse(parseJson(text));
  if (!envelope.success) return { type: 'dropped', reason: parseJson(text) === undefined ? 'not-json' : 'malformed' };
  const { source, 'detail-type': type, detail } = envelope.data;
  const { cluster, object, hints = {} } = detail;
  if (source !== eventSource(cluster)) return { type: 'dropped', reason: 'wrong-source' };
  if (type !== 'object.changed') return { type, cluster };
  if (!object) return { type: 'dropped', reason: 'malformed' };
  const { uid, ...named } = object;
  return { type, cluster, object: { ...named, ...(uid === undefined ? {} : { uid }) }, hints };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
