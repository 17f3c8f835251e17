import * as z from 'zod';
import type { ClusterItem } from '../shared/contract/items';
import { ClusterId } from '../shared/contract/keys';
import type { CoreClients } from './clients';
import { clusterClient } from './clients/cluster-client';
import { executions } from './clients/executions';
import { targetQueue } from './clients/target-queue';
import { forgetClusters } from './forget-clusters';
import { describeError } from './report-error';
import { type ResyncDeps, resyncCluster } from './resync-cluster';
import { step, type StepContext } from './step';

type Deps = ResyncDeps & Pick<CoreClients, 'factor' | 'meter'>;

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
    const all = await deps.store.clusters.list();
    const named = input.cluster ?? input.detail?.cluster;
    const clusters = all.filter(isWorkedFor);
    const due = clusters.filter((cluster) => (named === undefined ? isDue(cluster, deps) : cluster.id === named)).sort(longestFirst);
    const resynced: string[] = [];
    const failures: unknown[] = [];
    if (named === undefined) await forgetClusters({ ...deps, log }, all).catch((error: unknown) => void failures.push(error));
    for (const cluster of due) {
      if (remainingMs() < NEEDED_MS * deps.factor) break;
      try {
        // One before it may have taken long; its mode is asked again.
        const today = await deps.store.clusters.get(cluster.id);
        if (!today || !isWorkedFor(today)) continue;
        const woken = await resyncCluster(deps, today);
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

const isWorkedFor = ({ mode }: ClusterItem) => mode !== 'released' && mode !== 'forgotten';

function isDue({ lastResyncAt, resyncRequestedAt = 0 }: ClusterItem, { now, factor }: Deps): boolean {
  return lastResyncAt === undefined || resyncRequestedAt > lastResyncAt || now() - lastResyncAt >= EVERY_MS * factor;
}

const longestFirst = (a: ClusterItem, b: ClusterItem) => (a.lastResyncAt ?? 0) - (b.lastResyncAt ?? 0);

export const handler = step({ state: 'resync', input: ResyncInput, clients: { clusterClient, executions, targetQueue }, run: resync });
