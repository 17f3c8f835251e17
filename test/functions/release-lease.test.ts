import { beforeEach, describe, expect, it } from 'vitest';
import { handler as acquire } from '../../functions/acquire-lease';
import { handler as release } from '../../functions/release-lease';
import { MAX_PASSES } from '../../shared/contract/steps';
import { aCluster, aSystem, START } from './fakes';

const KEY = 'svc#c1#default/web';
const HOUR_MS = 3_600_000;

describe('acquire-lease and release-lease', () => {
  let world: ReturnType<typeof aSystem>;
  beforeEach(async () => {
    world = aSystem();
    await world.store.clusters.put(aCluster());
    await world.store.leases.markDirty(KEY);
  });
  const take = async (owner = 'a', pass = 0) => ({ v: 1, key: KEY, gen: 1, owner, lease: await acquire({ v: 1, key: KEY, gen: 1, owner, pass }) });
  const state = () => world.store.leases.read(KEY);

  it('takes a key and gives it back', async () => {
    const input = await take();
    expect(input.lease).toEqual({ fence: 1, runGen: 1, pass: 1 });
    expect(await release(input)).toEqual({ outcome: 'released' });
    expect(await state()).toMatchObject({ gen: 1, doneGen: 1 });
  });

  it('stands back where the work was done, as after a late redrive', async () => {
    await release(await take());
    await expect(take('redriven')).rejects.toMatchObject({ name: 'Superseded' });
  });

  it('stands back from a released cluster, and leaves the key alone', async () => {
    await world.store.clusters.update('c1', { mode: 'released' });
    await expect(take()).rejects.toMatchObject({ name: 'Superseded', message: expect.stringContaining('released') as string });
    expect(await state()).toMatchObject({ fence: 0 });
  });

  it('begins again when the key became dirty: the same owner, the same fence, the next pass', async () => {
    const input = await take();
    await world.store.leases.markDirty(KEY);
    expect(await release(input)).toEqual({ outcome: 'again' });
    expect((await take('a', input.lease.pass)).lease).toEqual({ fence: 1, runGen: 2, pass: 2 });
  });

  it('hands over to a new execution after ten passes', async () => {
    const input = await take('a', MAX_PASSES - 1);
    await world.store.leases.markDirty(KEY);
    expect(await release(input)).toEqual({ outcome: 'handed-over' });
    expect(world.executions.started.map(({ input: started }) => started)).toEqual([{ v: 1, key: KEY, gen: 2 }]);
    expect((await take('b')).lease).toEqual({ fence: 2, runGen: 2, pass: 1 });
  });

  it('hands over once more when the new execution could not be started', async () => {
    const input = await take('a', MAX_PASSES - 1);
    await world.store.leases.markDirty(KEY);
    world.system.executions.failures = 1;
    await expect(release(input)).rejects.toMatchObject({ name: 'Transient' });
    expect(await world.store.leases.listDue(START + 30_000, 10)).toMatchObject([{ key: KEY, gen: 2, doneGen: 1 }]);
    expect(await release(input)).toEqual({ outcome: 'handed-over' });
    expect(world.executions.started.map(({ input: started }) => started)).toEqual([{ v: 1, key: KEY, gen: 2 }]);
  });

  it('hands over, too, when ten passes in a row were broken off by changes', async () => {
    await take('a', MAX_PASSES - 1);
    await world.store.leases.markDirty(KEY);
    await expect(take('a', MAX_PASSES)).rejects.toMatchObject({ name: 'Superseded', message: expect.stringContaining('a new execution goes on') as string });
    expect(world.executions.started.map(({ input }) => input)).toEqual([{ v: 1, key: KEY, gen: 2 }]);
    expect((await take('b')).lease).toEqual({ fence: 2, runGen: 2, pass: 1 });
  });

  it('starts the new execution at last when that failed at first', async () => {
    await take('a', MAX_PASSES - 1);
    await world.store.leases.markDirty(KEY);
    world.system.executions.failures = 1;
    await expect(take('a', MAX_PASSES)).rejects.toMatchObject({ name: 'Transient' });
    expect(await world.store.leases.listDue(START + 30_000, 10)).toMatchObject([{ key: KEY, gen: 2, doneGen: 0 }]);
    await expect(take('a', MAX_PASSES)).rejects.toMatchObject({ name: 'Superseded' });
    expect(world.executions.started).toHaveLength(1);
  });

  it('leaves a key whose passes come to no end although nothing changes to the sweeper, less and less often', async () => {
    const dues: number[] = [];
    for (const owner of ['a', 'b', 'c']) {
      await take(owner, MAX_PASSES - 1);
      await expect(take(owner, MAX_PASSES)).rejects.toMatchObject({ name: 'Superseded', message: expect.stringContaining('later') as string });
      dues.push(((await state())?.nextAttemptAt ?? 0) - world.system.time);
      world.system.time += dues.at(-1) ?? 0;
    }
    expect(dues).toEqual([30_000, 60_000, 120_000]);
    expect(await state()).toMatchObject({ gen: 1, doneGen: 0, attempts: 3 });
    expect(world.executions.started).toEqual([]);
  });

  it('hands nothing over that another execution holds or has done', async () => {
    await take('a', MAX_PASSES - 1);
    world.system.time += 150_001;
    const other = await take('b');
    await expect(take('a', MAX_PASSES)).rejects.toMatchObject({ name: 'Superseded' });
    await release(other);
    await expect(take('a', MAX_PASSES)).rejects.toMatchObject({ name: 'Superseded' });
    expect(world.executions.started).toEqual([]);
  });

  it('looks again at a load balancer within an hour, give or take, and not at one that is gone', async () => {
    const input = await take();
    await world.store.leases.update(input, { phase: 'Healthy' });
    await release(input);
    const again = (await state())?.nextAttemptAt ?? 0;
    expect(Math.abs(again - START - HOUR_MS)).toBeLessThanOrEqual(HOUR_MS / 10);
    await world.store.leases.markDirty(KEY);
    const next = await take('b');
    await world.store.leases.update(next, { phase: 'Deleted', nextAttemptAt: null });
    world.system.time = again + 1;
    await release(next);
    expect(await state()).not.toHaveProperty('nextAttemptAt');
  });

  it('keeps an earlier wish of the pass', async () => {
    const input = await take();
    await world.store.leases.update(input, { phase: 'Blocked', nextAttemptAt: START + 900_000 });
    await release(input);
    expect((await state())?.nextAttemptAt).toBe(START + 900_000);
  });

  it('is superseded where another execution has the key', async () => {
    const input = await take();
    world.system.time += 150_001;
    await take('b');
    await expect(release(input)).rejects.toMatchObject({ name: 'Superseded' });
  });
});
