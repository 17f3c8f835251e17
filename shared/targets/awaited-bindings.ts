import { type Key, formatKey, parseKey } from '../contract/keys';
import type { ClusterClient } from '../kubernetes/cluster-client';
import type { Store } from '../store/store';
import type { AwaitedKey } from './await-keys';
import { digestBinding } from './digest';
import { readBinding } from './read-target-facts';
import { loadMemory } from './target-memory';

type Kept = Pick<Store, 'leases' | 'ledger' | 'passFacts'>;
const FINISHED = new Set(['Healthy', 'Waiting', 'Degraded', 'Blocked']);

/** The `tg#` keys of the bindings that a key's ledger holds. */
export async function bindingKeys(store: Kept, key: string): Promise<string[]> {
  const owner = parseKey(key);
  const cluster = 'cluster' in owner ? owner.cluster : '';
  const items = await store.ledger.list(key);
  return items
    // One whose writer died right after it stays an intent, but is there.
    .filter(({ type, phase, physicalId }) => type === 'target-group-binding' && phase !== 'deleting' && physicalId !== undefined)
    .map(({ physicalId = '' }) => formatKey({ kind: 'tg', cluster, namespace: physicalId.slice(0, physicalId.indexOf('/')), name: physicalId.slice(physicalId.indexOf('/') + 1) }));
}

/** Which bindings have been looked at as they stand now. One that is not in the cluster is nothing to wait for. */
export async function awaitedBindings(keys: readonly string[], { store, client }: { store: Kept; client: ClusterClient }): Promise<AwaitedKey[]> {
  return Promise.all(
    keys.map(async (key) => {
      const { namespace, name } = parseKey(key) as Extract<Key, { namespace: string }>;
      const [binding, state] = await Promise.all([readBinding(client, { namespace, name }), store.leases.read(key)]);
      const seen = state?.phase === 'Blocked' || (binding !== undefined && state?.inputsHash?.endsWith(`/${digestBinding(binding)}`));
      return { key, state, done: binding?.metadata.deletionTimestamp !== undefined || binding === undefined || (seen === true && FINISHED.has(state?.phase ?? '')) };
    }),
  );
}

/** Which security groups have been given what these bindings need of them. */
export async function awaitedGroups(keys: readonly string[], store: Kept): Promise<AwaitedKey[]> {
  const wakeups = new Map<string, number>();
  for (const key of keys) {
    for (const [groupId, { gen }] of Object.entries((await loadMemory(store, key)).contributions)) wakeups.set(groupId, Math.max(gen, wakeups.get(groupId) ?? 0));
  }
  return Promise.all(
    [...wakeups].map(async ([groupId, gen]) => {
      const key = formatKey({ kind: 'sg', groupId });
      const state = await store.leases.read(key);
      return { key, state, done: state !== undefined && state.doneGen >= gen && state.phase !== 'Failed' && state.phase !== 'Degraded' };
    }),
  );
}
