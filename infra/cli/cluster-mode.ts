import type { ClusterItem, ClusterMode } from '../../shared/contract/items';
import type { ClusterClient } from '../../shared/kubernetes/cluster-client';
import { findLbcLeader } from '../../shared/observe/cluster-access';
import type { Clusters } from '../../shared/store/store';

export interface ModeDeps {
  readonly clusters: Pick<Clusters, 'get' | 'update'>;
  readonly clusterClient: (cluster: ClusterItem) => ClusterClient;
  readonly now: () => number;
}

/**
 * Says what stepbalancer may do in a cluster. `own` is refused while LBC's leader Lease in the cluster is fresh: two writers would undo each other.
 * Answers a line for the person; throws an Error that says what to do first.
 */
export async function changeMode({ clusters, clusterClient, now }: ModeDeps, { id, mode }: { id: string; mode: ClusterMode }): Promise<string> {
  const cluster = await clusters.get(id);
  if (!cluster) throw new Error(`expected a registered cluster ${id}, found none; \`stepbalancer cluster list\` shows them`);
  if (mode === 'own') {
    const leader = await findLbcLeader(clusterClient(cluster), now());
    if (leader !== undefined) throw new Error(`cluster ${id} stays in mode ${cluster.mode}: the AWS Load Balancer Controller still leads there (${leader}). Scale it to zero, wait until its Lease is stale (15 s), then say it again`);
  }
  await clusters.update(id, { mode, forgetAt: null, forgetSaidAt: null });
  return `Cluster ${id} is now in mode ${mode} (was ${cluster.mode}).`;
}
