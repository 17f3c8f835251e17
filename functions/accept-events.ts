import type { WakeUp } from '../shared/events/parse-event';
import type { Store } from '../shared/store/store';
import type { CoreClients } from './clients';
import type { Log } from './log';
import { remember } from './remember';

/** One message of the intake, read. */
export interface Message {
  readonly id: string;
  readonly wakeUp: WakeUp;
}

/** Says that a message could not be answered and has to be delivered again. */
export type Fail = (id: string, error: unknown) => void;

type Deps = Pick<CoreClients, 'store' | 'now' | 'meter'>;

/** Leaves out what is malformed, and what comes from a cluster that is not registered or was released. */
export async function dropUnwanted({ store, meter, log, fail }: Deps & { readonly log: Log; readonly fail: Fail }, messages: readonly Message[]): Promise<Message[]> {
  const cluster = remember((id: string) => store.clusters.get(id));
  const kept: Message[] = [];
  let dropped = 0;
  for (const message of messages) {
    const reason = await whyDropped(message.wakeUp, cluster).catch((error: unknown) => (fail(message.id, error), 'not-now' as const));
    if (reason === undefined) kept.push(message);
    if (reason === undefined || reason === 'not-now') continue;
    dropped += 1;
    log.warn('an event was dropped', { reason, messageId: message.id });
  }
  if (dropped > 0) meter.count({ state: 'route-events', name: 'DroppedEvents', amount: dropped });
  return kept;
}

async function whyDropped(wakeUp: WakeUp, cluster: (id: string) => ReturnType<Store['clusters']['get']>): Promise<string | undefined> {
  if (wakeUp.type === 'dropped') return wakeUp.reason;
  const found = await cluster(wakeUp.cluster);
  if (!found) return 'cluster-not-registered';
  return found.mode === 'released' ? 'cluster-released' : undefined;
}

/** Heartbeats, and wishes for a full resync: once per cluster. `resync` looks for them every minute. */
export async function noteClusters({ store, now, fail }: Deps & { readonly fail: Fail }, messages: readonly Message[]): Promise<void> {
  const note = remember((text: string) => {
    const [type, id = ''] = text.split(' ');
    return store.clusters.update(id, type === 'heartbeat' ? { lastHeartbeatAt: now() } : { resyncRequestedAt: now() });
  });
  for (const { id, wakeUp } of messages) {
    if (wakeUp.type === 'heartbeat' || wakeUp.type === 'sync.requested') await note(`${wakeUp.type} ${wakeUp.cluster}`).catch((error: unknown) => fail(id, error));
  }
}
