import { VERSION } from '../../../../shared/contract/events';
import type { ClusterItem } from '../../../../shared/contract/items';
import { parseKey } from '../../../../shared/contract/keys';
import { Settings } from '../../../../shared/contract/settings';
import type { FifoMessage } from '../../../../shared/aws/target-queue';
import { createStore } from '../../../../shared/store/create-store';
import { memoryTable } from '../../../../shared/store/memory-table';
import { type RememberArn, createRememberArn, createTakeOver } from '../../../../shared/store/take-over';
import { syncKey } from '../../../../shared/targets/sync-key';
import type { TargetLaneDeps } from '../../../../shared/targets/target-lane';
import { wakeStrayGroups } from '../../../../shared/targets/wake-stray-groups';
import { wakeTargets } from '../../../../shared/targets/wake-targets';
import type { PlainObject } from '../merge-deeply';
import { type Account, openAccount } from './account';
import { accountEc2 } from './account-ec2';
import { accountElbv2 } from './account-elbv2';
import { type VectorCluster, openVectorCluster } from './vector-cluster';

const CLUSTER = 'vector';
const BETWEEN_MS = 31 * 60_000; // steps lie further apart than anything is believed
const MAX_MESSAGES = 50; // more means that keys wake each other for ever

/** The target lane over a vector's account and cluster, with a queue that is answered at once. */
export interface TargetSession {
  readonly account: Account;
  readonly cluster: VectorCluster;
  readonly deps: TargetLaneDeps;
  /** Errors of passes since they were last taken. */
  readonly errors: unknown[];
  /** One pass over a binding, and over every key that it wakes. `afterMs`: since the one before. */
  reconcile(namespace: string, name: string, afterMs?: number): Promise<void>;
  changeSettings(settings: unknown): Promise<void>;
  readonly rememberArn: RememberArn;
  /** Lets time go by without anything happening. */
  pass(ms: number): void;
}

/** Opens a session; throws where the environment is not understood. `wrap` puts something between the lane and what it works with. */
export async function openSession(environment: PlainObject, objects: readonly PlainObject[], wrap: (deps: TargetLaneDeps) => TargetLaneDeps = (deps) => deps): Promise<TargetSession> {
  const account = openAccount(environment);
  const cluster = openVectorCluster(objects);
  let time = Date.parse('2026-03-02T10:00:00Z');
  const now = () => time;
  const table = memoryTable();
  const store = createStore({ table, now, factor: 1 });
  const queue: FifoMessage[] = [];
  const errors: unknown[] = [];
  const synced = new Set<string>();
  const deps = wrap({
    store,
    elbv2: accountElbv2(account),
    ec2: accountEc2(account),
    clusterClient: () => cluster.client,
    takeOver: createTakeOver({ table, now, factor: 1 }),
    targetQueue: {
      send: (messages) => {
        queue.push(...messages);
        return Promise.resolve([]);
      },
    },
    now,
    factor: 1,
    log: () => undefined,
    report: (_, error) => {
      errors.push(error);
      return Promise.resolve();
    },
  });
  await store.clusters.put(clusterOf(account));

  async function answerQueue(): Promise<void> {
    for (let answered = 0; queue.length > 0; answered += 1) {
      if (answered > MAX_MESSAGES) throw new Error('the target lane does not come to rest');
      const message = JSON.parse(queue.shift()?.body ?? '{}') as { key: string };
      await syncKey({ key: message.key, owner: 'vector' }, deps).catch((error: unknown) => errors.push(error));
    }
  }

  /** A resync is finished when every binding with networking was looked at. */
  async function finishResync(): Promise<void> {
    const item = await store.clusters.get(CLUSTER);
    const bindings = cluster.objects().filter(({ kind, spec }) => kind === 'TargetGroupBinding' && (spec as { networking?: unknown }).networking);
    if (!item || item.lastResyncAt !== undefined || !bindings.every(({ metadata }) => synced.has(`${metadata.namespace ?? ''}/${metadata.name}`))) return;
    await store.clusters.update(CLUSTER, { lastResyncAt: time });
    await wakeStrayGroups(item, deps).catch((error: unknown) => errors.push(error));
    for (const key of await store.leases.listKeys(undefined)) if (parseKey(key).kind === 'sg' && (await store.leases.read(key))?.phase !== 'Failed') await wakeTargets(deps, key);
  }

  return {
    account,
    cluster,
    deps,
    errors,
    rememberArn: createRememberArn(table),
    pass: (ms) => {
      time += ms;
    },
    async reconcile(namespace, name, afterMs = BETWEEN_MS) {
      time += afterMs;
      synced.add(`${namespace}/${name}`);
      // What the sweeper would do meanwhile, other bindings aside: vectors reconcile those themselves.
      for (const { key } of await store.leases.listDue(time, 100)) if (parseKey(key).kind === 'sg') await wakeTargets(deps, key);
      await wakeTargets(deps, `tg#${CLUSTER}#${namespace}/${name}`);
      await answerQueue();
      await finishResync();
      await answerQueue();
    },
    async changeSettings(settings) {
      await store.clusters.update(CLUSTER, { settings: Settings.parse(settings) });
    },
  };
}

function clusterOf({ facts }: Account): ClusterItem {
  const { name, region, accountId, vpcId } = facts.cluster;
  const settings = Settings.parse(facts.settings);
  return { v: VERSION, id: CLUSTER, name, region, accountId, vpcId, endpoint: 'https://cluster.invalid', authentication: { type: 'none' }, mode: 'own', settings, registeredAt: 0 };
}
