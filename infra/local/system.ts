import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateStateMachineCommand, DescribeStateMachineCommand, SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { parse } from 'yaml';
import { provideClients } from '../../functions/clients';
import type { AwsClientConfig } from '../../shared/aws/client-config';
import { createEventBus } from '../../shared/aws/event-bus';
import { eventSource } from '../../shared/contract/events';
import type { ClusterMode } from '../../shared/contract/items';
import { Settings } from '../../shared/contract/settings';
import type { StateName } from '../../shared/contract/steps';
import { createClusterClient } from '../../shared/kubernetes/client';
import { type ClusterClient, type ApiObject } from '../../shared/kubernetes/cluster-client';
import { socketTransport } from '../../shared/kubernetes/transport';
import type { Store } from '../../shared/store/store';
import { dynamodbTable } from '../../shared/aws/dynamodb-table';
import { createStore } from '../../shared/store/create-store';
import { runForwarder } from '../cluster/forwarder/forwarder';
import { FUNCTION_TIMEOUT_SECONDS, workflowDefinition } from '../workflow';
import { createLocalAccount, type LocalAccount } from './account';
import { defaultEnvironment, defaultIds } from './aws/default-environment';
import type { EksCluster } from './aws/eks';
import { startEventSource } from './aws/event-source';
import { withHistory } from './aws/history';
import { createLambda } from './aws/lambda/lambda-operations';
import { createLambdaRuntime, type LocalFunction } from './aws/lambda/lambda-runtime';
import type { Place } from './aws/network';
import { startSchedule } from './aws/schedule';
import { type Clock, realClock } from './clock';
import { createLocalCluster, KUBERNETES_VERSION, type LocalCluster } from './cluster/local-cluster';
import { clusterTransport } from './cluster-transport';
import { deployLocally, NAMES } from './deploy';
import { libraryInterpreter } from './engine/library-interpreter';
import { createStates, type States } from './engine/states';
import { holdFolder } from './hold-folder';
import { localFunctions } from './local-functions';
import { defaultNodeSubnets, nodeMachines } from './node-machines';
import { quietClients } from './quiet-clients';
import { fileStorage, memoryStorage } from './storage';

export interface LocalSystemOptions {
  /** Where everything is kept; in memory without it. */
  readonly folder?: string;
  /** Multiplies all delays: AWS's, leases, sweeper, retries, coalescing. */
  readonly factor: number;
  readonly awsPort?: number;
  readonly kubePort?: number;
  /** Settings of the local cluster, as `stepbalancer cluster add` takes them. */
  readonly settings?: unknown;
  readonly mode?: ClusterMode;
  /** The account to begin with; the built-in one without it. Its VPC and node group must be named then. */
  readonly environment?: { readonly facts: unknown; readonly vpcId: string; readonly nodeSecurityGroup: string; readonly nodeSubnets: readonly { readonly zone: string; readonly subnetId: string }[] };
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Ends the process for the faults `exit-before` and `exit-after`. */
  readonly exit?: () => void;
  /** Errors that nobody waits for. */
  readonly onProblem?: (problem: unknown) => void;
}

/** The whole system in one process: local AWS, local cluster, the deployed functions and workflow, a forwarder. */
export interface LocalSystem {
  readonly account: LocalAccount;
  readonly cluster: LocalCluster;
  readonly states: States;
  readonly place: Place;
  readonly awsUrl: string;
  readonly kubeUrl: string;
  readonly kubeconfig: string;
  readonly clusterId: string;
  /** For SDK clients that speak to the local AWS. */
  readonly clientConfig: AwsClientConfig;
  readonly client: ClusterClient;
  readonly store: Store;
  readonly stateMachineArn: string;
  stop(): Promise<void>;
}

const LEAST_TIMEOUT_SECONDS = 5;
const CRD = join(import.meta.dirname, '../cluster/crds/target-group-binding.yaml');

