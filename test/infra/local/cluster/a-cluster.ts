import type { DrivenClock } from '../../../../infra/local/clock';
import { drivenClock } from '../../../../infra/local/clock';
import type { LocalCluster } from '../../../../infra/local/cluster/local-cluster';
import { createLocalCluster } from '../../../../infra/local/cluster/local-cluster';
import type { KubeObject } from '../../../../infra/local/cluster/kube-object';
import type { Storage } from '../../../../infra/local/storage';
import { memoryStorage } from '../../../../infra/local/storage';
import type { NodeProvider } from '../../../../infra/local/cluster/node-provider';

/** What a request to the cluster was answered with. */
export interface Answer {
  readonly code: number;
  readonly object: KubeObject;
  readonly headers: Readonly<Record<string, string>>;
}

/** A cluster on a driven clock, and short ways to talk to it. */
export interface TestCluster {
  readonly cluster: LocalCluster;
  readonly clock: DrivenClock;
  readonly call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** Lets `seconds` pass. */
  readonly pass: (seconds: number) => void;
}

/** Chance that is the same in every run. */
export function seededRandom(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** A new cluster, or one that goes on with `storage`. */
export function aCluster({ storage = memoryStorage(), clock = drivenClock(), seed = 1, nodes }: { storage?: Storage; clock?: DrivenClock; seed?: number; nodes?: NodeProvider } = {}): TestCluster {
  const problem = (error: unknown) => {
    throw error;
  };
  const cluster = createLocalCluster({ storage, clock, random: seededRandom(seed), factor: 1, onProblem: problem, ...(nodes === undefined ? {} : { nodes }) });
  return {
    cluster,
    clock,
    pass: (seconds) => clock.advance(seconds * 1000),
    async call(method, path, body, headers = {}) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const response = await cluster.handle({ method, path, headers: { 'content-type': type, 'user-agent': 'test/1', ...headers }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
      return { code: response.status, object: parsed(response.body), headers: response.headers };
    },
  };
}

function parsed(body: string): Answer['object'] {
  return (body.startsWith('{') ? JSON.parse(body) : { text: body }) as Answer['object'];
}

/** A Service to send. */
export function aService(name: string, spec: object = {}): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } };
}

/** A Deployment to send, whose pods carry the label `app`. */
export function aDeployment(name: string, { replicas = 3, pod = {}, ...spec }: { replicas?: number; pod?: object; [field: string]: unknown } = {}): object {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80, name: 'http' }] }], ...pod } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas, selector: { matchLabels: { app: name } }, template, ...spec } };
}

export const SERVICES = '/api/v1/namespaces/default/services';
export const PODS = '/api/v1/namespaces/default/pods';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
export const REPLICA_SETS = '/apis/apps/v1/namespaces/default/replicasets';
export const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
