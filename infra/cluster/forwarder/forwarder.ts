import { type EventDetail, type EventType, VERSION } from '../../../shared/contract/events';
import type { ApiObject } from '../../../shared/kubernetes/cluster-client';
import type { Transport } from '../../../shared/kubernetes/transport';
import { followResource } from './informer';
import { createPace } from './pace';
import { createPublisher, type SendBatch } from './publisher';
import { digestEssence } from '../../../shared/events/essence';
import { FOLLOWED, type FollowedResource } from './relevance';
import type { Timers } from './timers';

const SECOND_MS = 1000;
const HEARTBEAT_MS = 60_000;

export interface ForwarderOptions {
  /** Our id of the cluster. */
  readonly cluster: string;
  readonly transport: Transport;
  readonly send: SendBatch;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  /** Multiplies the pauses: 1 in a cluster, smaller in the local system. */
  readonly factor?: number;
  /** One line of log: a constant message and values beside it. */
  readonly log: (message: string, values: Record<string, unknown>) => void;
}

/**
 * Watches a cluster and sends wake-ups: who may have changed, never what. On start and after a gap in a watch it asks for a full sync.
 * Runs until the signal fires.
 */
export async function runForwarder(options: ForwarderOptions): Promise<void> {
  const { timers, signal, log, factor = 1 } = options;
  const publisher = createPublisher({
    send: options.send,
    timers,
    signal,
    overflowed: () => publishDetail('sync.requested', { via: 'overflow' }),
    failed: (error) => log('events were not taken', { error: String(error) }),
  });

  function publishDetail(detailType: EventType, rest: Omit<EventDetail, 'v' | 'cluster'>): void {
    publisher.publish({ detailType, detail: JSON.stringify({ v: VERSION, cluster: options.cluster, ...rest } satisfies EventDetail) });
  }

  const beat = () => {
    publishDetail('heartbeat', { via: 'forwarder' });
    if (!signal.aborted) cancelBeat = timers.after(HEARTBEAT_MS * factor, beat);
  };
  let cancelBeat: () => void = () => undefined;
  beat();
  const syncs = createPace({ timers, intervalMs: SECOND_MS * factor, tell: () => publishDetail('sync.requested', { via: 'relist' }) });
  await Promise.all(FOLLOWED.map((followed) => follow(followed, { ...options, factor, publishDetail, requestSync: () => syncs.changed('sync') })));
  cancelBeat();
}

type Publish = (detailType: EventType, rest: Omit<EventDetail, 'v' | 'cluster'>) => void;

async function follow(followed: FollowedResource, options: ForwarderOptions & { factor: number; publishDetail: Publish; requestSync: () => void }): Promise<void> {
  const { transport, timers, signal, log, publishDetail, requestSync, factor } = options;
  const { resource, essence } = followed;
  const digests = new Map<string, string>();
  const pending = new Map<string, EventDetail['object'] & object>();
  const hintsOf = new Map<string, Record<string, string>>();
  const pace = createPace({
    timers,
    intervalMs: SECOND_MS * factor,
    tell: (name) => {
      const object = pending.get(name);
      const hints = hintsOf.get(name);
      if (object) publishDetail('object.changed', { object, ...(hints ? { hints } : {}), via: 'watch' });
      if (digests.has(name)) return;
      pending.delete(name); // it is gone, and that has been told
      hintsOf.delete(name);
    },
  });

  function remember(object: ApiObject): string {
    const name = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    pending.set(name, {
      group: resource.group,
      resource: resource.plural,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
      ...(object.metadata.uid ? { uid: object.metadata.uid } : {}),
    });
    if (essence.hints) hintsOf.set(name, essence.hints(object));
    return name;
  }

  await followResource({
    transport,
    resource,
    timers,
    signal,
    listener: {
      listed(objects) {
        digests.clear();
        pending.clear();
        hintsOf.clear();
        for (const object of objects.filter((candidate) => essence.concerns(candidate))) digests.set(remember(object), digestEssence(essence, object));
        requestSync();
        log('listed', { resource: resource.plural, objects: objects.length });
      },
      changed(type, object) {
        if (!essence.concerns(object)) return;
        const name = remember(object);
        const digest = type === 'DELETED' ? undefined : digestEssence(essence, object);
        if (digest !== undefined && digests.get(name) === digest) return;
        if (digest === undefined) digests.delete(name);
        else digests.set(name, digest);
        pace.changed(name);
      },
      failed: (error) => log('watch failed', { resource: resource.plural, error: String(error) }),
    },
  });
}
