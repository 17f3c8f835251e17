import { isStepError } from '../../shared/contract/errors';
import type { ClusterItem, LedgerItem } from '../../shared/contract/items';
import { durationMs } from '../../shared/contract/settings';
import { type ClusterClient, RESOURCES } from '../../shared/kubernetes/cluster-client';
import type { Store } from '../../shared/store/store';

export interface ForgetDeps {
  readonly store: Pick<Store, 'clusters' | 'leases' | 'ledger'>;
  readonly clusterClient: (cluster: ClusterItem) => ClusterClient;
  /** What EKS says of a cluster by its name there. */
  readonly eksStatus: (name: string) => Promise<string>;
  readonly now: () => number;
}

export interface ForgetWish {
  readonly id: string;
  /** Grace time, `24h`. */
  readonly after: string;
  /** The operator's word; without it nothing is written. */
  readonly yes: boolean;
  readonly cancel: boolean;
}

const AFTER = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;
const AT_ONCE = 20;

/**
 * Says that a cluster is gone for good, so that what it left in AWS is deleted when the grace time is over; or takes that back. Silence alone deletes nothing, and neither does EKS's
 * answer that it knows no such cluster. Answers what the person reads: without `yes` all that would be deleted. Refused for a cluster whose API server answers.
 */
export async function forgetCluster(deps: ForgetDeps, { id, after, yes, cancel }: ForgetWish): Promise<string> {
  const cluster = await deps.store.clusters.get(id);
  if (!cluster) throw new Error(`expected a registered cluster ${id}, found none; \`stepbalancer cluster list\` shows them`);
  if (cancel) return takeBack(deps, cluster);
  if (!AFTER.test(after)) throw new Error(`--after: expected a duration like 24h or 90m, got ${after}`);
  const answer = await answerOf(deps.clusterClient(cluster));
  if (answer.lives) throw new Error(`cluster ${id} lives: its API server answers (${answer.says}). To leave its load balancers as they are and do nothing more: \`stepbalancer cluster mode ${id} released\`. To delete them, delete its Services`);
  const lines = [...(await describeSilence(deps, cluster, answer.says)), ...(await describeLeft(deps, id))];
  if (!yes) return [...lines, `Nothing was changed. To have all this deleted ${after} from now: stepbalancer cluster forget ${id} --after ${after} --yes`].join('\n');
  const saidAt = deps.now();
  await deps.store.clusters.update(id, { forgetSaidAt: saidAt, forgetAt: saidAt + durationMs(after) });
  return [...lines, `This is deleted from ${iso(saidAt + durationMs(after))} on, at most ${cluster.settings.stepbalancer.maxDeletes} load balancers in 10 minutes; any sign of life of the cluster stops it. To take it back: stepbalancer cluster forget ${id} --cancel`].join('\n');
}

async function takeBack({ store }: ForgetDeps, { id, forgetAt, mode }: ClusterItem): Promise<string> {
  if (forgetAt === undefined) return `Nobody has said that cluster ${id} is gone; it is in mode ${mode}.`;
  await store.clusters.update(id, { forgetAt: null, forgetSaidAt: null, ...(mode === 'forgotten' ? { mode: 'observe' as const } : {}) });
  return mode === 'forgotten' ? `Cluster ${id} is no longer forgotten. Some of it may be deleted already; it is in mode observe now.` : `Cluster ${id} is kept; nothing of it was deleted.`;
}

/** Any answer is a sign of life, be it a refusal. */
async function answerOf(client: ClusterClient): Promise<{ lives: boolean; says: string }> {
  try {
    await client.get(RESOURCES.namespaces, { name: 'kube-system' });
    return { lives: true, says: 'the namespace kube-system could be read' };
  } catch (error) {
    const says = error instanceof Error ? error.message.slice(0, 200) : String(error);
    return { lives: isStepError(error) && (error.details.code?.startsWith('Kubernetes') ?? false), says };
  }
}

/** What speaks for it that the cluster is gone. */
async function describeSilence({ eksStatus }: ForgetDeps, cluster: ClusterItem, says: string): Promise<string[]> {
  const { id, name, vpcId, mode, lastHeartbeatAt, lastResyncAt, authentication } = cluster;
  const when = (at: number | undefined) => (at === undefined ? 'never' : iso(at));
  const eks = authentication.type === 'eks' ? [`EKS (a hint, no word): ${await eksStatus(authentication.clusterName).then((status) => (status === 'gone' ? `there is no cluster ${authentication.clusterName}` : `${authentication.clusterName} is ${status}`), () => 'does not tell')}`] : [];
  return [`Cluster ${id} (${name}, ${vpcId}), mode ${mode}: last heartbeat ${when(lastHeartbeatAt)}, last resync ${when(lastResyncAt)}`, `Its API server: ${says}`, ...eks];
}

/** What the ledger holds of the cluster. */
async function describeLeft({ store }: ForgetDeps, id: string): Promise<string[]> {
  const keys = await store.leases.listKeys(id);
  const left: [string, LedgerItem[]][] = [];
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    left.push(...(await Promise.all(keys.slice(start, start + AT_ONCE).map(async (key): Promise<[string, LedgerItem[]]> => [key, await store.ledger.list(key)]))));
  }
  const holding = left.filter(([, items]) => items.length > 0);
  const count = (type: string) => holding.flatMap(([, items]) => items).filter((item) => item.type === type).length;
  return [
    ...holding.flatMap(([key, items]) => [key, ...items.map((item) => `  ${item.type} ${item.name ?? item.id}${item.physicalId === undefined ? ' (intended)' : ` ${item.physicalId}`}`)]),
    `Left in AWS: ${count('load-balancer')} load balancers, ${count('target-group')} target groups, ${count('security-group')} security groups of ${holding.length} Services, and their rules on groups of nodes and pods.`,
  ];
}

const iso = (at: number) => new Date(at).toISOString();
