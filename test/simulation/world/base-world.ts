import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { parse } from 'yaml';
import { createLocalAccount } from '../../../infra/local/account';
import { defaultEnvironment, defaultIds } from '../../../infra/local/aws/default-environment';
import { createLambdaRuntime } from '../../../infra/local/aws/lambda/lambda-runtime';
import { drivenClock, type DrivenClock } from '../../../infra/local/clock';
import { clusterTransport } from '../../../infra/local/cluster-transport';
import { createLocalCluster } from '../../../infra/local/cluster/local-cluster';
import { deployMessaging, NAMES, type Deployment } from '../../../infra/local/deploy';
import { drivenInterpreter } from '../../../infra/local/engine/driven-interpreter';
import { createStates } from '../../../infra/local/engine/states';
import { localFunctions } from '../../../infra/local/local-functions';
import { defaultNodeSubnets, nodeMachines } from '../../../infra/local/node-machines';
import { seededRandom } from '../../../infra/local/seeded-random';
import { workflowDefinition } from '../../../infra/workflow';
import type { StateName } from '../../../shared/contract/steps';
import type { ApiObject } from '../../../shared/kubernetes/cluster-client';
import type { Transport } from '../../../shared/kubernetes/transport';
import { reachAws, SECRET, userAws, userConfig } from './aws-door';
import { keptStorage, type Snapshot } from './snapshot';

/** Where every run begins: an account and a cluster with nodes and ready pods, without any load balancer of ours. */
export interface BaseWorld {
  readonly aws: Snapshot;
  readonly cluster: Snapshot;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly deployment: Deployment;
}

/** The namespace in which everything happens. */
export const NAMESPACE = 'shop';
/** Deployments that Services may name, with their container port. */
export const DEPLOYMENTS = { web: 8080, api: 9090 } as const;

let made: Promise<BaseWorld> | undefined;

/** The base of all runs of this process, made once. */
export function baseWorld(): Promise<BaseWorld> {
  made ??= makeBase();
  return made;
}

async function makeBase(): Promise<BaseWorld> {
  const clock = drivenClock();
  const random = seededRandom(1);
  const awsStorage = keptStorage();
  const clusterStorage = keptStorage();
  const world = { storage: awsStorage.storage, clock, random, factor: 1 };
  const place = { account: defaultIds.account, region: defaultIds.region };
  const functions = localFunctions(place);
  const states = createStates(world, { runtime: createLambdaRuntime(world), findFunction: () => undefined, interpreter: drivenInterpreter(world) });
  const account = createLocalAccount({ world, services: { states: states.operations } });
  account.load(defaultEnvironment());
  const nodes = nodeMachines({ machines: account.ec2.machines, storage: world.storage, place, subnets: defaultNodeSubnets, securityGroup: defaultIds.nodeSecurityGroup });
  const cluster = createLocalCluster({ storage: clusterStorage.storage, clock, random, factor: 1, nodes });
  reachAws({ functions: account.aws.handle, user: account.aws.handle });
  const deployment = await deployMessaging(userConfig);
  const arns = Object.fromEntries(Object.entries(functions.states).map(([state, { arn }]) => [state, arn])) as Record<StateName, string>;
  const sfn = new SFNClient(userConfig);
  await sfn.send(new CreateStateMachineCommand({ name: NAMES.stateMachine, definition: JSON.stringify(workflowDefinition(arns)), roleArn: `arn:aws:iam::${place.account}:role/stepbalancer`, type: 'STANDARD' }));
  await makeForeignResources();
  await applyFirstObjects(clusterTransport(cluster, 'user'));
  await passTime(clock, 10_000);
  await cluster.close();
  states.halt();
  await account.close();
  return { aws: awsStorage.snapshot(), cluster: clusterStorage.snapshot(), now: clock.now(), deployment };
}

const STEPS_PER_TURN = 200;
/** Node's own way to run every promise's continuation at once. A turn of the event loop per timer does the same and takes a tenth of a run's time more. */
const { ['_tickCallback']: settleMicrotasks } = process as unknown as { readonly _tickCallback: () => void };

/** Lets time pass, one timer after the other, each until nothing more follows from it at once; less where `isEnough` says so. */
export function passTime(clock: DrivenClock, ms: number, isEnough: () => boolean = () => false): Promise<void> {
  const end = clock.now() + ms;
  const goOn = (): boolean => {
    if ((clock.nextTimer() ?? Number.POSITIVE_INFINITY) > end) {
      clock.advance(end - clock.now());
      return false;
    }
    clock.step();
    settleMicrotasks();
    return !isEnough();
  };
  return new Promise((resolve, reject) => {
    const turn = () => {
      try {
        for (let steps = 0; steps < STEPS_PER_TURN; steps += 1) if (!goOn()) return resolve();
        setImmediate(turn);
      } catch (error) {
        reject(error);
      }
    };
    setImmediate(turn);
  });
}

/** Resolves when no promise has anything left to do. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** What others have in the account: by hand, and by LBC in another cluster. Nobody may touch it. */
async function makeForeignResources(): Promise<void> {
  const { elbv2, ec2 } = userAws;
  const group = await ec2.createSecurityGroup({ name: 'customer', description: 'by hand', vpcId: defaultIds.vpcId, tags: { Name: 'customer' } });
  await ec2.authorizeIngress(group, [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]);
  await ec2.authorizeIngress(defaultIds.nodeSecurityGroup, [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '10.20.0.0/16', Description: 'operators' }] }]);
  const tags = [{ Key: 'elbv2.k8s.aws/cluster', Value: 'another' }, { Key: 'service.k8s.aws/stack', Value: `${NAMESPACE}/web` }, { Key: 'service.k8s.aws/resource', Value: 'LoadBalancer' }];
  for (const [Name, Tags] of [['customer', []], ['k8s-shop-web-another', tags]] as const) {
    const SubnetMappings = defaultIds.publicSubnets.map((SubnetId) => ({ SubnetId }));
    const { LoadBalancerArn } = await elbv2.createLoadBalancer({ Name, Type: 'network', Scheme: 'internet-facing', SubnetMappings, SecurityGroups: [group], ...(Tags.length > 0 ? { Tags } : {}) });
    const { TargetGroupArn } = await elbv2.createTargetGroup({ Name, TargetType: 'ip', Protocol: 'TCP', Port: 80, VpcId: defaultIds.vpcId, ...(Tags.length > 0 ? { Tags } : {}) });
    await elbv2.registerTargets(TargetGroupArn, [{ Id: '10.20.48.250', Port: 80 }]);
    await elbv2.createListener({ LoadBalancerArn, Port: 80, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', TargetGroupArn }] });
  }
}

async function applyFirstObjects(transport: Transport): Promise<void> {
  const definition = parse(readFileSync(join(import.meta.dirname, '../../../infra/cluster/crds/target-group-binding.yaml'), 'utf8')) as ApiObject;
  await post(transport, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  await post(transport, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await post(transport, `/api/v1/namespaces/${NAMESPACE}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET } }, stringData: { token: SECRET } });
  for (const [name, containerPort] of Object.entries(DEPLOYMENTS)) {
    const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'nginx', ports: [{ containerPort }] }] } };
    await post(transport, `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: NAMESPACE }, spec: { replicas: 2, selector: { matchLabels: { app: name } }, template } });
  }
}

/** Creates an object as the user. Throws what the API server says. */
export async function post(transport: Transport, path: string, object: object): Promise<void> {
  const answer = await transport.send({ method: 'POST', path, body: JSON.stringify(object), headers: { 'content-type': 'application/json' } });
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.body}`);
}
