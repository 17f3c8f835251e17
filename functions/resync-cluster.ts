import type { ClusterItem } from '../shared/contract/items';
import { routesOf } from '../shared/events/routes';
import type { CoreClients, NamedClients } from './clients';
import { compareCluster } from './compare-cluster';
import { wakeKeys } from './wake-keys';

/** What comparing a cluster needs. */
export type ResyncDeps = Pick<CoreClients, 'store' | 'now' | 'random'> & Pick<NamedClients, 'executions' | 'targetQueue' | 'clusterClient'>;

/**
 * Compares one cluster with what was seen last and wakes whatever differs. Answers how many keys were woken. What was seen, and the time, are kept only
 * after all of them were: a crash in between repeats the comparison.
 */
export async function resyncCluster(deps: ResyncDeps, cluster: ClusterItem): Promise<number> {
  const { store, now } = deps;
  const startedAt = now();
  const { changed, orphans, seen } = await compareCluster({
    client: deps.clusterClient(cluster),
    before: await store.seen.load(cluster.id),
    keys: await store.leases.listKeys(cluster.id),
    readState: (key) => store.leases.read(key),
  });
  const keys = new Set(orphans);
  const names = new Set<string>();
  for (const { object, hints } of changed) {
    const routes = routesOf(cluster.id, object, hints);
    routes.keys.forEach((key) => keys.add(key));
    routes.references.forEach((name) => names.add(name));
  }
  for (const name of names) (await store.references.find(cluster.id, name)).forEach(({ key }) => keys.add(key));
  const failed = await wakeKeys(deps, keys, (key) => (orphans.includes(key) ? 'resync: its object is gone' : 'resync: differs from what was seen last'));
  for (const [, error] of failed) throw error;
  await store.seen.save(cluster.id, seen);
  await store.clusters.update(cluster.id, { lastResyncAt: startedAt });
  return keys.size;
}
