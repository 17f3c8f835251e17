import { beforeEach, describe, expect, it } from 'vitest';
import { handler as resync } from '../../functions/resync';
import { aCluster, aSystem, START } from './fakes';

const service = (name: string, spec: object = { type: 'LoadBalancer' }) => ({ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'default', name, uid: name }, spec });
const slice = (name: string, of: string, endpoints: object[] = []) => ({ kind: 'EndpointSlice', metadata: { namespace: 'default', name, labels: { 'kubernetes.io/service-name': of } }, endpoints });

describe('resync', () => {
  let world: ReturnType<typeof aSystem>;
  beforeEach(async () => {
    world = aSystem();
    await world.store.clusters.put(aCluster());
  });
  const started = () => world.executions.started.splice(0).map(({ input }) => input.key);
  const later = (ms = 600_000) => void (world.system.time += ms);
  /** Finishes the run of a key, as an execution would. */
  async function finish(key: string, phase: 'Healthy' | 'Deleted' = 'Healthy') {
    const gen = (await world.store.leases.read(key))?.gen ?? 0;
    const holder = { key, owner: 'x', lease: await world.store.leases.acquire({ v: 1, key, gen, owner: 'x' }) };
    await world.store.leases.release(holder, { phase });
  }
  const cluster = async () => world.store.clusters.get('c1');

  it('wakes every Service that may ask at first, and says when it was done', async () => {
    world.cluster.objects.push(service('web'), service('plain', { type: 'ClusterIP' }));
    expect(await resync({})).toEqual({ resynced: ['c1'] });
    expect(started()).toEqual(['svc#c1#default/web']);
    expect(await cluster()).toMatchObject({ lastResyncAt: START });
  });

  it('comes every ten minutes, and wakes nothing when nothing differs', async () => {
    world.cluster.objects.push(service('web'));
    await resync({});
    later(599_999);
    expect(await resync({})).toEqual({ resynced: [] });
    later(1);
    started();
    expect(await resync({})).toEqual({ resynced: ['c1'] });
    expect(started()).toEqual([]);
  });

  it('comes at once when the cluster asks for it, also while one runs', async () => {
    await resync({});
    later(1000);
    await world.store.clusters.update('c1', { resyncRequestedAt: world.system.time });
    expect(await resync({})).toEqual({ resynced: ['c1'] });
    expect(await resync({})).toEqual({ resynced: [] });
    expect(await resync({ cluster: 'c1' })).toEqual({ resynced: ['c1'] });
    expect(await resync({ source: 'stepbalancer.c1', detail: { v: 1, cluster: 'c1', via: 'relist' } })).toEqual({ resynced: ['c1'] });
  });

  it('wakes what events lost: a change of a Service, of the endpoints that a binding reads, of a node', async () => {
    world.cluster.objects.push(service('web'), slice('web-1', 'web'), { kind: 'Node', metadata: { name: 'n1' }, spec: { providerID: 'i-1' } });
    await world.store.references.add({ cluster: 'c1', object: 'endpointslices#default/web', key: 'tg#c1#default/b', why: 'endpoints' });
    await world.store.references.add({ cluster: 'c1', object: 'nodes#*', key: 'tg#c1#default/i', why: 'nodes' });
    await resync({});
    started();
    world.targetQueue.sent.splice(0);
    later();
    world.cluster.objects.splice(0, 3, service('web', { type: 'LoadBalancer', ports: [] }), slice('web-1', 'web', [{ addresses: ['10.0.0.1'] }]), { kind: 'Node', metadata: { name: 'n1' }, spec: { providerID: 'i-2' } });
    await finish('svc#c1#default/web');
    await resync({});
    expect(started()).toEqual(['svc#c1#default/web']);
    expect(world.targetQueue.sent.map(({ group }) => group).sort((a, b) => a.localeCompare(b))).toEqual(['tg#c1#default/b', 'tg#c1#default/i']);
  });

  it('wakes the key of a Service that is gone, until it is done with it', async () => {
    world.cluster.objects.push(service('web'), service('other'));
    await resync({});
    await finish('svc#c1#default/web');
    await finish('svc#c1#default/other');
    started();
    world.cluster.objects.shift();
    for (const expected of [['svc#c1#default/web'], ['svc#c1#default/web']]) {
      later();
      await resync({});
      expect(started()).toEqual(expected);
    }
    await finish('svc#c1#default/web', 'Deleted');
    later();
    await resync({});
    expect(started()).toEqual([]);
  });

  it('makes no key for a Service that was never ours and is gone', async () => {
    world.cluster.objects.push(service('plain', { type: 'ClusterIP' }), service('web'));
    await resync({});
    world.cluster.objects.shift();
    started();
    later();
    await resync({});
    expect(await world.store.leases.listKeys('c1')).toEqual(['svc#c1#default/web']);
  });

  it('does not believe an empty list when a GET finds what should be in it', async () => {
    world.cluster.objects.push(service('web'));
    await resync({});
    await finish('svc#c1#default/web');
    started();
    later();
    world.system.cluster.listed = [];
    await expect(resync({})).rejects.toMatchObject({ name: 'Transient' });
    expect(started()).toEqual([]);
    expect(await cluster()).toMatchObject({ lastResyncAt: START });
    world.system.cluster.listed = undefined;
    expect(await resync({})).toEqual({ resynced: ['c1'] });
  });

  it('leaves released clusters alone, and is not stopped by one that does not answer', async () => {
    await world.store.clusters.put(aCluster({ id: 'gone', mode: 'released' }));
    await world.store.clusters.put(aCluster({ id: 'away', endpoint: 'https://away' }));
    world.system.clients.clusterClient = (item) => (item.id === 'away' ? { ...world.cluster, list: () => Promise.reject(new Error('away')) } : world.cluster);
    await expect(resync({})).rejects.toThrow('away');
    expect(await cluster()).toMatchObject({ lastResyncAt: START });
    expect(await world.store.clusters.get('gone')).not.toHaveProperty('lastResyncAt');
    expect(world.counts.get('FailedResyncs')).toBe(1);
  });

  it('compares again when a key could not be woken', async () => {
    world.cluster.objects.push(service('web'));
    world.system.executions.failures = 1;
    await expect(resync({})).rejects.toMatchObject({ name: 'Transient' });
    expect(await cluster()).not.toHaveProperty('lastResyncAt');
    await resync({});
    expect(started()).toEqual(['svc#c1#default/web']);
  });
});
