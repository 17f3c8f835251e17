import { z } from 'zod';
import type { ClusterItem } from '../shared/contract/items';
import { ClusterId } from '../shared/contract/keys';
import { routesOf } from '../shared/events/routes';
import type { CoreClients, NamedClients } from './clients';
import { clusterClient } from './clients/cluster-client';
import { executions } from './clients/executions';
import { targetQueue } from './clients/target-queue';
import { compareCluster } from './compare-cluster';
import { describeError } from './report-error';
import { step, type StepContext } from './step';
import { wakeKeys } from './wake-keys';

type Deps = Pick<CoreClients, 'store' | 'now' | 'random' | 'factor' | 'meter'> & Pick<NamedClients, 'executions' | 'targetQueue' | 'clusterClient'>;

const EVERY_MS = 10 * 60_000;
/** A cluster is left to the next run when less than this is left. */
const NEEDED_MS = 20_000;

/** Started every minute by the schedule, for the clusters that are due; or for one cluster: by hand, or by its event `sync.requested`. */
const ResyncInput = z.object({ cluster: ClusterId.optional(), detail: z.object({ cluster: ClusterId }).loose().optional() }).loose();
type ResyncInput = z.infer<typeof ResyncInput>;

/**
 * The guarantee: every 10 minutes, and whenever a cluster's forwarder asks for it, each cluster is compared with what was seen last, and whatever differs is
 * routed like an event; so is every key whose object is gone. One cluster that does not answer holds up no other; the run fails at its end.
 */
export const resync =
  (deps: Deps) =>
  async (input: ResyncInput, { log, remainingMs }: Pick<StepContext, 'log' | 'remainingMs'>): Promise<{ resynced: string[] }> => {
    const named = input.cluster ?? input.detail?.cluster;
    const clusters = (await deps.store.clusters.list()).filter(({ mode }) => mode !== 'released');
    const due = clusters.filter((cluster) => (named === undefined ? isDue(cluster, deps) : cluster.id === named)).sort(longestFirst);
    const resynced: string[] = [];
    const failures: unknown[] = [];
    for (const cluster of due) {
      if (remainingMs() < NEEDED_MS) break;
      try {
        const woken = await resyncCluster(deps, cluster);
        log.info('cluster resynced', { cluster: cluster.id, woken });
        resynced.push(cluster.id);
      } catch (error) {
        log.error('cluster not resynced', { cluster: cluster.id, error: describeError(error) });
        failures.push(error);
      }
    }
    deps.meter.count({ state: 'resync', name: 'FailedResyncs', amount: failures.length });
    if (failures.length > 0) throw failures[0];
    return { resynced };
  };

function isDue({ lastResyncAt, resyncRequestedAt = 0 }: ClusterItem, { now, factor }: Deps): boolean {
  return lastResyncAt === undefined || resyncRequestedAt > lastResyncAt || now() - lastResyncAt >= EVERY_MS * factor;
}

const longestFirst = (a: ClusterItem, b: ClusterItem) => (a.lastResyncAt ?? 0) - (b.lastResyncAt ?? 0);

/** Answers how many keys were woken. What was seen, and the time, are kept only after all of them were: a crash in between repeats the comparison. */
async function resyncCluster(deps: Deps, cluster: ClusterItem): Promise<number> {
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
  const failed = await wakeKeys(deps, keys);
  for (const [, error] of failed) throw error;
  await store.seen.save(cluster.id, seen);
  await store.clusters.update(cluster.id, { lastResyncAt: startedAt });
  return keys.size;
}

export const handler = step({ state: 'resync', input: ResyncInput, clients: { clusterClient, executions, targetQueue }, run: resync });
