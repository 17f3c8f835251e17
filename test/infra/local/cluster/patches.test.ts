import { describe, expect, it } from 'vitest';
import { aCluster, aDeployment, aService, DEPLOYMENTS, SERVICES } from './a-cluster';

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

describe('strategic merge patch', () => {
  it('merges ports by their number and orders them as told', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, aService('web', { ports: [{ port: 80, name: 'http' }] }));
    const patch = { spec: { '$setElementOrder/ports': [{ port: 443 }, { port: 80 }], ports: [{ port: 443, name: 'https' }] } };
    const { object } = await call('PATCH', `${SERVICES}/web`, patch, STRATEGIC);
    expect((object.spec as { ports: { port: number }[] }).ports.map(({ port }) => port)).toEqual([443, 80]);
  });

  it('deletes an entry by its key, values from a list, and fields by null', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, { ...aService('web', { ports: [{ port: 80, name: 'a' }, { port: 81, name: 'b' }] }), metadata: { name: 'web', finalizers: ['x.io/a', 'x.io/b'], labels: { a: 'b' } } });
    const patch = { metadata: { labels: { a: null }, '$deleteFromPrimitiveList/finalizers': ['x.io/a'] }, spec: { ports: [{ port: 81, $patch: 'delete' }] } };
    const { object } = await call('PATCH', `${SERVICES}/web`, patch, STRATEGIC);
    expect(object.metadata.finalizers).toEqual(['x.io/b']);
    expect(object.metadata.labels ?? {}).toEqual({});
    expect((object.spec as { ports: object[] }).ports).toHaveLength(1);
  });

  it('adds to finalizers without losing the others', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, { ...aService('web'), metadata: { name: 'web', finalizers: ['x.io/a'] } });
    const { object } = await call('PATCH', `${SERVICES}/web`, { metadata: { finalizers: ['x.io/b'] } }, STRATEGIC);
    expect(object.metadata.finalizers).toEqual(['x.io/a', 'x.io/b']);
  });

  it('merges containers by name and replaces lists that have no key', async () => {
    const { call } = aCluster();
    await call('POST', DEPLOYMENTS, aDeployment('web'));
    const patch = { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:2' }], readinessGates: [{ conditionType: 'a/b' }] } } } };
    const { object } = await call('PATCH', `${DEPLOYMENTS}/web`, patch, STRATEGIC);
    const spec = (object.spec as { template: { spec: { containers: unknown[]; readinessGates: unknown[] } } }).template.spec;
    expect(spec.containers).toMatchObject([{ name: 'web', image: 'nginx:2', ports: [{ containerPort: 80, name: 'http' }] }]);
    expect(spec.readinessGates).toEqual([{ conditionType: 'a/b' }]);
  });

  it('is refused for custom resources', async () => {
    const { call } = aCluster();
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.x.io' }, spec: { group: 'x.io', scope: 'Cluster', names: { kind: 'Thing', plural: 'things' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] } };
    await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
    await call('POST', '/apis/x.io/v1/things', { apiVersion: 'x.io/v1', kind: 'Thing', metadata: { name: 'a' } });
    const { code, object } = await call('PATCH', '/apis/x.io/v1/things/a', {}, STRATEGIC);
    expect([code, object['reason']]).toEqual([415, 'UnsupportedMediaType']);
  });
});

