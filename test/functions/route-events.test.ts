import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../functions/route-events';
import { aCluster, aSystem, START } from './fakes';

interface Event {
  type?: string;
  cluster?: string;
  source?: string;
  object?: object;
  hints?: Record<string, string>;
}

const record = (messageId: string, { type = 'object.changed', cluster = 'c1', source = `stepbalancer.${cluster}`, ...detail }: Event = {}) => ({
  messageId,
  body: JSON.stringify({ source, 'detail-type': type, detail: { v: 1, cluster, via: 'watch', ...detail } }),
});
const service = (name: string) => ({ group: '', resource: 'services', namespace: 'default', name });
const slice = { group: 'discovery.k8s.io', resource: 'endpointslices', namespace: 'default', name: 'web-abc12' };
const node = { group: '', resource: 'nodes', namespace: '', name: 'n1' };

describe('route-events', () => {
  let world: ReturnType<typeof aSystem>;
  beforeEach(async () => {
    world = aSystem();
    await world.store.clusters.put(aCluster());
  });
  const route = (...Records: ReturnType<typeof record>[]) => handler({ Records });
  const started = () => world.executions.started.map(({ input }) => input);
  const refer = (object: string, key: string) => world.store.references.add({ cluster: 'c1', object, key, why: 'test' });

  it('starts an execution for a Service, with a name that AWS takes', async () => {
    expect(await route(record('1', { object: service('web') }))).toEqual({ batchItemFailures: [] });
    expect(started()).toEqual([{ v: 1, key: 'svc#c1#default/web', gen: 1 }]);
    expect(world.executions.started[0]?.name).toMatch(/^svc-c1-default-web-1-[0-9a-f]{8}$/);
  });

  it('wakes a key once per batch, however many events name it', async () => {
    await refer('services#default/web', 'svc#c1#default/web');
    await route(...Array.from({ length: 50 }, (_, n) => record(String(n), { object: service('web') })));
    expect(started()).toEqual([{ v: 1, key: 'svc#c1#default/web', gen: 1 }]);
  });

  it('starts nothing while an execution holds the key, and the key is dirty for it', async () => {
    await route(record('1', { object: service('web') }));
    await world.store.leases.acquire({ v: 1, key: 'svc#c1#default/web', gen: 1, owner: 'a' });
    await route(record('2', { object: service('web') }));
    expect(started()).toHaveLength(1);
    expect(await world.store.leases.read('svc#c1#default/web')).toMatchObject({ gen: 2, runGen: 1 });
  });

  it('wakes whoever refers to the object, each in its lane', async () => {
    await refer('endpointslices#default/web', 'tg#c1#default/k8s-web');
    await refer('nodes#*', 'tg#c1#default/k8s-other');
    await refer('nodes#/n1', 'svc#c1#default/x');
    await route(record('1', { object: slice, hints: { service: 'web' } }), record('2', { object: node }));
    expect(world.targetQueue.sent.map(({ group, deduplicationId }) => [group, deduplicationId])).toEqual([
      ['tg#c1#default/k8s-web', 'tg#c1#default/k8s-web#1'],
      ['tg#c1#default/k8s-other', 'tg#c1#default/k8s-other#1'],
    ]);
    expect(started().map(({ key }) => key)).toEqual(['svc#c1#default/x']);
  });

  it('leaves no trace of a Service that concerns nobody', async () => {
    const before = world.table.items();
    await route(record('1', { object: service('internal'), hints: { candidate: 'false' } }));
    expect(world.table.items()).toEqual(before);
    expect(started()).toEqual([]);
  });

  it('wakes a Service that has been ours although it asks no longer', async () => {
    await refer('services#default/web', 'svc#c1#default/web');
    await route(record('1', { object: service('web'), hints: { candidate: 'false' } }));
    expect(started().map(({ key }) => key)).toEqual(['svc#c1#default/web']);
  });

  it.each([
    ['malformed', { messageId: 'x', body: '{"secret":"s3cret"}' }],
    ['not-json', { messageId: 'x', body: 'nonsense' }],
    ['wrong-source', record('x', { source: 'stepbalancer.c2', object: service('web') })],
    ['cluster-not-registered', record('x', { cluster: 'c9', object: service('web') })],
  ])('drops and counts what is %s, and does the rest', async (reason, bad) => {
    expect(await route(bad, record('2', { object: service('web') }))).toEqual({ batchItemFailures: [] });
    expect(started()).toHaveLength(1);
    expect(world.counts.get('DroppedEvents')).toBe(1);
    const [line] = world.log.lines.filter(({ message }) => message === 'an event was dropped');
    expect(line?.values).toMatchObject({ reason, messageId: 'x' });
    expect(JSON.stringify(world.log.lines)).not.toContain('s3cret');
  });

  it('does nothing for a released cluster, and works on one that is observed', async () => {
    await world.store.clusters.update('c1', { mode: 'released' });
    await route(record('1', { object: service('web') }));
    expect(started()).toEqual([]);
    await world.store.clusters.update('c1', { mode: 'observe' });
    await route(record('2', { object: service('web') }));
    expect(started()).toHaveLength(1);
  });

  it('notes heartbeats and wishes for a resync', async () => {
    await route(record('1', { type: 'heartbeat' }), record('2', { type: 'sync.requested' }));
    expect(await world.store.clusters.get('c1')).toMatchObject({ lastHeartbeatAt: START, resyncRequestedAt: START });
  });

  it('gives back only the messages whose keys could not be woken', async () => {
    await refer('endpointslices#default/web', 'tg#c1#default/full');
    world.targetQueue.refuse.add('tg#c1#default/full');
    expect(await route(record('1', { object: slice, hints: { service: 'web' } }), record('2', { object: service('web') }))).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(started()).toHaveLength(1);
  });

  it('gives a message back when its execution could not be started; the next delivery starts it', async () => {
    world.system.executions.failures = 1;
    expect(await route(record('1', { object: service('web') }))).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(await route(record('1', { object: service('web') }))).toEqual({ batchItemFailures: [] });
    expect(started()).toEqual([{ v: 1, key: 'svc#c1#default/web', gen: 2 }]);
  });

  it('gives everything back when the table does not answer', async () => {
    world.system.table.query = () => Promise.reject(new Error('table is away'));
    expect(await route(record('1', { object: service('web') }))).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  });
});
