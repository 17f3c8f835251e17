import type { ClusterItem, ContributionItem } from '../contract/items';
import type { TargetLaneDeps } from './target-lane';

/** What may be taken away on a group that several clusters and controllers may share. */
export interface RevokeRights {
  /** Rules that our ledger holds. */
  readonly revoke: boolean;
  /** Rules that carry the label but are not in our ledger: LBC's, from before. */
  readonly adopt: boolean;
}

/** Where the keys of bindings stand whose rules cannot be told. */
export const FAULTY_BINDINGS = 'faulty-bindings';

const CLUSTER_TAG = 'kubernetes.io/cluster/';

/**
 * Nothing is revoked while a cluster that uses the group, or that we own, has not finished a full resync: its bindings may not have said yet what they need. A labelled rule that we
 * did not make may belong to a controller that still runs, or to a binding that cannot say what it needs: it is ours only if every cluster that is registered or that the group's
 * tags name is in mode `own`, and no binding is faulty.
 */
export async function readRevokeRights(group: { groupId: string; contributions: readonly ContributionItem[]; clusters: readonly ClusterItem[]; strangers: boolean }, deps: Pick<TargetLaneDeps, 'ec2' | 'store'>): Promise<RevokeRights> {
  const { groupId, contributions, clusters, strangers } = group;
  const using = new Set(contributions.map(({ cluster }) => cluster));
  const waiting = clusters.some(({ id, mode, lastResyncAt }) => (mode === 'own' || using.has(id)) && lastResyncAt === undefined);
  if (waiting) return { revoke: false, adopt: false };
  if (!strangers || clusters.some(({ mode }) => mode !== 'own')) return { revoke: true, adopt: false };
  if ((await deps.store.contributions.listUsers(FAULTY_BINDINGS)).length > 0) return { revoke: true, adopt: false };
  const owned = new Set(clusters.map(({ name }) => name));
  const [found] = await deps.ec2.describeSecurityGroups({ 'group-id': [groupId] });
  const named = (found?.Tags ?? []).flatMap(({ Key }) => (Key?.startsWith(CLUSTER_TAG) ? [Key.slice(CLUSTER_TAG.length)] : []));
  return { revoke: true, adopt: named.every((name) => owned.has(name)) };
}