/** Starts the system, or goes on with the one that the folder holds. Resolves when it answers and its cluster is registered. */
export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const { folder, factor, clock = realClock(), random = Math.random, onProblem = rethrow } = options;
  const release = folder === undefined ? () => undefined : holdFolder(folder);
  const storage = folder === undefined ? memoryStorage() : fileStorage(join(folder, 'aws.sqlite'));
  const clusterStorage = folder === undefined ? memoryStorage() : fileStorage(join(folder, 'cluster.sqlite'));
  const world = { storage: withHistory(storage, clock), clock, random, factor };
  const runtime = createLambdaRuntime(world);
  const given = options.environment ?? { facts: defaultEnvironment(), vpcId: defaultIds.vpcId, nodeSecurityGroup: defaultIds.nodeSecurityGroup, nodeSubnets: defaultNodeSubnets };
  const place: Place = placeOf(given.facts);
  // However fast everything else is: a function on a busy machine needs its seconds.
  const patience = Math.max(1, LEAST_TIMEOUT_SECONDS / (FUNCTION_TIMEOUT_SECONDS * factor));
  const functions = localFunctions(place, FUNCTION_TIMEOUT_SECONDS * patience);
  const states = createStates(world, { runtime, findFunction: (arn) => Object.values(functions.states).find((each) => each.arn === arn), interpreter: libraryInterpreter({ factor, timeoutFactor: factor * patience }) });

  const deployed = [...Object.values(functions.states as Readonly<Record<string, LocalFunction>>), functions.routeEvents, functions.syncTargets, functions.sweep, functions.resync];
  const began = storage.collection<number>('local/began');
  if (!began.has('cluster')) began.set('cluster', clock.now());
  let awsUrl = '';
  let kubeUrl = '';
  const account = createLocalAccount({
    world,
    ...(folder === undefined ? {} : { dynamodbPath: join(folder, 'dynamodb') }),
    endpoint: () => awsUrl || undefined,
    services: { states: states.operations, lambda: createLambda(({ account: id, region }) => (id === place.account && region === place.region ? deployed : [])) },
    eksClusters: ({ account: id, region }) => (id === place.account && region === place.region ? [eksCluster({ endpoint: kubeUrl, given, createdAt: began.get('cluster') ?? 0 })] : []),
    ...(options.exit ? { exit: options.exit } : {}),
  });
  if (!storage.collection<boolean>('local/loaded').has('environment')) {
    account.load(given.facts);
    storage.collection<boolean>('local/loaded').set('environment', true);
  }
  const cluster = createLocalCluster({
    storage: clusterStorage,
    clock,
    random,
    factor,
    nodes: nodeMachines({ machines: account.ec2.machines, storage, place, subnets: given.nodeSubnets, securityGroup: given.nodeSecurityGroup }),
    onProblem,
  });
  account.elbv2.useProbe(({ id, port }) => (cluster.probe(id, port) ? 'healthy' : 'unhealthy'));
  const aws = await account.aws.listen(options.awsPort ?? 0);
  awsUrl = aws.url;
  const kube = await cluster.listen(options.kubePort ?? 0);
  kubeUrl = kube.url;

  const clientConfig: AwsClientConfig = { region: place.region, endpoint: aws.url, credentials: { accessKeyId: place.account, secretAccessKey: 'local' } };
  const deployment = await deployLocally(clientConfig);
  const stateMachineArn = await deployWorkflow(clientConfig, Object.fromEntries(Object.entries(functions.states).map(([state, { arn }]) => [state, arn])) as Record<StateName, string>);
  const client = createClusterClient({ transport: socketTransport({ server: kube.url }), cluster: defaultIds.cluster, now: clock.now });
  await applyCrd(client, cluster);

  provideClients(quietClients({ folder, clock, random, factor, config: clientConfig, stateMachineArn, targetsUrl: deployment.targetsUrl }));
  const store = createStore({ table: dynamodbTable({ config: clientConfig, name: NAMES.table }), now: clock.now, factor });
  const clusterId = defaultIds.cluster;
  await registerCluster({ store, clusterId, place, vpcId: given.vpcId, endpoint: kube.url, options, now: clock.now() });

  const onError = ({ errorType, errorMessage }: { errorType: string; errorMessage: string }) => onProblem(new Error(`${errorType}: ${errorMessage}`));
  const sources = [
    startEventSource({ queues: account.sqs.queues, runtime, queueArn: deployment.intakeArn, target: functions.routeEvents, batchSize: 100, concurrency: 2 }),
    startEventSource({ queues: account.sqs.queues, runtime, queueArn: deployment.targetsArn, target: functions.syncTargets, batchSize: 10, concurrency: 4 }),
  ];
  const schedules = [
    startSchedule({ world, runtime, everySeconds: 60, target: functions.sweep, onError }),
    startSchedule({ world, runtime, everySeconds: 60, target: functions.resync, onError }),
  ];
  const stopping = new AbortController();
  const events = createEventBus({ config: { ...clientConfig, signal: () => stopping.signal }, bus: NAMES.bus });
  const source = eventSource(clusterId);
  const forwarder = runForwarder({
    cluster: clusterId,
    transport: socketTransport({ server: kube.url }),
    timers: clock,
    signal: stopping.signal,
    factor,
    log: () => undefined,
    send: (batch) => events.put(batch.map((event) => ({ source, ...event }))),
  });

  return {
    account,
    cluster,
    states,
    place,
    awsUrl: aws.url,
    kubeUrl: kube.url,
    kubeconfig: cluster.kubeconfig(kube.url),
    clusterId,
    clientConfig,
    client,
    store,
    stateMachineArn,
    async stop() {
      stopping.abort();
      for (const schedule of schedules) schedule.stop();
      states.halt();
      await Promise.allSettled([...sources.map((source) => source.stop()), forwarder]);
      // A function that runs has its tables until it ends.
      await runtime.idle();
      await cluster.close();
      await aws.close();
      await account.close();
      storage.close();
      clusterStorage.close();
      release();
    },
  };
}

