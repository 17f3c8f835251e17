import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { currentSignal } from '../../functions/abort';
import { noteCall, takeCalls } from '../../functions/call-count';
import type { Log } from '../../functions/log';
import type { Meter } from '../../functions/meter';
import { createAcm } from '../../shared/aws/acm';
import { createEc2 } from '../../shared/aws/ec2';
import { createElbv2 } from '../../shared/aws/elbv2';
import type { Table } from '../../shared/aws/table';
import { createTagging } from '../../shared/aws/tagging';
import { VERSION } from '../../shared/contract/events';
import { Settings } from '../../shared/contract/settings';
import { createClusterClient } from '../../shared/kubernetes/client';
import type { ClusterClient } from '../../shared/kubernetes/cluster-client';
import { createStore } from '../../shared/store/create-store';
import { memoryTable } from '../../shared/store/memory-table';
import type { Store } from '../../shared/store/store';
import { createLocalAccount, type LocalAccount, type LocalAccountOptions } from './account';
import { inProcessHandler } from './aws/in-process';
import type { CallRecord } from './aws/call-log';
import type { Place } from './aws/network';
import { drivenClock, type DrivenClock } from './clock';
import { clusterTransport } from './cluster-transport';
import { importObjects, type ImportedObject } from './cluster/import-objects';
import { createLocalCluster, type LocalCluster } from './cluster/local-cluster';
import { nodeMachines, type NodeMachinesOptions } from './node-machines';
import { createPassRunner, type PassRunner } from './pass-runner';
import { seededRandom } from './seeded-random';
import { memoryStorage } from './storage';

/** An account, a cluster (without nodes unless some are asked for), and the passes over both: in this process, on a driven clock, all chance from one seed. */
export interface SmallWorld {
  readonly account: LocalAccount;
  readonly place: Place;
  readonly clock: DrivenClock;
  readonly cluster: LocalCluster;
  readonly client: ClusterClient;
  readonly store: Store;
  readonly runner: PassRunner;
  /** Calls that the account has answered since it was opened or since `account.aws.log` was reset. */
  readonly calls: () => readonly CallRecord[];
  close(): Promise<void>;
}

export interface SmallWorldOptions {
  /** As the vectors' files state it, overrides merged in. */
  readonly environment: unknown;
  readonly objects: readonly ImportedObject[];
  /** Multiplies the times that AWS takes; 0.05 unless given: a load balancer is active after seconds. Ours are not scaled. */
  readonly awsFactor?: number;
  /** Nodes on machines of the account: with them Deployments get pods, and targets are as healthy as these answer. */
  readonly nodes?: Pick<NodeMachinesOptions, 'subnets' | 'securityGroup' | 'podFamily'> & { readonly count: number };
  /** Quotas of load balancing that are not AWS's defaults. */
  readonly quotas?: LocalAccountOptions['quotas'];
  /** Who listens to what functions tell; nobody unless given. */
  readonly log?: Log;
  readonly meter?: Meter;
  /** The table, empty; one in memory unless given. */
  readonly table?: Table;
  /** Fills the account further before the cluster is there. */
  readonly before?: (world: Pick<SmallWorld, 'account' | 'place' | 'clock'>) => Promise<readonly ImportedObject[] | undefined>;
}

/** Our id of the one registered cluster. */
export const CLUSTER = 'world';

const Cluster = z.object({ cluster: z.object({ name: z.string(), vpcId: z.string() }), settings: z.unknown().optional() });
const bindingDefinition = parse(readFileSync(join(import.meta.dirname, '../cluster/crds/target-group-binding.yaml'), 'utf8')) as ImportedObject;

/** Opens a world: the account as the environment says, the objects as they are, the cluster registered with the environment's settings in mode `own`. */
export async function openSmallWorld({ environment, objects, before, nodes, quotas, awsFactor = 0.05, log = silentLog, meter = silentMeter, table = memoryTable() }: SmallWorldOptions): Promise<SmallWorld> {
  const clock = drivenClock();
  const random = seededRandom(20_260_101);
  const account = createLocalAccount({ world: { storage: memoryStorage(), clock, random, factor: awsFactor }, ...(quotas ? { quotas } : {}) });
  const place = account.load(environment);
  const present = (await before?.({ account, place, clock })) ?? objects;
  const storage = memoryStorage();
  importObjects([bindingDefinition, ...present], { storage, clock });
  const machines = nodes && nodeMachines({ ...nodes, machines: account.ec2.machines, storage, place });
  const cluster = createLocalCluster({ storage, clock, random, factor: 1, firstNodes: nodes?.count ?? 0, ...(machines ? { nodes: machines } : {}) });
  if (nodes) account.elbv2.useProbe(({ id, port }) => (cluster.probe(id, port) ? 'healthy' : 'unhealthy'));
  const client = createClusterClient({ transport: clusterTransport(cluster, 'stepbalancer'), cluster: CLUSTER, now: clock.now, pause: () => Promise.resolve() });
  const store = createStore({ table, now: clock.now, factor: 1, takeCalls });
  await register(store, { environment, place, now: clock.now() });
  const aws = { region: place.region, credentials: { accessKeyId: place.account, secretAccessKey: 'local' }, requestHandler: inProcessHandler(account.aws), maxAttempts: 1, signal: currentSignal, onCall: noteCall };
  const clients = { acm: createAcm(aws), elbv2: createElbv2(aws), ec2: createEc2(aws), tagging: createTagging(aws), clusterClient: () => client, store, table, random, factor: 1, log, meter };
  const runner = createPassRunner({ clock, clients });
  return { account, place, clock, cluster, client, store, runner, calls: () => account.aws.log.calls(), close: () => cluster.close() };
}

async function register(store: Store, { environment, place, now }: { environment: unknown; place: Place; now: number }): Promise<void> {
  const { cluster, settings } = Cluster.parse(environment);
  await store.clusters.put({
    v: VERSION,
    id: CLUSTER,
    name: cluster.name,
    region: place.region,
    accountId: place.account,
    vpcId: cluster.vpcId,
    endpoint: 'https://cluster.local',
    authentication: { type: 'none' },
    mode: 'own',
    settings: Settings.parse(settings ?? {}),
    registeredAt: now,
    lastResyncAt: now,
  });
}

const silentMeter: Meter = { call: () => undefined, count: () => undefined };
const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silentLog };
