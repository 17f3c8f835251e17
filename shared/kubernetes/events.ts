import { createHash } from 'node:crypto';
import type { ClusterEvent } from './cluster-client';
import type { ApiRequest, ApiResponse } from './transport';

const COMPONENT = 'stepbalancer';
const MESSAGE_LIMIT = 1024;

interface Deps {
  call(request: ApiRequest, subject: string, accepted?: readonly number[]): Promise<ApiResponse>;
  now(): number;
}

/**
 * Writes an Event, or counts up the one that says the same of the same object: its name is a digest of object, reason and message,
 * so that a repeated telling cannot pile up. A namespace that is gone or terminating (403, 404) is no error: nobody reads there any more.
 */
export async function recordEvent(deps: Deps, event: ClusterEvent): Promise<void> {
  const namespace = event.object.namespace || 'default';
  const message = event.message.slice(0, MESSAGE_LIMIT);
  const digest = createHash('sha256').update([event.object.uid, event.object.kind, namespace, event.object.name, event.type, event.reason, message].join('\u0000')).digest('hex');
  const name = `${event.object.name.slice(0, 230)}.${digest.slice(0, 16)}`;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const time = new Date(deps.now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const subject = `event on ${event.object.kind} ${namespace}/${event.object.name}`;
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { ...event.object, namespace },
    type: event.type,
    reason: event.reason,
    message,
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: COMPONENT,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  const created = await deps.call({ method: 'POST', path, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }, subject, [403, 404, 409]);
  if (created.status === 409) await countUp(deps, { path: `${path}/${encodeURIComponent(name)}`, time, subject });
}

async function countUp(deps: Deps, { path, time, subject }: { path: string; time: string; subject: string }): Promise<void> {
  const found = await deps.call({ method: 'GET', path }, subject, [403, 404]);
  if (found.status !== 200) return;
  const count = (JSON.parse(found.body) as { count?: number }).count ?? 1;
  await deps.call({ method: 'PATCH', path, body: JSON.stringify({ count: count + 1, lastTimestamp: time }), headers: { 'Content-Type': 'application/merge-patch+json' } }, subject, [403, 404, 409]);
}
