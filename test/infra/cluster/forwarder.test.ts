import { describe, expect, it } from 'vitest';
import { runForwarder } from '../../../infra/cluster/forwarder/forwarder';
import { createPace } from '../../../infra/cluster/forwarder/pace';
import { createPublisher, type OutgoingEvent } from '../../../infra/cluster/forwarder/publisher';
import { drivenClock } from '../../../infra/local/clock';
import type { ApiRequest, Transport } from '../../../shared/kubernetes/transport';

const settle = async () => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};
const event = (detail: string): OutgoingEvent => ({ detailType: 'object.changed', detail });

describe('the pace of one object', () => {
  it('lets the first change pass at once and the last one of a burst after the interval', () => {
    const clock = drivenClock();
    const told: string[] = [];
    const pace = createPace({ timers: clock, intervalMs: 1000, tell: (name) => told.push(name) });
    for (let i = 0; i < 200; i++) pace.changed('shop/web');
    expect(told).toEqual(['shop/web']);
    clock.advance(1000);
    expect(told).toEqual(['shop/web', 'shop/web']);
    clock.advance(5000);
    expect(told).toHaveLength(2);
  });

  it('does not let one object wait for another', () => {
    const told: string[] = [];
    const pace = createPace({ timers: drivenClock(), intervalMs: 1000, tell: (name) => told.push(name) });
    for (const name of ['a', 'b', 'a', 'c']) pace.changed(name);
    expect(told).toEqual(['a', 'b', 'c']);
  });
});

describe('the publisher', () => {
  const options = { signal: new AbortController().signal, overflowed: () => undefined, failed: () => undefined };

  it('sends batches of ten and repeats only what the bus refused', async () => {
    const clock = drivenClock();
    const batches: string[][] = [];
    const publisher = createPublisher({
      ...options,
      timers: clock,
      send: async (events) => {
        batches.push(events.map(({ detail }) => detail));
        return batches.length === 1 ? events.slice(0, 2) : [];
      },
    });
    for (let i = 0; i < 12; i++) publisher.publish(event(String(i)));
    await settle();
    clock.advance(200);
    await publisher.idle();
    expect(batches.map((batch) => batch.length)).toEqual([1, 10, 2]);
    expect(batches.flat().filter((detail) => detail === '0')).toHaveLength(2);
    expect(new Set(batches.flat())).toEqual(new Set(Array.from({ length: 12 }, (_, i) => String(i))));
  });

  it('goes on after calls that failed as a whole', async () => {
    const clock = drivenClock();
    let calls = 0;
    const failures: unknown[] = [];
    const publisher = createPublisher({ ...options, failed: (error) => failures.push(error), timers: clock, send: async () => (++calls < 3 ? Promise.reject(new Error('no route')) : []) });
    publisher.publish(event('a'));
    for (let i = 0; i < 4; i++) {
      await settle();
      clock.advance(1000);
    }
    await publisher.idle();
    expect(calls).toBe(3);
    expect(failures).toHaveLength(2);
  });

  it('goes on after a call that is never answered', async () => {
    const clock = drivenClock();
    const sent: string[] = [];
    let calls = 0;
    const publisher = createPublisher({ ...options, timers: clock, send: (batch) => (++calls === 1 ? new Promise(() => undefined) : (sent.push(...batch.map(({ detail }) => detail)), Promise.resolve([]))) });
    publisher.publish(event('a'));
    for (let i = 0; i < 12; i++) {
      await settle();
      clock.advance(1000);
    }
    await publisher.idle();
    expect(sent).toEqual([event('a').detail]);
  });

  it('asks for a full sync instead of an endless queue', async () => {
    let overflows = 0;
    const publisher = createPublisher({ ...options, timers: drivenClock(), limit: 5, overflowed: () => void overflows++, send: () => new Promise(() => undefined) });
    for (let i = 0; i < 20; i++) publisher.publish(event(String(i)));
    expect(overflows).toBeGreaterThan(0);
  });
});

/** An API server of one Service whose watch is a script of lines. */
function scriptedCluster(watches: string[][]): { transport: Transport; lists: () => number } {
  let lists = 0;
  let opened = 0;
  const isServices = ({ path }: ApiRequest) => path.startsWith('/api/v1/services');
  return {
    lists: () => lists,
    transport: {
      async send(request) {
        if (isServices(request)) lists += 1;
        return { status: 200, headers: {}, body: JSON.stringify({ items: [], metadata: { resourceVersion: '1' } }) };
      },
      async *lines(request) {
        if (isServices(request)) yield* watches[opened++] ?? [];
        await new Promise((resolve) => request.signal?.addEventListener('abort', resolve));
      },
    },
  };
}

const service = (resourceVersion: string, spec: object, status?: object) => ({ metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion }, spec, status });
const line = (type: string, object: unknown) => JSON.stringify({ type, object });

async function runWith(watches: string[][]) {
  const clock = drivenClock();
  const sent: { type: string; detail: Record<string, unknown> }[] = [];
  const stop = new AbortController();
  const cluster = scriptedCluster(watches);
  const running = runForwarder({
    cluster: 'demo',
    transport: cluster.transport,
    timers: clock,
    signal: stop.signal,
    log: () => undefined,
    send: async (events) => {
      for (const { detailType, detail } of events) sent.push({ type: detailType, detail: JSON.parse(detail) as Record<string, unknown> });
      return [];
    },
  });
  for (let i = 0; i < 5; i++) {
    await settle();
    clock.advance(1000);
  }
  stop.abort();
  await running;
  return { sent, lists: cluster.lists() };
}

describe('runForwarder', () => {
  it('asks for a full sync on start and sends a heartbeat', async () => {
    const { sent } = await runWith([[]]);
    expect(sent.map(({ type }) => type)).toEqual(expect.arrayContaining(['heartbeat', 'sync.requested']));
  });

  it('tells who changed, and nothing of what', async () => {
    const { sent } = await runWith([[line('ADDED', service('2', { type: 'LoadBalancer', clusterIP: '10.0.0.1' }))]]);
    const changed = sent.filter(({ type }) => type === 'object.changed');
    expect(changed).toHaveLength(1);
    expect(changed[0]?.detail).toEqual({ v: 1, cluster: 'demo', object: { group: '', resource: 'services', namespace: 'shop', name: 'web', uid: 'u1' }, hints: { candidate: 'true' }, via: 'watch' });
  });

  it('says nothing when only a part changed that cannot matter', async () => {
    const spec = { type: 'LoadBalancer' };
    const { sent } = await runWith([[line('ADDED', service('2', spec)), line('MODIFIED', service('3', spec, { conditions: [{ type: 'x' }] }))]]);
    expect(sent.filter(({ type }) => type === 'object.changed')).toHaveLength(1);
  });

  it('tells a deletion', async () => {
    const spec = { type: 'LoadBalancer' };
    const { sent } = await runWith([[line('ADDED', service('2', spec)), line('DELETED', service('3', spec))]]);
    expect(sent.filter(({ type }) => type === 'object.changed')).toHaveLength(2);
  });

  it('lists anew and asks for a sync when its place in the watch is too old', async () => {
    const { sent, lists } = await runWith([[line('ERROR', { code: 410, message: 'too old resource version' })], []]);
    expect(lists).toBe(2);
    expect(sent.filter(({ type }) => type === 'sync.requested').length).toBeGreaterThan(1);
  });
});
