import { openSmallWorld, type SmallWorld } from '../../infra/local/small-world';
import { type ApiObject, type ApiResource, RESOURCES } from '../../shared/kubernetes/cluster-client';
import { accountOf } from '../system/accounts';
import { aDeployment, annotationsOf } from '../system/manifests';
import { type ClusterEvents, expectCompleted, followCluster } from '../system/passes/cluster-events';
import { type CallCounts, countCalls } from './call-counts';
import { createWatch, type StepRun, type Watch } from './watch';

/** What one scenario came to. */
export interface Measure {
  readonly counts: CallCounts;
  readonly steps: readonly StepRun[];
  /** Requests to the cluster's API server, by functions alone. */
  readonly kubernetes: number;
  /** On the world's clock: how long it would have taken. */
  readonly seconds: number;
}

export interface LifeOptions {
  readonly ports: number;
  readonly replicas?: number;
  /** Multiplies the times that AWS takes; 1 is AWS's own pace. */
  readonly awsFactor?: number;
}

const at = { namespace: 'default', name: 'web' };
const DEPLOYMENTS: ApiResource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true };
const APP_PORT = 8080;
const US = 'stepbalancer';

/** A Service with pods on nodes of an account at AWS's own pace. Changes of the cluster wake keys exactly as events do. */
export class ServiceLife {
  readonly world: SmallWorld;
  readonly #watch: Watch;
  readonly #events: ClusterEvents;

  private constructor(world: SmallWorld, watch: Watch) {
    this.world = world;
    this.#watch = watch;
    this.#events = followCluster(world, (ask) => quietly(world, ask));
  }

  /** Opens the world: pods are ready, no Service is there yet. */
  static async open({ replicas = 3, awsFactor = 1 }: Partial<LifeOptions> = {}): Promise<ServiceLife> {
    const watch = createWatch();
    const account = accountOf('svc-three-zones');
    const world = await openSmallWorld({ ...watch, environment: account.facts, objects: [], awsFactor, nodes: { count: 3, subnets: account.nodeSubnets, securityGroup: account.nodeSecurityGroup } });
    watch.follow(world.account.aws.log);
    const life = new ServiceLife(world, watch);
    await world.client.create(DEPLOYMENTS, aDeployment(at.name, { replicas }) as ApiObject);
    await life.until(async () => (await life.readyPods()) === replicas);
    return life;
  }

  /** Does something, lets everything happen that follows from it, and counts. Throws where a pass failed. */
  async measure(act: () => Promise<unknown>, done: () => Promise<boolean> = () => Promise.resolve(true)): Promise<Measure> {
    this.#watch.take();
    this.world.cluster.calls.clear();
    const from = this.world.clock.now();
    await act();
    await this.until(done);
    const steps = this.#watch.take();
    const kubernetes = this.world.cluster.calls.all().filter(({ userAgent }) => userAgent === US).length;
    return { counts: countCalls(steps), steps, kubernetes, seconds: Math.round((this.world.clock.now() - from) / 1000) };
  }

  /** Lets time pass, events included, until `done` and nothing changes any more. */
  until(done: () => Promise<boolean>): Promise<void> {
    return this.#events.until(done);
  }

  /** Minutes without any change in the cluster; AWS is as it is. */
  wait(minutes: number): void {
    this.world.clock.advance(minutes * 60_000);
  }

  /** Wakes one key although nothing has changed. */
  async wake(key: string): Promise<void> {
    expectCompleted(key, await this.world.runner.run(key));
  }

  async createService({ ports, name = at.name }: { ports: number; name?: string }): Promise<void> {
    const list = Array.from({ length: ports }, (_, index) => ({ name: `port-${index}`, port: 8000 + index, targetPort: APP_PORT, protocol: 'TCP' }));
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { ...at, name, annotations: annotationsOf({ type: 'external', 'nlb-target-type': 'ip' }) }, spec: { type: 'LoadBalancer', selector: { app: at.name }, ports: list } };
    await this.world.client.create(RESOURCES.services, service);
  }

  patchService(metadata: object): Promise<unknown> {
    return this.world.client.patch(RESOURCES.services, at, { type: 'merge', body: { metadata } });
  }

  annotate(short: Readonly<Record<string, string>>): Promise<unknown> {
    return this.patchService({ annotations: annotationsOf(short) });
  }

  deleteService(): Promise<unknown> {
    return this.world.client.delete(RESOURCES.services, at);
  }

  scale(replicas: number): Promise<unknown> {
    return this.world.client.patch(DEPLOYMENTS, at, { type: 'merge', body: { spec: { replicas } } });
  }

  /** New pods in place of the old ones, each held back by the readiness gate of every binding. */
  async replacePodsWithGates(): Promise<void> {
    const bindings = await this.world.client.list(RESOURCES.targetGroupBindings);
    const readinessGates = bindings.map(({ metadata }) => ({ conditionType: `target-health.elbv2.k8s.aws/${metadata.name}` }));
    await this.world.client.patch(DEPLOYMENTS, at, { type: 'merge', body: { spec: { template: { spec: { readinessGates } } } } });
  }

  async pods(): Promise<readonly ApiObject[]> {
    return quietly(this.world, () => this.world.client.list(RESOURCES.pods, { namespace: at.namespace }));
  }

  async readyPods(): Promise<number> {
    return (await this.pods()).filter((pod) => isReady(pod)).length;
  }

  /** Whether all pods are new ones, and ready. */
  async isReplaced(count: number): Promise<boolean> {
    const pods = await this.pods();
    const gated = pods.filter((pod) => ((pod['spec'] as { readinessGates?: readonly unknown[] }).readinessGates ?? []).length > 0);
    return pods.length === count && gated.length === count && pods.every((pod) => isReady(pod));
  }

  async isGone(): Promise<boolean> {
    const { client, account } = this.world;
    const service = await quietly(this.world, () => client.get(RESOURCES.services, at));
    return service === undefined && [...account.elbv2.state.targetGroups.values()].length === 0;
  }

  close(): Promise<void> {
    return this.world.close();
  }
}

function isReady(pod: ApiObject): boolean {
  const { conditions = [] } = pod['status'] as { conditions?: readonly { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Requests of our own eyes do not count. */
async function quietly<Answer>({ cluster }: SmallWorld, look: () => Promise<Answer>): Promise<Answer> {
  const before = cluster.calls.all();
  const answer = await look();
  cluster.calls.clear();
  before.forEach((call) => cluster.calls.add(call));
  return answer;
}
