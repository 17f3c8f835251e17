import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainObject } from '../../../infra/cli/vectors/merge-deeply';
import { type TargetSession, openSession } from '../../../infra/cli/vectors/targets/session';
import type { ApiObject } from '../../../shared/kubernetes/cluster-client';
import type { TargetLaneDeps } from '../../../shared/targets/target-lane';

const environment = parse(readFileSync(join(import.meta.dirname, '../../vectors/environments/tgt-basic.yaml'), 'utf8')) as PlainObject;

export const TARGET_GROUP = 'arn:aws:elasticloadbalancing:us-west-2:111122223333:targetgroup/k8s-shop-web-1a2b3c4d5e/0123456789abcdef';
export const NODE_GROUP = 'sg-0aa11bb22cc330001';
export const BACKEND_GROUP = 'sg-0aa11bb22cc330002';

const NODES: Readonly<Record<string, readonly [string, string]>> = { 'node-a': ['10.20.1.', 'i-0a10000000000001a'], 'node-b': ['10.20.2.', 'i-0a20000000000002b'] };

/** A node of the account in tgt-basic.yaml. */
export function aNode(name: string): ApiObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, labels: { 'topology.kubernetes.io/zone': 'us-west-2a' } }, spec: { providerID: `aws:///us-west-2a/${NODES[name]?.[1] ?? ''}` }, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
}

/** Pods `21`, `22` … on a node, named by their last octet. */
export function aPod(octet: number, node = 'node-a'): ApiObject {
  const podIP = `${NODES[node]?.[0] ?? ''}${octet}`;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: `web-${node}-${octet}`, namespace: 'shop', uid: `pod-${node}-${octet}`, labels: { app: 'web' } }, spec: { nodeName: node, containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080 }] }] }, status: { podIP, conditions: [{ type: 'ContainersReady', status: 'True' }] } };
}

/** The same on node-a, while its containers start. */
export function startingPod(octet: number, spec: object = {}): ApiObject {
  const { status, ...pod } = aPod(octet);
  return { ...pod, spec: { ...(pod['spec'] as object), ...spec }, status: { ...(status as object), conditions: [{ type: 'ContainersReady', status: 'False' }] } };
}

export function aSlice(pods: readonly ApiObject[]): ApiObject {
  const isReady = (status: unknown) => (status as { conditions: { status: string }[] }).conditions.every((condition) => condition.status === 'True');
  const endpoints = pods.map(({ metadata, status }) => ({ addresses: [(status as { podIP: string }).podIP], conditions: { ready: isReady(status) }, targetRef: { kind: 'Pod', name: metadata.name, namespace: 'shop' } }));
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'web-x1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } }, addressType: 'IPv4', endpoints, ports: [{ name: '', port: 8080, protocol: 'TCP' }] };
}

/** A binding that a model asked for, with one rule from the backend group. */
export function aBinding(): ApiObject {
  return {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: 'web', namespace: 'shop', uid: 'tgb', labels: { 'service.k8s.aws/stack-namespace': 'shop', 'service.k8s.aws/stack-name': 'web' } },
    spec: { targetGroupARN: TARGET_GROUP, targetType: 'ip', serviceRef: { name: 'web', port: 80 }, networking: { ingress: [{ from: [{ securityGroup: { groupID: BACKEND_GROUP } }], ports: [{ protocol: 'TCP', port: 8080 }] }] } },
  };
}

const aService: ApiObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterIP', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] } };

/** Every call to AWS, by name, and what may happen at it. */
export interface AwsCalls {
  readonly names: string[];
  /** Called before and after each call. Throws to break it off. */
  at: (point: { name: string; when: 'before' | 'after'; index: number }) => void;
}

/** A cluster with one Service behind one binding, over the account of tgt-basic.yaml. */
export async function openLane(pods: readonly ApiObject[]): Promise<{ session: TargetSession; calls: AwsCalls; setPods: (pods: readonly ApiObject[]) => void }> {
  const calls: AwsCalls = { names: [], at: () => undefined };
  const objects = [aBinding(), aService, aNode('node-a'), aNode('node-b')];
  const session = await openSession(environment, objects as unknown as PlainObject[], (deps) => ({ ...deps, elbv2: watched(deps.elbv2, calls), ec2: watched(deps.ec2, calls) }));
  const setPods = (wanted: readonly ApiObject[]) => [...wanted, aSlice(wanted)].forEach((object) => session.cluster.apply(object));
  setPods(pods);
  return { session, calls, setPods };
}

function watched<Client extends TargetLaneDeps['elbv2'] | TargetLaneDeps['ec2']>(client: Client, calls: AwsCalls): Client {
  return Object.fromEntries(
    Object.entries(client).map(([name, call]) => [
      name,
      async (...input: unknown[]) => {
        const index = calls.names.push(name) - 1;
        calls.at({ name, when: 'before', index });
        const answer: unknown = await (call as (...input: unknown[]) => Promise<unknown>)(...input);
        calls.at({ name, when: 'after', index });
        return answer;
      },
    ]),
  ) as Client;
}

/** Addresses that the target group holds, draining ones aside. */
export function registered({ account }: TargetSession): string[] {
  const group = account.facts.targetGroups.find(({ arn }) => arn === TARGET_GROUP);
  return (group?.targets ?? []).filter(({ state }) => state !== 'draining').map(({ id }) => id).sort();
}

/** Inbound rules of the nodes' group, in short. */
export function rules({ account }: TargetSession): string[] {
  return (account.rules.get(NODE_GROUP) ?? []).map(({ protocol, fromPort, toPort, source }) => `${protocol} ${fromPort ?? ''}-${toPort ?? ''} ${source}`).sort();
}