describe('JSON patch and merge patch', () => {
  it('applies a JSON patch, tests included', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, { ...aService('web'), metadata: { name: 'web', finalizers: ['x.io/a'] } });
    const wrong = await call('PATCH', `${SERVICES}/web`, [{ op: 'test', path: '/metadata/finalizers/0', value: 'x.io/b' }, { op: 'remove', path: '/metadata/finalizers/0' }], JSON_PATCH);
    expect(wrong.code).toBe(422);
    const right = await call('PATCH', `${SERVICES}/web`, [{ op: 'test', path: '/metadata/finalizers/0', value: 'x.io/a' }, { op: 'remove', path: '/metadata/finalizers/0' }], JSON_PATCH);
    expect(right.object.metadata.finalizers ?? []).toEqual([]);
  });

  it('replaces lists in a merge patch', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, { ...aService('web'), metadata: { name: 'web', finalizers: ['x.io/a'] } });
    const { object } = await call('PATCH', `${SERVICES}/web`, { metadata: { finalizers: ['x.io/b'] } });
    expect(object.metadata.finalizers).toEqual(['x.io/b']);
  });

  it('refuses a patch that names an older version', async () => {
    const { call } = aCluster();
    const { object } = await call('POST', SERVICES, aService('web'));
    await call('PATCH', `${SERVICES}/web`, { metadata: { labels: { a: 'b' } } });
    const stale = await call('PATCH', `${SERVICES}/web`, { metadata: { resourceVersion: object.metadata.resourceVersion, labels: { a: 'c' } } });
    expect(stale.code).toBe(409);
  });
});

describe('server-side apply', () => {
  const service = (port: number, labels?: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', ...(labels === undefined ? {} : { labels }) }, spec: { ports: [{ port, targetPort: 8080 }] } });
  const apply = (manager: string, force = false) => `${SERVICES}/web?fieldManager=${manager}&force=${force}`;

  it('creates, records who owns what, and changes nothing the second time', async () => {
    const { call } = aCluster();
    const first = await call('PATCH', apply('me'), service(80), APPLY);
    expect(first.code).toBe(201);
    expect(first.object.metadata.managedFields).toMatchObject([{ manager: 'me', operation: 'Apply', apiVersion: 'v1', fieldsV1: { 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:targetPort': {} } } } } }]);
    const second = await call('PATCH', apply('me'), service(80), APPLY);
    expect([second.code, second.object.metadata.resourceVersion]).toEqual([200, first.object.metadata.resourceVersion]);
  });

  it('removes what its manager no longer states, and keeps what others own', async () => {
    const { call } = aCluster();
    await call('PATCH', apply('me'), service(80, { mine: 'a', shared: 'b' }), APPLY);
    await call('PATCH', apply('you'), { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', labels: { yours: 'c', shared: 'b' } } }, APPLY);
    const { object } = await call('PATCH', apply('me'), service(81), APPLY);
    expect(object.metadata.labels).toEqual({ yours: 'c', shared: 'b' });
    expect((object.spec as { ports: { port: number }[] }).ports.map(({ port }) => port)).toEqual([81]);
  });

  it('refuses to take a field from another manager unless forced', async () => {
    const { call } = aCluster();
    await call('PATCH', apply('me'), service(80, { a: 'mine' }), APPLY);
    const theirs = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', labels: { a: 'yours' } } };
    const refused = await call('PATCH', apply('you'), theirs, APPLY);
    expect([refused.code, refused.object['message']]).toEqual([409, 'Apply failed with 1 conflict: conflict with "me" using v1: .metadata.labels.a']);
    const forced = await call('PATCH', apply('you', true), theirs, APPLY);
    expect(forced.object.metadata.labels).toEqual({ a: 'yours' });
    expect(JSON.stringify(forced.object.metadata.managedFields?.find(({ manager }) => manager === 'me'))).not.toContain('f:labels');
  });

  it('gives a field to whoever changes it by an update', async () => {
    const { call } = aCluster();
    await call('PATCH', apply('me'), service(80, { a: 'mine' }), APPLY);
    const { object } = await call('PATCH', `${SERVICES}/web?fieldManager=editor`, { metadata: { labels: { a: 'edited' } } });
    const owner = object.metadata.managedFields?.find((entry) => JSON.stringify(entry.fieldsV1).includes('f:a'));
    expect(owner).toMatchObject({ manager: 'editor', operation: 'Update' });
  });

  it('needs a field manager', async () => {
    const { call } = aCluster();
    expect((await call('PATCH', `${SERVICES}/web`, service(80), APPLY)).code).toBe(400);
  });
});
