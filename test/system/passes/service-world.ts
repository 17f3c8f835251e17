import { CLUSTER, openSmallWorld, type SmallWorld } from '../../../infra/local/small-world';
import type { Pass } from '../../../infra/local/pass-runner';
import type { Table } from '../../../shared/aws/table';
import { type ApiObject, RESOURCES } from '../../../shared/kubernetes/cluster-client';
import type { Account } from '../accounts';
import { annotationsOf } from '../manifests';

/** A small world with one Service `default/web`, and what tests do to it. */
export interface ServiceWorld extends SmallWorld {
  /** Makes the Service, or changes what is stated, and runs its pass. Annotations by their short names; null takes one away. */
  apply(change: ServiceChange): Promise<Pass>;
  /** Runs the pass once more, as if an event had come. */
  again(): Promise<Pass>;
  remove(): Promise<Pass>;
  /** Events on the Service: `reason: message`. */
  events(): Promise<string[]>;
  hostname(): Promise<string | undefined>;
  /** Names of the writes in AWS since the last look, `CreateLoadBalancer` …. */
  writes(): string[];
  /** Names of the reads in AWS since the last look. */
  reads(): string[];
}

export interface ServiceChange {
  readonly annotations?: Readonly<Record<string, string | null>>;
  /** Keys as they are: `stepbalancer.io/approve-plan`. */
  readonly ownAnnotations?: Readonly<Record<string, string | null>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

const CLUSTER_MS = 5000;
const at = { namespace: 'default', name: 'web' };
export const KEY = `svc#${CLUSTER}#default/web`;
const NEW: ApiObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...at, annotations: annotationsOf({ type: 'external', 'nlb-target-type': 'ip' }) },
  spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] },
};

/** Opens a world on an account. With `nodes`, Deployments have pods there. */
export async function openServiceWorld(account: Account, { settings, nodes = 0, table }: { settings?: object; nodes?: number; table?: Table } = {}): Promise<ServiceWorld> {
  const facts = account.facts as { settings?: { stepbalancer?: object } };
  const environment = { ...facts, settings: { ...facts.settings, ...settings } };
  const world = await openSmallWorld({ environment, objects: [], ...(table ? { table } : {}), ...(nodes > 0 ? { nodes: { count: nodes, subnets: account.nodeSubnets, securityGroup: account.nodeSecurityGroup } } : {}) });
  let looked = 0;
  const since = (kind: 'read' | 'write') => world.calls().filter((call) => call.number > looked && call.kind === kind && (call.service === 'elasticloadbalancing' || call.service === 'ec2' || call.service === 'acm'));
  const called = (kind: 'read' | 'write') => since(kind).map(({ action }) => action);
  const run = () => {
    looked = world.calls().at(-1)?.number ?? 0;
    return world.runner.run(KEY);
  };
  return {
    ...world,
    again: run,
    writes: () => called('write'),
    reads: () => called('read'),
    async apply({ annotations = {}, ownAnnotations = {}, spec = {} }) {
      const found = await world.client.get(RESOURCES.services, at);
      if (!found) await world.client.create(RESOURCES.services, NEW);
      await world.client.patch(RESOURCES.services, at, { type: 'merge', body: { metadata: { annotations: { ...annotationsOf(annotations), ...ownAnnotations } }, spec } });
      // No event wakes anybody in this world, so the cluster has a moment to write its EndpointSlices.
      await world.runner.settle(CLUSTER_MS);
      return run();
    },
    async remove() {
      await world.client.delete(RESOURCES.services, at);
      return run();
    },
    async events() {
      const events = await world.client.list(RESOURCES.events, { namespace: at.namespace });
      return events.filter((event) => (event['involvedObject'] as { kind?: string }).kind === 'Service').map((event) => `${String(event['reason'])}: ${String(event['message'])}`);
    },
    async hostname() {
      const service = await world.client.get(RESOURCES.services, at);
      return (service?.['status'] as { loadBalancer?: { ingress?: { hostname?: string }[] } } | undefined)?.loadBalancer?.ingress?.[0]?.hostname;
    },
  };
}