/** The local cluster as EKS shows it. Its endpoint is plain HTTP, so that no authority signs for it. */
function eksCluster({ endpoint, given, createdAt }: { endpoint: string; given: Pick<NonNullable<LocalSystemOptions['environment']>, 'vpcId' | 'nodeSubnets' | 'nodeSecurityGroup'>; createdAt: number }): EksCluster {
  return { name: defaultIds.cluster, endpoint, authorityPem: '', version: KUBERNETES_VERSION.replace(/^v|\.\d+$/g, ''), vpcId: given.vpcId, subnetIds: given.nodeSubnets.map(({ subnetId }) => subnetId), clusterSecurityGroupId: given.nodeSecurityGroup, createdAt };
}

function placeOf(facts: unknown): Place {
  const { cluster } = facts as { cluster: { accountId: string; region: string } };
  return { account: cluster.accountId, region: cluster.region };
}

/** Makes the state machine, or brings it to this version's definition. */
async function deployWorkflow(config: AwsClientConfig, functionArns: Record<StateName, string>): Promise<string> {
  const client = new SFNClient({ region: config.region, ...(config.endpoint ? { endpoint: config.endpoint } : {}), ...(config.credentials ? { credentials: config.credentials } : {}) });
  const account = config.credentials?.accessKeyId ?? '';
  const stateMachineArn = `arn:aws:states:${config.region}:${account}:stateMachine:${NAMES.stateMachine}`;
  const definition = JSON.stringify(workflowDefinition(functionArns));
  const known = await client.send(new DescribeStateMachineCommand({ stateMachineArn })).catch(() => undefined);
  if (known?.definition === definition) return stateMachineArn;
  if (known) await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
  else await client.send(new CreateStateMachineCommand({ name: NAMES.stateMachine, definition, roleArn: `arn:aws:iam::${account}:role/stepbalancer`, type: 'STANDARD' }));
  return stateMachineArn;
}

/** TargetGroupBindings are known to the cluster before anything else. */
async function applyCrd(client: ClusterClient, cluster: LocalCluster): Promise<void> {
  const crd = parse(readFileSync(CRD, 'utf8')) as ApiObject;
  await client.apply({ group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false }, crd);
  const transport = clusterTransport(cluster, 'local-system');
  await transport.send({ method: 'GET', path: '/apis/elbv2.k8s.aws/v1beta1' });
}

interface Registration {
  readonly store: Store;
  readonly clusterId: string;
  readonly place: Place;
  readonly vpcId: string;
  readonly endpoint: string;
  readonly options: LocalSystemOptions;
  readonly now: number;
}

/** The local cluster registers itself in mode `own`; one that is registered keeps its mode and gets the new address. */
async function registerCluster({ store, clusterId, place, vpcId, endpoint, options, now }: Registration): Promise<void> {
  const known = await store.clusters.get(clusterId);
  await store.clusters.put({
    ...known,
    v: 1,
    id: clusterId,
    name: clusterId,
    region: place.region,
    accountId: place.account,
    vpcId,
    endpoint,
    authentication: { type: 'none' },
    mode: known?.mode ?? options.mode ?? 'own',
    settings: options.settings === undefined ? (known?.settings ?? Settings.parse({})) : Settings.parse(options.settings),
    registeredAt: known?.registeredAt ?? now,
  });
}

function rethrow(problem: unknown): void {
  queueMicrotask(() => {
    throw problem;
  });
}
