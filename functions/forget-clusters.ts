import { isStepError } from '../shared/contract/errors';
import { type ClusterItem, cameBack, type StateItem } from '../shared/contract/items';
import { type ClusterClient, RESOURCES } from '../shared/kubernetes/cluster-client';
import type { ResyncDeps } from './resync-cluster';
import type { Log } from './log';
import { wakeKeys } from './wake-keys';

const AT_ONCE = 25;
const CANCELLED = { forgetAt: null, forgetSaidAt: null } as const;

/**
 * Takes away what clusters have left that an operator declared gone, each when its grace time is over: from then on its passes find an empty cluster, and the ordinary way back deletes
 * what the ledger holds. A sign of life, at any time, takes the word back. A cluster of which nothing is left is released.
 */
export async function forgetClusters(deps: ResyncDeps & { readonly log: Log }, clusters: readonly ClusterItem[]): Promise<void> {
  for (const cluster of clusters) if (cluster.forgetAt !== undefined && cluster.forgetAt <= deps.now()) await forgetCluster(deps, cluster);
}

async function forgetCluster(deps: ResyncDeps & { readonly log: Log }, cluster: ClusterItem): Promise<void> {
  const { store, log } = deps;
  const { id, mode } = cluster;
  const begins = mode !== 'forgotten';
  const sign = cameBack(cluster) ? 'a heartbeat' : begins ? await signOfLife(deps.clusterClient(cluster)) : undefined;
  if (sign !== undefined) {
    log.error('a cluster that was to be forgotten lives; nothing more of it is deleted', { cluster: id, sign });
    // What it wants is not known any more once deletions have begun: a person looks first.
    await store.clusters.update(id, { ...CANCELLED, ...(begins ? {} : { mode: 'observe' }) });
    return;
  }
  if (begins) await store.clusters.update(id, { mode: 'forgotten' });
  const left = await statesLeft(deps, id);
  if (left.length === 0) return void (await store.clusters.update(id, { ...CANCELLED, mode: 'released' }));
  const sleeping = left.filter(({ owner, nextAttemptAt }) => begins || (owner === undefined && nextAttemptAt === undefined));
  for (const [, error] of await wakeKeys(deps, sleeping.map(({ key }) => key), () => 'the cluster was declared gone')) throw error;
}

/** Any answer of the API server is a sign of life, be it a refusal. */
async function signOfLife(client: ClusterClient): Promise<string | undefined> {
  try {
    await client.get(RESOURCES.namespaces, { name: 'kube-system' });
    return 'an answer of its API server';
  } catch (error) {
    return isStepError(error) && error.details.code?.startsWith('Kubernetes') ? 'a refusal by its API server' : undefined;
  }
}

/** Keys of which something may be left. */
async function statesLeft({ store }: ResyncDeps, cluster: string): Promise<StateItem[]> {
  const keys = await store.leases.listKeys(cluster);
  const left: StateItem[] = [];
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const states = await Promise.all(keys.slice(start, start + AT_ONCE).map((key) => store.leases.read(key)));
    left.push(...states.filter((state) => state !== undefined && (state.phase !== 'Deleted' || state.gen !== state.doneGen)) as StateItem[]);
  }
  return left;
}
