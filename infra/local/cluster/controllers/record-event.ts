import { createHash } from 'node:crypto';
import type { KubeObject } from '../kube-object';
import { draft, timestamp } from '../kube-object';
import type { ClusterApi } from './cluster-api';

/** What happened to an object. */
export interface Happening {
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

const HOUR_MS = 3_600_000;

/** Writes an Event on an object; the same happening again counts up. Events that were last seen an hour ago go. */
export function recordEvent(api: ClusterApi, subject: KubeObject, { type = 'Normal', reason, message, component }: Happening): void {
  const namespace = subject.metadata.namespace ?? 'default';
  const { name, uid, resourceVersion } = subject.metadata;
  const now = timestamp(api.context.clock.now());
  const id = createHash('sha256').update(JSON.stringify([uid, type, reason, message, component])).digest('hex').slice(0, 16);
  const known = api.get('events', namespace, `${name}.${id}`);
  if (known !== undefined) {
    api.update('events', { ...draft(known), count: (known.count ?? 1) + 1, lastTimestamp: now });
    return;
  }
  forgetOld(api, namespace);
  const involvedObject = { apiVersion: subject.apiVersion, kind: subject.kind, name, uid, resourceVersion, ...(subject.metadata.namespace === undefined ? {} : { namespace }) };
  if (api.get('namespaces', undefined, namespace)?.metadata.deletionTimestamp !== undefined) return;
  api.create('events', { metadata: { name: `${name}.${id}`, namespace }, involvedObject, type, reason, message, source: { component }, reportingComponent: component, reportingInstance: '', firstTimestamp: now, lastTimestamp: now, count: 1 });
}

function forgetOld(api: ClusterApi, namespace: string): void {
  const limit = api.context.clock.now() - HOUR_MS;
  const old = api.list('events', namespace).filter((event) => Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp) < limit);
  for (const event of old) api.remove('events', event);
}
