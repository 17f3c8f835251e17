import type { CoreV1Event, KubernetesObject, V1Service } from '@kubernetes/client-node';
import { ApiException, AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig, KubernetesObjectApi, loadYaml, makeInformer, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readFileSync } from 'node:fs';
import { aDeployment, aService } from './a-cluster';
import type { ListeningCluster } from './a-listening-cluster';
import { aListeningCluster } from './a-listening-cluster';

let server: ListeningCluster;
let config: KubeConfig;

beforeAll(async () => {
  server = await aListeningCluster();
  config = new KubeConfig();
  config.loadFromString(server.kubeconfig);
});
afterAll(() => server.close());

const namespace = 'default';
const soon = { timeout: 10_000, interval: 20 };

describe('the official JavaScript client', () => {
  it('creates, reads, patches in every way and deletes', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedService({ namespace, body: aService('crud', { type: 'LoadBalancer' }) });
    const name = { namespace, name: 'crud' };
    const status = { status: { loadBalancer: { ingress: [{ hostname: 'a.example' }] } } };
    await core.patchNamespacedServiceStatus({ ...name, body: status }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
    await core.patchNamespacedService({ ...name, body: { metadata: { finalizers: ['x.io/a'] } } }, setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch));
    const read = await core.readNamespacedService(name);
    expect([read.status?.loadBalancer?.ingress?.[0]?.hostname, read.metadata?.finalizers]).toEqual(['a.example', ['x.io/a']]);
    await core.deleteNamespacedService(name);
    await core.patchNamespacedService({ ...name, body: [{ op: 'remove', path: '/metadata/finalizers' }] }, setHeaderOptions('Content-Type', PatchStrategy.JsonPatch));
    await expect(core.readNamespacedService(name)).rejects.toMatchObject({ code: 404 });
  });

  it('hears of refusals as Status objects', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const refused = await core.createNamespacedService({ namespace, body: aService('BAD') }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiException);
    expect((refused as ApiException<string>).code).toBe(422);
  });

  it('applies from the server side, through the generic object API', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const spec = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace } };
    const applied = await objects.patch({ ...spec, data: { a: 'b' } } as typeof spec, undefined, undefined, 'me', true, PatchStrategy.ServerSideApply);
    expect(applied).toMatchObject({ data: { a: 'b' } });
    await expect(objects.list('v1', 'ConfigMap', namespace)).resolves.toMatchObject({ items: [{ metadata: { name: 'applied' } }] });
  });

  it('keeps an informer up to date, through broken watches and forgotten versions', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const informer = makeInformer<V1Service>(config, `/api/v1/namespaces/${namespace}/services`, () => core.listNamespacedService({ namespace }));
    const heard: string[] = [];
    for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, (object) => heard.push(`${verb} ${object.metadata?.name}`));
    informer.on('error', () => setTimeout(() => void informer.start(), 10));
    await informer.start();
    await core.createNamespacedService({ namespace, body: aService('seen') });
    await vi.waitFor(() => expect(heard).toContain('add seen'), soon);
    server.cluster.faults.breakWatches();
    server.cluster.faults.compact();
    await core.patchNamespacedService({ namespace, name: 'seen', body: { metadata: { labels: { a: 'b' } } } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
    await vi.waitFor(() => expect(heard).toContain('update seen'), soon);
    await core.deleteNamespacedService({ namespace, name: 'seen' });
    await vi.waitFor(() => expect(heard).toContain('delete seen'), soon);
    await informer.stop();
  });

  it('sees a Deployment become pods and Events', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const core = config.makeApiClient(CoreV1Api);
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('rolled') });
    await vi.waitFor(async () => expect((await apps.readNamespacedDeployment({ namespace, name: 'rolled' })).status?.availableReplicas).toBe(3), soon);
    const { items } = await core.listNamespacedEvent({ namespace, fieldSelector: 'involvedObject.kind=Deployment,involvedObject.name=rolled' });
    expect(items.map((event: CoreV1Event) => event.reason)).toEqual(['ScalingReplicaSet']);
  });

  it('works with custom resources', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    await objects.create(loadYaml<KubernetesObject>(readFileSync('infra/cluster/crds/target-group-binding.yaml', 'utf8')));
    const custom = config.makeApiClient(CustomObjectsApi);
    const place = { group: 'elbv2.k8s.aws', version: 'v1beta1', namespace, plural: 'targetgroupbindings' };
    await custom.createNamespacedCustomObject({ ...place, body: { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', metadata: { name: 'b' }, spec: { serviceRef: { name: 'web', port: 80 } } } });
    expect(await custom.listNamespacedCustomObject(place)).toMatchObject({ kind: 'TargetGroupBindingList', items: [{ metadata: { name: 'b' } }] });
  });
});
