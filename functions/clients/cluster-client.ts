import type { ClusterItem } from '../../shared/contract/items';
import { createClusterClient } from '../../shared/kubernetes/client';
import type { ClusterClient } from '../../shared/kubernetes/cluster-client';
import { transportOfCluster } from '../../shared/observe/transport-of-cluster';
import { currentSignal } from '../abort';
import type { Wiring } from '../clients';

/** Clients of registered clusters, with one pool of connections for each registration. */
export function clusterClient(wiring: Wiring): (cluster: ClusterItem) => ClusterClient {
  const kept = new Map<string, ClusterClient>();
  return (cluster) => {
    const registration = JSON.stringify([cluster.endpoint, cluster.certificateAuthority, cluster.authentication]);
    const client = kept.get(registration) ?? createClusterClient({ transport: transportOfCluster(cluster, wiring), cluster: cluster.id, now: wiring.now, signal: currentSignal });
    kept.set(registration, client);
    return client;
  };
}
