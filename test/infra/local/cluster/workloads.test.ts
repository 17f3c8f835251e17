import { describe, expect, it } from 'vitest';
import type { Deployment, EndpointSlice, Pod } from '../../../../infra/local/cluster/objects';
import type { NodeProvider } from '../../../../infra/local/cluster/node-provider';
import { memoryNodeProvider } from '../../../../infra/local/cluster/node-provider';
import { drivenClock } from '../../../../infra/local/clock';
import { memoryStorage } from '../../../../infra/local/storage';
import type { TestCluster } from './a-cluster';
import { aCluster, aDeployment, aService, DEPLOYMENTS, PODS, SERVICES, SLICES } from './a-cluster';

const list = async <T>({ call }: TestCluster, path: string) => (await call('GET', path)).object['items'] as T[];
const podsOf = (test: TestCluster) => list<Pod>(test, PODS);
const readiness = (pod: Pod) => pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status;

async function deployed(spec: Parameters<typeof aDeployment>[1] = {}): Promise<TestCluster> {
  const test = aCluster();
  await test.call('POST', DEPLOYMENTS, aDeployment('web', spec));
  await test.call('POST', SERVICES, aService('web', { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 'http' }] }));
  test.pass(3);
  return test;
}

describe('a cluster', () => {
  it('begins with three ready nodes in three zones', async () => {
    const { object } = await aCluster().call('GET', '/api/v1/nodes');
    const nodes = object['items'] as { metadata: { name: string; labels: Record<string, string> }; spec: { providerID: string } }[];
    expect(nodes.map(({ metadata }) => metadata.labels['topology.kubernetes.io/zone'])).toEqual(['us-west-2a', 'us-west-2b', 'us-west-2c']);
    for (const { metadata, spec } of nodes) {
      expect(spec.providerID).toMatch(/^aws:\/\/\/us-west-2[abc]\/i-[0-9a-f]{17}$/);
      expect(metadata.labels).toMatchObject({ 'kubernetes.io/hostname': metadata.name, 'topology.kubernetes.io/region': 'us-west-2', 'node.kubernetes.io/instance-type': 'm5.large' });
    }
  });

  it('goes on after a restart: same nodes, same pods, and unfinished work is finished', async () => {
    const storage = memoryStorage();
    const clock = drivenClock();
    const first = aCluster({ storage, clock });
    await first.call('POST', DEPLOYMENTS, aDeployment('web'));
    first.pass(1);
    await first.cluster.close();
    const second = aCluster({ storage, clock });
    await second.call('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 4 } });
    second.pass(5);
    const pods = await podsOf(second);
    expect(pods.map(readiness)).toEqual(['True', 'True', 'True', 'True']);
    expect(new Set(pods.map(({ metadata }) => metadata.uid)).size).toBe(4);
    expect(await list(second, '/api/v1/nodes')).toHaveLength(3);
  });
});

describe('a Deployment', () => {
  it('becomes ready pods, spread over the nodes, within about two seconds', async () => {
    const test = aCluster();
    await test.call('POST', DEPLOYMENTS, aDeployment('web'));
    test.pass(0.5);
    expect((await podsOf(test)).map(({ status }) => status?.phase)).toEqual(['Pending', 'Pending', 'Pending']);
    test.pass(2.5);
    const pods = await podsOf(test);
    expect(pods.map(readiness)).toEqual(['True', 'True', 'True']);
    expect(new Set(pods.map(({ spec }) => spec.nodeName)).size).toBe(3);
    expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(3);
    const { object } = await test.call('GET', `${DEPLOYMENTS}/web`);
    expect(object.status).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 3, observedGeneration: 1 });
  });

  it('keeps enough pods available while it rolls out a new template', async () => {
    const test = await deployed();
    await test.call('PATCH', `${DEPLOYMENTS}/web`, { spec: { template: { metadata: { annotations: { v: '2' } } } } });
    let fewest = 3;
    for (let step = 0; step < 120; step += 1) {
      test.pass(0.1);
      fewest = Math.min(fewest, (await podsOf(test)).filter((pod) => readiness(pod) === 'True' && pod.metadata.deletionTimestamp === undefined).length);
    }
    const { status } = (await test.call('GET', `${DEPLOYMENTS}/web`)).object as Deployment;
    expect([fewest, status?.updatedReplicas, status?.replicas]).toEqual([3, 3, 3]);
    expect(status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Available MinimumReplicasAvailable', 'Progressing NewReplicaSetAvailable']);
  });

  it('stops all old pods first when it is to be recreated', async () => {
    const test = await deployed({ strategy: { type: 'Recreate' } });
    const old = new Set((await podsOf(test)).map(({ metadata }) => metadata.name));
    await test.call('PATCH', `${DEPLOYMENTS}/web`, { spec: { template: { metadata: { annotations: { v: '2' } } } } });
    test.pass(1);
    expect((await podsOf(test)).every(({ metadata }) => old.has(metadata.name) && metadata.deletionTimestamp !== undefined)).toBe(true);
    test.pass(6);
    expect((await podsOf(test)).filter(({ metadata }) => !old.has(metadata.name)).map(readiness)).toEqual(['True', 'True', 'True']);
  });

  it('replaces a pod that is deleted, on another address while the old one still has its own', async () => {
    const test = await deployed({ replicas: 1 });
    const [before] = await podsOf(test);
    await test.call('DELETE', `${PODS}/${before?.metadata.name}`);
    test.pass(1);
    const during = await podsOf(test);
    expect(during.map(({ status }) => status?.podIP).filter((ip) => ip === before?.status?.podIP)).toHaveLength(1);
    test.pass(5);
    expect(await podsOf(test)).toMatchObject([{ status: { phase: 'Running' } }]);
  });

  it('says when no node can take its pods', async () => {
    const test = await deployed({ replicas: 1, pod: { nodeSelector: { size: 'huge' } } });
    expect(await podsOf(test)).toMatchObject([{ status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] } }]);
    const events = await list<{ reason: string }>(test, '/api/v1/namespaces/default/events?fieldSelector=reason=FailedScheduling,type=Warning');
    expect(events).toHaveLength(1);
  });
});

