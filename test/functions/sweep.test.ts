import { beforeEach, describe, expect, it } from 'vitest';
import { handler as sweep } from '../../functions/sweep';
import { aCluster, aSystem } from './fakes';

const KEY = 'svc#c1#default/web';

describe('sweep', () => {
  let world: ReturnType<typeof aSystem>;
  beforeEach(async () => {
    world = aSystem();
    await world.store.clusters.put(aCluster());
  });
  const started = () => world.executions.started.map(({ input }) => input);
  const wait = (ms: number) => void (world.system.time += ms);
  const take = (owner: string, gen = 1) => world.store.leases.acquire({ v: 1, key: KEY, gen, owner });

  it('has nothing to do when nothing is due', async () => {
    await world.store.leases.markDirty(KEY);
    expect(await sweep({})).toEqual({ woken: 0 });
    expect(world.counts.get('StaleKeys')).toBe(0);
  });

  it('starts what nobody took up', async () => {
    await world.store.leases.markDirty(KEY);
    wait(30_000);
    expect(await sweep({})).toEqual({ woken: 1 });
    expect(started()).toEqual([{ v: 1, key: KEY, gen: 2 }]);
    expect(await sweep({})).toEqual({ woken: 0 });
  });

  it('starts a run for a lease that expired, later with every attempt', async () => {
    await world.store.leases.markDirty(KEY);
    await take('a');
    wait(150_000);
    expect(await sweep({})).toEqual({ woken: 0 });
    wait(1);
    expect(await sweep({})).toEqual({ woken: 1 });
    await take('b', 2);
    wait(150_001);
    expect(await sweep({})).toEqual({ woken: 0 });
    wait(30_000);
    expect(await sweep({})).toEqual({ woken: 1 });
  });

  it('sends a message that the queue has not seen yet for a key of the target lane', async () => {
    await world.store.leases.markDirty('tg#c1#default/b');
    wait(30_000);
    await sweep({});
    expect(world.targetQueue.sent).toMatchObject([{ group: 'tg#c1#default/b', deduplicationId: 'tg#c1#default/b#2' }]);
  });

  it('goes on until none is left', async () => {
    await Promise.all(Array.from({ length: 230 }, (_, n) => world.store.leases.markDirty(`svc#c1#default/web-${n}`)));
    wait(30_000);
    expect(await sweep({})).toEqual({ woken: 230 });
    expect(started()).toHaveLength(230);
  });

  it('leaves the rest to the next minute when time is short', async () => {
    await world.store.leases.markDirty(KEY);
    wait(30_000);
    expect(await sweep({}, { getRemainingTimeInMillis: () => 20_000 })).toEqual({ woken: 0 });
    expect(await sweep({}, { getRemainingTimeInMillis: () => 60_000 })).toEqual({ woken: 1 });
  });

  it('puts off the keys of a released cluster, without a run', async () => {
    await world.store.clusters.update('c1', { mode: 'released' });
    await world.store.leases.markDirty(KEY);
    wait(30_000);
    expect(await sweep({})).toEqual({ woken: 0 });
    expect(started()).toEqual([]);
    expect(await world.store.leases.listDue(world.system.time + 3_599_999, 10)).toEqual([]);
  });

  it('is not stopped by one key that cannot be started, and comes back to it', async () => {
    await world.store.leases.markDirty(KEY);
    await world.store.leases.markDirty('svc#c1#default/other');
    wait(30_000);
    world.system.executions.failures = 1;
    expect(await sweep({})).toEqual({ woken: 1 });
    wait(30_000);
    expect((await sweep({})).woken).toBeGreaterThanOrEqual(1);
    expect(new Set(started().map(({ key }) => key)).size).toBe(2);
  });

  it('counts keys that nobody worked on for ten minutes', async () => {
    await world.store.leases.markDirty(KEY);
    wait(30_000 + 600_001);
    await sweep({});
    expect(world.counts.get('StaleKeys')).toBe(1);
  });
});
