import { UserConfigError } from '../contract/errors';
import type { ClusterItem } from '../contract/items';
import { type Key, parseKey } from '../contract/keys';
import type { Service } from '../model/kubernetes';
import { type ClusterClient, RESOURCES } from '../kubernetes/cluster-client';
import { GONE_CLUSTER } from '../kubernetes/gone-cluster';

/** What is needed to look into the cluster of a key. */
export interface ClusterAccessDeps {
  readonly clusters: { get(id: string): Promise<ClusterItem | undefined> };
  readonly clusterClient: (cluster: ClusterItem) => ClusterClient;
}

/** A registered cluster and its API. */
export interface ClusterAccess {
  readonly cluster: ClusterItem;
  readonly client: ClusterClient;
}

/** A key of one object in one cluster. */
export type ObjectKey = Extract<Key, { name: string }>;

/** Reads a key of the kind `svc`. Throws an Error for every other: this workflow knows no other yet. */
export function parseServiceKey(text: string): ObjectKey {
  const key = parseKey(text);
  if (key.kind !== 'svc') throw new Error(`expected the key of a Service (svc#<cluster>#<namespace>/<name>), got ${text}`);
  return key;
}

/** Opens the cluster of a key. `UserConfig` where it is not registered. */
export async function openCluster({ clusters, clusterClient }: ClusterAccessDeps, id: string): Promise<ClusterAccess> {
  const cluster = await clusters.get(id);
  if (!cluster) throw new UserConfigError(`Expected a registered cluster ${id}, found none. Register it with \`stepbalancer cluster add ${id} …\`.`, { details: { code: 'ClusterNotRegistered' } });
  return { cluster, client: clientOf(cluster, clusterClient) };
}

/** The API of a registered cluster; of one that an operator declared gone an empty one, which nobody has to answer for. */
export function clientOf(cluster: ClusterItem, clusterClient: ClusterAccessDeps['clusterClient']): ClusterClient {
  return cluster.mode === 'forgotten' ? GONE_CLUSTER : clusterClient(cluster);
}

/** The Service of a key as it is now; undefined where it is gone. */
export async function readService(client: ClusterClient, { namespace, name }: { namespace: string; name: string }): Promise<Service | undefined> {
  return (await client.get(RESOURCES.services, { namespace, name })) as Service | undefined;
}

/** The name of an object in the reference index. */
export const serviceObject = ({ namespace, name }: { namespace: string; name: string }) => `services#${namespace}/${name}`;

/** LBC's Lease; its namespace is where its chart is installed by default. */
const LBC_LEASE = { namespace: 'kube-system', name: 'aws-load-balancer-controller-leader' };

/** Who leads LBC in this cluster, if anybody renewed the Lease in time. Two writers on one load balancer would undo each other. */
export async function findLbcLeader(client: ClusterClient, now: number): Promise<string | undefined> {
  const lease = await client.get(RESOURCES.leases, LBC_LEASE);
  const spec = lease?.['spec'] as { holderIdentity?: string; renewTime?: string; leaseDurationSeconds?: number } | undefined;
  if (!spec?.holderIdentity || !spec.renewTime) return undefined;
  return Date.parse(spec.renewTime) + (spec.leaseDurationSeconds ?? 15) * 1000 > now ? spec.holderIdentity : undefined;
}