describe('readiness', () => {
  it('waits for readiness gates, while the containers already answer', async () => {
    const gate = 'target-health.elbv2.k8s.aws/tgb';
    const test = await deployed({ replicas: 1, pod: { readinessGates: [{ conditionType: gate }] } });
    const [pod] = await podsOf(test);
    expect(pod && readiness(pod)).toBe('False');
    expect(test.cluster.probe(pod?.status?.podIP ?? '', 80)).toBe(true);
    const patch = { status: { conditions: [{ type: gate, status: 'True' }] } };
    await test.call('PATCH', `${PODS}/${pod?.metadata.name}/status`, patch, { 'content-type': 'application/strategic-merge-patch+json' });
    test.pass(1);
    const [after] = await podsOf(test);
    expect(after && readiness(after)).toBe('True');
    expect(after?.status?.conditions?.map(({ type }) => type)).toContain('ContainersReady');
  });

  it('never comes to a pod whose probe runs false', async () => {
    const test = await deployed({ replicas: 1, pod: { containers: [{ name: 'web', image: 'a', ports: [{ containerPort: 80 }], readinessProbe: { exec: { command: ['/bin/false'] } } }] } });
    test.pass(60);
    const [pod] = await podsOf(test);
    expect([pod && readiness(pod), test.cluster.probe(pod?.status?.podIP ?? '', 80)]).toEqual(['False', false]);
  });
});

