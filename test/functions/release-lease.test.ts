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
