import type { StateItem } from '../contract/items';
import type { ClusterClient } from '../kubernetes/cluster-client';
import { type ObjectKey, readService } from '../observe/cluster-access';
import type { Holder, Store } from '../store/store';
import { digest } from '../targets/digest';

/** What is not as it should be, in words. */
export interface Waiting {
  readonly what: string;
  /** Waiting longer changes nothing: the reason code of the Event. */
  readonly final?: keyof typeof FINAL;
}

/** What is expected, and what to do. */
const FINAL = {
  NoReadyEndpoints: { expected: 'at least one ready endpoint', advice: "The load balancer serves as soon as a pod that the Service selects becomes ready; check its selector and the pods' readiness." },
  LoadBalancerFailed: { expected: 'AWS to set the load balancer up', advice: 'Look at its state reason in AWS; delete the Service, or change its name annotation, to have another one made.' },
} as const;

interface Telling {
  readonly store: Pick<Store, 'leases'>;
  readonly holder: Holder;
  readonly state: StateItem;
  readonly client: ClusterClient;
  readonly name: ObjectKey;
}

/** One Warning for what keeps a load balancer from being healthy, told once as long as it stays the same. */
export async function tellDegraded({ store, holder, state, client, name }: Telling, { waiting, within }: { waiting: readonly Waiting[]; within: string }): Promise<void> {
  const event = degradedEvent(waiting, within);
  const told = [digest(event)];
  if (state.told?.join() === told.join()) return;
  const service = await readService(client, name);
  const uid = service?.metadata.uid;
  if (service) await client.recordEvent({ object: { apiVersion: 'v1', kind: 'Service', namespace: name.namespace, name: name.name, ...(uid === undefined ? {} : { uid }) }, type: 'Warning', ...event });
  await store.leases.update(holder, { told });
}

/** After this a Warning is news again. */
export async function forgetTold({ store, holder, state }: Pick<Telling, 'store' | 'holder' | 'state'>): Promise<void> {
  if (state.told !== undefined) await store.leases.update(holder, { told: null });
}

function degradedEvent(waiting: readonly Waiting[], within: string): { reason: string; message: string } {
  const found = waiting.map(({ what }) => what).join('; ');
  const reason = waiting.find(({ final }) => final !== undefined)?.final;
  if (reason !== undefined) return { reason, message: `Expected ${FINAL[reason].expected}, found: ${found}. ${FINAL[reason].advice}` };
  return { reason: 'TargetsNotHealthy', message: `Expected the load balancer to be active and its targets to be healthy within ${within}, found: ${found}. Check that the pods answer on the port and path of the health check; it is looked at again by itself.` };
}