describe('endpoints', () => {
  it('name each pod with its address, node, zone and resolved port', async () => {
    const test = await deployed();
    const [slice] = await list<EndpointSlice>(test, SLICES);
    expect(slice).toMatchObject({ addressType: 'IPv4', ports: [{ name: '', port: 80, protocol: 'TCP' }], metadata: { labels: { 'kubernetes.io/service-name': 'web' }, ownerReferences: [{ kind: 'Service', name: 'web' }] } });
    const pods = await podsOf(test);
    expect(new Set(slice?.endpoints.map(({ addresses }) => addresses[0]))).toEqual(new Set(pods.map(({ status }) => status?.podIP)));
    expect(slice?.endpoints[0]).toMatchObject({ conditions: { ready: true, serving: true, terminating: false }, targetRef: { kind: 'Pod', namespace: 'default' }, zone: expect.stringMatching(/^us-west-2/) as string });
    expect((await test.call('GET', '/api/v1/namespaces/default/endpoints/web')).object['subsets']).toMatchObject([{ addresses: [{}, {}, {}], ports: [{ port: 80 }] }]);
  });

  it('show a pod that is on its way out as terminating, then no more', async () => {
    const test = await deployed({ replicas: 2 });
    await test.call('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 1 } });
    test.pass(0.5);
    const during = (await list<EndpointSlice>(test, SLICES)).flatMap(({ endpoints }) => endpoints.map(({ conditions }) => conditions));
    expect(during).toContainEqual({ ready: false, serving: true, terminating: true });
    test.pass(3);
    expect((await list<EndpointSlice>(test, SLICES)).flatMap(({ endpoints }) => endpoints)).toHaveLength(1);
  });

  it('are split by a hundred', async () => {
    const test = await deployed({ replicas: 120 });
    test.pass(3);
    const slices = await list<EndpointSlice>(test, SLICES);
    expect(slices.map(({ endpoints }) => endpoints.length).sort((left, right) => right - left)).toEqual([100, 20]);
  });
});

describe('probe', () => {
  it('answers at pods and, for node ports, at every node or with policy Local at those with a pod', async () => {
    const test = await deployed({ replicas: 1 });
    const [pod] = await podsOf(test);
    const nodes = await list<{ metadata: { name: string }; spec: { providerID: string } }>(test, '/api/v1/nodes');
    const at = async () => {
      const { spec } = (await test.call('GET', `${SERVICES}/web`)).object as unknown as { spec: { ports: { nodePort: number }[] } };
      return nodes.map(({ spec: { providerID } }) => test.cluster.probe(providerID.split('/').at(-1) ?? '', spec.ports[0]?.nodePort ?? 0));
    };
    expect([test.cluster.probe(pod?.status?.podIP ?? '', 80), test.cluster.probe(pod?.status?.podIP ?? '', 81), test.cluster.probe('192.0.2.1', 80)]).toEqual([true, false, false]);
    expect(await at()).toEqual([true, true, true]);
    await test.call('PATCH', `${SERVICES}/web`, { spec: { externalTrafficPolicy: 'Local' } });
    expect(await at()).toEqual(nodes.map(({ metadata }) => metadata.name === pod?.spec.nodeName));
  });

  it('fails at a node that is not ready', async () => {
    const test = await deployed();
    const [node] = await list<{ metadata: { name: string }; spec: { providerID: string } }>(test, '/api/v1/nodes');
    const { spec } = (await test.call('GET', `${SERVICES}/web`)).object as unknown as { spec: { ports: { nodePort: number }[] } };
    await test.call('PATCH', `/api/v1/nodes/${node?.metadata.name}/status`, { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }, { 'content-type': 'application/strategic-merge-patch+json' });
    expect(test.cluster.probe(node?.spec.providerID.split('/').at(-1) ?? '', spec.ports[0]?.nodePort ?? 0)).toBe(false);
    test.pass(1);
    expect((await podsOf(test)).filter((pod) => pod.spec.nodeName === node?.metadata.name).map(readiness)).toEqual(['False']);
  });
});

describe('nodes and addresses', () => {
  it('come from the provider and go back to it', async () => {
    const released: string[] = [];
    const removed: string[] = [];
    const storage = memoryStorage();
    const memory = memoryNodeProvider(storage);
    const nodes: NodeProvider = { ...memory, releasePodAddress: (address) => void released.push(address), removeNode: (id) => void removed.push(id) };
    const test = aCluster({ storage, nodes });
    const node = test.cluster.addNode({ zone: 'us-west-2d', instanceType: 'c7g.large' });
    expect(node.metadata.labels).toMatchObject({ 'topology.kubernetes.io/zone': 'us-west-2d', 'node.kubernetes.io/instance-type': 'c7g.large' });
    await test.call('POST', DEPLOYMENTS, aDeployment('web', { replicas: 4 }));
    test.pass(3);
    const [pod] = (await podsOf(test)).filter(({ spec }) => spec.nodeName === node.metadata.name);
    await test.call('DELETE', `/api/v1/nodes/${node.metadata.name}`);
    test.pass(5);
    expect(released).toEqual([pod?.status?.podIP]);
    expect(removed).toHaveLength(1);
    expect((await podsOf(test)).map(readiness)).toEqual(['True', 'True', 'True', 'True']);
  });
});
