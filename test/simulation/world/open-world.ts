import { currentSignal } from '../../../functions/abort';
import { provideClients } from '../../../functions/clients';
import type { Log } from '../../../functions/log';
import { createLocalAccount, type LocalAccount } from '../../../infra/local/account';
import { defaultIds } from '../../../infra/local/aws/default-environment';
import type { BusEvent } from '../../../infra/local/aws/events/delivery';
import { startEventSource } from '../../../infra/local/aws/event-source';
import { withHistory } from '../../../infra/local/aws/history';
import { createLambdaRuntime, type LambdaRuntime } from '../../../infra/local/aws/lambda/lambda-runtime';
import type { Place } from '../../../infra/local/aws/network';
import { startSchedule } from '../../../infra/local/aws/schedule';
import type { MessageQueues } from '../../../infra/local/aws/sqs/message-queues';
import { drivenClock, type DrivenClock } from '../../../infra/local/clock';
import { clusterTransport } from '../../../infra/local/cluster-transport';
import type { KubeObject } from '../../../infra/local/cluster/kube-object';
import { createLocalCluster, type LocalCluster } from '../../../infra/local/cluster/local-cluster';
import { drivenInterpreter } from '../../../infra/local/engine/driven-interpreter';
import { createStates, type States } from '../../../infra/local/engine/states';
import { localFunctions } from '../../../infra/local/local-functions';
import { defaultNodeSubnets, nodeMachines } from '../../../infra/local/node-machines';
import { runForwarder } from '../../../infra/cluster/forwarder/forwarder';
import { eventSource, VERSION } from '../../../shared/contract/events';
import { Settings } from '../../../shared/contract/settings';
import { createClusterClient } from '../../../shared/kubernetes/client';
import type { ClusterClient } from '../../../shared/kubernetes/cluster-client';
import type { Transport } from '../../../shared/kubernetes/transport';
import { createStore } from '../../../shared/store/create-store';
import { memoryTable } from '../../../shared/store/memory-table';
import type { Store } from '../../../shared/store/store';
import { chanceOf } from '../chance';
import type { Consequence } from '../story/story';
import { SERVICES } from '../story/write-story';
import { baseWorld } from './base-world';
import { forwarderBus, functionsAws, reachAws } from './aws-door';
import { provide } from './provisions';
import { createFunctionHost, type FunctionHost } from './function-host';
import type { Invocation } from './invocations';
import { createNetwork, type NetworkParts } from './network';
import { simulatedAws } from './simulated-aws';
import { simulatedCluster } from './simulated-cluster';
import { simulatedTable, type TableWatcher } from './simulated-table';
import { storageOf } from './snapshot';

/** Our id of the one cluster. */
export const CLUSTER = defaultIds.cluster;

/** What a run brings along: its faults, and who watches. */
export interface WorldParts extends Pick<NetworkParts, 'strike' | 'isRough' | 'violated' | 'onEffect'> {
  readonly seed: number;
  readonly driftCheckAfter: string;
  readonly tell: (line: string) => void;
  readonly written: TableWatcher;
  /** One line of a function's log. */
  readonly logged: (line: string) => void;
  readonly happened: (consequence: Consequence) => void;
  readonly begun: (invocation: Invocation) => void;
  readonly failed: (invocation: Invocation, error: unknown) => void;
  /** Delays at which copies of an event arrive. */
  readonly deliveries: (event: BusEvent) => readonly number[];
  readonly refusal: () => boolean;
  /** Whether the target lane's queue does not take the next message. */
  readonly queueRefuses: () => boolean;
  /** Whether the deletion of an answered message is lost: it comes again. */
  readonly keepsMessage: () => boolean;
  readonly isLate: (schedule: 'sweep' | 'resync') => boolean;
}

