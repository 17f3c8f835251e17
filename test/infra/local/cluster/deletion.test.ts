import { describe, expect, it } from 'vitest';
import { aCluster, aDeployment, aService, DEPLOYMENTS, PODS, REPLICA_SETS, SERVICES } from './a-cluster';

const items = (object: Record<string, unknown>) => object['items'] as { metadata: { name: string; ownerReferences?: unknown[] } }[];

describe('delete', () => {
  it('removes at once what nothing holds, and says what it was', async () => {
    const { call } = aCluster();
    const { object } = await call('POST', SERVICES, aService('web'));
    const gone = await call('DELETE', `${SERVICES}/web`);
    expect(gone.object).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'web', kind: 'services', uid: object.metadata.uid } });
    expect((await call('GET', `${SERVICES}/web`)).code).toBe(404);
  });

  it('only marks what a finalizer holds, and removes it with the last one', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, { ...aService('web'), metadata: { name: 'web', finalizers: ['service.k8s.aws/resources'] } });
    const marked = await call('DELETE', `${SERVICES}/web`);
    expect(marked.object.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['service.k8s.aws/resources'] });
    const more = await call('PATCH', `${SERVICES}/web`, { metadata: { finalizers: ['service.k8s.aws/resources', 'x.io/late'] } });
    expect(more.object['message']).toContain('no new finalizers can be added if the object is being deleted');
    expect((await call('PATCH', `${SERVICES}/web`, { metadata: { finalizers: null } })).code).toBe(200);
    expect((await call('GET', `${SERVICES}/web`)).code).toBe(404);
  });

  it('refuses when a precondition does not hold', async () => {
    const { call } = aCluster();
    await call('POST', SERVICES, aService('web'));
    const { code, object } = await call('DELETE', `${SERVICES}/web`, { preconditions: { uid: 'other' } });
    expect([code, object['reason']]).toEqual([409, 'Conflict']);
  });

  it('deletes a collection by selector', async () => {
    const { call } = aCluster();
    for (const name of ['a', 'b']) await call('POST', SERVICES, { ...aService(name), metadata: { name, labels: { app: name } } });
    await call('DELETE', `${SERVICES}?labelSelector=app=a`);
    expect(items((await call('GET', SERVICES)).object).map(({ metadata }) => metadata.name)).toEqual(['b', 'kubernetes']);
  });
});

describe('owners', () => {
  it('take what they own along', async () => {
    const { call, pass } = aCluster();
    await call('POST', DEPLOYMENTS, aDeployment('web'));
    pass(5);
    expect(items((await call('GET', PODS)).object)).toHaveLength(3);
    await call('DELETE', `${DEPLOYMENTS}/web`);
    pass(5);
    for (const path of [PODS, REPLICA_SETS]) expect(items((await call('GET', path)).object)).toEqual([]);
  });

  it('wait for what they own when deleted in the foreground', async () => {
    const { call, pass } = aCluster();
    await call('POST', DEPLOYMENTS, aDeployment('web'));
    pass(5);
    await call('DELETE', `${DEPLOYMENTS}/web`, { propagationPolicy: 'Foreground' });
    pass(1);
    expect((await call('GET', `${DEPLOYMENTS}/web`)).object.metadata.finalizers).toEqual(['foregroundDeletion']);
    pass(5);
    expect((await call('GET', `${DEPLOYMENTS}/web`)).code).toBe(404);
    expect(items((await call('GET', PODS)).object)).toEqual([]);
  });

  it('leave orphans behind when told to', async () => {
    const { call, pass } = aCluster();
    await call('POST', DEPLOYMENTS, aDeployment('web'));
    pass(5);
    await call('DELETE', `${DEPLOYMENTS}/web?propagationPolicy=Orphan`);
    pass(5);
    expect((await call('GET', `${DEPLOYMENTS}/web`)).code).toBe(404);
    expect(items((await call('GET', REPLICA_SETS)).object)).toMatchObject([{ metadata: { name: expect.stringMatching(/^web-/) as string } }]);
    expect(items((await call('GET', PODS)).object)).toHaveLength(3);
  });
});

describe('a namespace', () => {
  it('is Terminating until its contents are gone, finalizers included, and takes nothing new', async () => {
    const { call, pass } = aCluster();
    await call('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
    const services = '/api/v1/namespaces/shop/services';
    await call('POST', services, { ...aService('web'), metadata: { name: 'web', finalizers: ['service.k8s.aws/resources'] } });
    pass(1);
    await call('DELETE', '/api/v1/namespaces/shop');
    pass(5);
    const held = await call('GET', '/api/v1/namespaces/shop');
    expect(held.object.status).toMatchObject({ phase: 'Terminating', conditions: [{ type: 'NamespaceContentRemaining', status: 'True' }, { type: 'NamespaceFinalizersRemaining', message: 'Some content in the namespace has finalizers remaining: service.k8s.aws/resources in 1 resource instances' }] });
    expect((await call('POST', services, aService('b'))).object['message']).toContain('unable to create new content in namespace shop because it is being terminated');
    await call('PATCH', `${services}/web`, { metadata: { finalizers: null } });
    pass(1);
    expect((await call('GET', '/api/v1/namespaces/shop')).code).toBe(404);
  });
});