/** The whole system in this process on one driven clock: AWS, the cluster, the functions, the workflow, the forwarder. */
export interface World {
  readonly clock: DrivenClock;
  readonly place: Place;
  readonly account: LocalAccount;
  readonly cluster: LocalCluster;
  /** The cluster's objects of a kind, as they are stored. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever asks knows the kind
  readonly objects: <Shape = KubeObject>(storedAs: string) => readonly Shape[];
  readonly states: States;
  readonly host: FunctionHost;
  /** Without network and faults, for checks. */
  readonly table: ReturnType<typeof memoryTable>;
  readonly store: Store;
  /** The user's ways into the cluster: at once, without faults. */
  readonly kubectl: Transport;
  readonly client: ClusterClient;
  /** Messages that wait in a queue or are being worked on. */
  waitingMessages(): number;
  /** What another controller has made for Services of ours; the ledger learns of it when it is taken over. */
  readonly inherited: Set<string>;
  /** When the user's hand took targets out of a target group, as `arn id:port`. */
  readonly takenOut: Map<string, number>;
  /** Ends the forwarder and starts another one after a while. */
  restartForwarder(afterMs: number): void;
  close(): Promise<void>;
}

const SCHEDULE_SECONDS = 60;

/** Opens a fresh world. All clients of the process are this world's from now on: one world at a time. */
export async function openWorld(parts: WorldParts): Promise<World> {
  const base = await baseWorld();
  const { seed, tell } = parts;
  const clock = drivenClock(base.now);
  const place = { account: defaultIds.account, region: defaultIds.region };
  const network = createNetwork({ ...parts, clock, chance: chanceOf(seed, 'network') });
  const world = { storage: withHistory(storageOf(base.aws), clock), clock, random: chanceOf(seed, 'aws').next, factor: 1 };
  const runtime = createLambdaRuntime(world);
  const host = createFunctionHost({ clock, runtime, network, tell, happened: parts.happened, violated: parts.violated, begun: parts.begun, failed: parts.failed });
  const functions = localFunctions(place);
  const stateFunctions = new Map(Object.values(functions.states).map((each) => [each.arn, host.host(each)]));
  const states = createStates(world, { runtime, findFunction: (arn) => stateFunctions.get(arn), interpreter: drivenInterpreter({ ...world, random: chanceOf(seed, 'workflow').next }) });
  const account = createLocalAccount({
    world,
    services: { states: states.operations },
    disturbance: { deliveries: parts.deliveries, refusal: () => (parts.refusal() ? { code: 'InternalFailure', message: 'refused' } : undefined) },
  });
  provide(account, { services: SERVICES, now: clock.now() });
  const nodes = nodeMachines({ machines: account.ec2.machines, storage: world.storage, place, subnets: defaultNodeSubnets, securityGroup: defaultIds.nodeSecurityGroup });
  const clusterStorage = storageOf(base.cluster);
  const cluster = createLocalCluster({ storage: clusterStorage, clock, random: chanceOf(seed, 'cluster').next, factor: 1, nodes });
  account.elbv2.useProbe(({ id, port }) => (cluster.probe(id, port) ? 'healthy' : 'unhealthy'));
  reachAws({ functions: simulatedAws(account.aws, network), user: account.aws.handle });

  const raw = memoryTable();
  const table = simulatedTable({ table: raw, network, written: parts.written });
  const store = createStore({ table: raw, now: clock.now, factor: 1 });
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const client = createClusterClient({ transport: simulatedCluster(cluster, network, 'stepbalancer'), cluster: CLUSTER, now: clock.now, signal: currentSignal, pause, after: clock.after });
  provideClients({
    ...functionsAws,
    targetQueue: {
      async send(messages) {
        if (!parts.queueRefuses()) return functionsAws.targetQueue.send(messages);
        return [...messages.slice(0, 1), ...(await functionsAws.targetQueue.send(messages.slice(1)))];
      },
    },
    now: clock.now,
    random: chanceOf(seed, 'functions').next,
    after: host.after,
    factor: 1,
    table,
    store: createStore({ table, now: clock.now, factor: 1 }),
    clusterClient: () => client,
    log: logInto(parts.logged),
    meter: { call: () => undefined, count: () => undefined },
  });
  await registerCluster(store, place, { now: clock.now(), driftCheckAfter: parts.driftCheckAfter });

  const queues: MessageQueues = { ...account.sqs.queues, remove: (arn, handle) => (parts.keepsMessage() ? undefined : account.sqs.queues.remove(arn, handle)) };
  const sources = [
    startEventSource({ queues, runtime, queueArn: base.deployment.intakeArn, target: host.host(functions.routeEvents), batchSize: 100, concurrency: 2 }),
    startEventSource({ queues, runtime, queueArn: base.deployment.targetsArn, target: host.host(functions.syncTargets), batchSize: 10, concurrency: 4 }),
  ];
  const first = chanceOf(seed, 'schedules');
  for (const name of ['sweep', 'resync'] as const) {
    const punctual: Pick<LambdaRuntime, 'invoke'> = { invoke: (target, event) => (parts.isLate(name) ? Promise.resolve({ payload: 'null' }) : runtime.invoke(target, event)) };
    clock.after(first.next() * SCHEDULE_SECONDS * 1000, () => void startSchedule({ world, runtime: punctual, everySeconds: SCHEDULE_SECONDS, target: host.host(functions[name]) }));
  }
  let forwarder = startForwarder();

  function startForwarder(): AbortController {
    const stopping = new AbortController();
    const source = eventSource(CLUSTER);
    void runForwarder({
      cluster: CLUSTER,
      transport: simulatedCluster(cluster, network, 'forwarder'),
      timers: clock,
      signal: stopping.signal,
      log: (message, values) => parts.logged(JSON.stringify({ message, ...values })),
      send: (batch) => forwarderBus.put(batch.map((event) => ({ source, ...event }))),
    });
    return stopping;
  }

  return {
    clock,
    place,
    account,
    cluster,
    objects: <Shape>(storedAs: string) => clusterStorage.collection<Shape>(`cluster/objects/${storedAs}`).values(),
    states,
    host,
    table: raw,
    store,
    kubectl: clusterTransport(cluster, 'kubectl'),
    client: createClusterClient({ transport: clusterTransport(cluster, 'kubectl'), cluster: CLUSTER, now: clock.now, pause, after: () => () => undefined }),
    inherited: new Set(),
    takenOut: new Map(),
    waitingMessages: () => [base.deployment.intakeArn, base.deployment.targetsArn].map((arn) => account.sqs.queues.count(arn)).reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0),
    restartForwarder(afterMs) {
      forwarder.abort();
      clock.after(afterMs, () => (forwarder = startForwarder()));
    },
    async close() {
      forwarder.abort();
      for (const source of sources) void source.stop();
      states.halt();
      await cluster.close();
      await account.close();
    },
  };
}

async function registerCluster(store: Store, place: Place, { now, driftCheckAfter }: { now: number; driftCheckAfter: string }): Promise<void> {
  await store.clusters.put({
    v: VERSION,
    id: CLUSTER,
    name: CLUSTER,
    region: place.region,
    accountId: place.account,
    vpcId: defaultIds.vpcId,
    endpoint: 'https://cluster.local',
    authentication: { type: 'none' },
    mode: 'own',
    settings: Settings.parse({ stepbalancer: { driftCheckAfter } }),
    registeredAt: now,
  });
}

function logInto(logged: (line: string) => void, kept: Readonly<Record<string, unknown>> = {}): Log {
  const line = (level: string) => (message: string, values: Readonly<Record<string, unknown>> = {}) => logged(JSON.stringify({ level, message, ...kept, ...values }));
  return { info: line('info'), warn: line('warn'), error: line('error'), with: (values) => logInto(logged, { ...kept, ...values }) };
}
