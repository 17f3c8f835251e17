import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/aws/table';
import { createStore } from '../../shared/store/create-store';
import type { Holder, Leases } from '../../shared/store/store';
import type { Tables } from './tables';

const KEY = 'svc#c1#default/web';
const START = 1_700_000_000_000;
const LEASE_MS = 150_000;

/** The lease rules (architecture: Lease rules), on any table. */
export function leaseContract(tables: Tables): void {
  describe(`leases (${tables.name})`, () => {
    let table: Table;
    let leases: Leases;
    let now = START;
    beforeAll(() => tables.start());
    afterAll(() => tables.stop());
    beforeEach(async () => {
      now = START;
      table = await tables.make();
      leases = createStore({ table, now: () => now, factor: 1 }).leases;
    });

    const acquire = async (owner: string, gen = 1, pass?: number): Promise<Holder> => ({
      key: KEY,
      owner,
      lease: await leases.acquire({ v: 1, key: KEY, gen, owner, ...(pass === undefined ? {} : { pass }) }),
    });
    const held = async (owner: string): Promise<Holder> => {
      const { gen } = await leases.markDirty(KEY);
      return acquire(owner, gen);
    };
    const state = async () => {
      const found = await leases.read(KEY);
      if (!found) throw new Error('expected a state');
      return found;
    };
    const due = async (at: number) => (await leases.listDue(at, 10)).map((item) => item.key);

    describe('markDirty', () => {
      it('counts generations from 1 and says that nobody runs', async () => {
        expect(await leases.markDirty(KEY)).toEqual({ gen: 1, running: false });
        expect(await leases.markDirty(KEY)).toEqual({ gen: 2, running: false });
        expect(await state()).toMatchObject({ key: KEY, gen: 2, doneGen: 0, runGen: 0, fence: 0, attempts: 0 });
      });

      it('lists the key under its cluster, once', async () => {
        await leases.markDirty(KEY);
        await leases.markDirty(KEY);
        await leases.markDirty('sg#sg-0a');
        expect(await leases.listKeys('c1')).toEqual([KEY]);
        expect(await leases.listKeys(undefined)).toEqual(['sg#sg-0a']);
      });

      it('counts every one of many at once', async () => {
        const wakeups = await Promise.all(Array.from({ length: 5 }, () => leases.markDirty(KEY)));
        expect(wakeups.map(({ gen }) => gen).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
      });

      it('says that somebody runs while a lease is live, and not after it has expired', async () => {
        await held('a');
        now += LEASE_MS;
        expect(await leases.markDirty(KEY)).toEqual({ gen: 2, running: true });
        now += 1;
        expect(await leases.markDirty(KEY)).toEqual({ gen: 3, running: false });
      });

      it('lets the sweeper look if nobody answers: after 30 s, or when it was told', async () => {
        await leases.markDirty(KEY);
        expect(await due(START + 29_999)).toEqual([]);
        expect(await due(START + 30_000)).toEqual([KEY]);
        await leases.markDirty(KEY, START + 5000);
        expect(await due(START + 5000)).toEqual([KEY]);
      });

      it('does not bring the sweeper to a key with a live lease', async () => {
        await held('a');
        await leases.markDirty(KEY, START);
        expect(await due(START + LEASE_MS)).toEqual([]);
        expect(await due(START + LEASE_MS + 1)).toEqual([KEY]);
      });
    });

    describe('acquire', () => {
      it('takes a free key: fence 1, the newest generation, pass 1', async () => {
        await leases.markDirty(KEY);
        await leases.markDirty(KEY);
        expect((await acquire('a', 1)).lease).toEqual({ fence: 1, runGen: 2, pass: 1 });
        expect(await state()).toMatchObject({ owner: 'a', leaseUntil: START + LEASE_MS });
      });

      it('is superseded by a live owner', async () => {
        await held('a');
        await expect(acquire('b')).rejects.toMatchObject({ name: 'Superseded' });
        expect(await state()).toMatchObject({ owner: 'a', fence: 1 });
      });

      it('renews for the same owner: same fence, newer generation, next pass', async () => {
        await held('a');
        await leases.markDirty(KEY);
        now += 1000;
        expect((await acquire('a')).lease).toEqual({ fence: 1, runGen: 2, pass: 2 });
        expect((await acquire('a', 1, 7)).lease).toEqual({ fence: 1, runGen: 2, pass: 8 });
        expect(await state()).toMatchObject({ leaseUntil: now + LEASE_MS, attempts: 0 });
      });

      it('takes over an expired lease with a new fence and counts the attempt', async () => {
        await held('a');
        now += LEASE_MS + 1;
        expect((await acquire('b')).lease).toEqual({ fence: 2, runGen: 1, pass: 1 });
        expect(await state()).toMatchObject({ owner: 'b', attempts: 1 });
      });

      it('gives its own expired lease back to an owner nobody took it from', async () => {
        await held('a');
        now += LEASE_MS + 1;
        expect((await acquire('a')).lease).toMatchObject({ fence: 1 });
        expect(await state()).toMatchObject({ attempts: 0 });
      });

      it('is superseded when the generation was answered and nothing is newer', async () => {
        await leases.release(await held('a'));
        await expect(acquire('b', 1)).rejects.toMatchObject({ name: 'Superseded' });
      });

      it('takes the key for an old generation when something newer waits', async () => {
        await leases.release(await held('a'));
        await leases.markDirty(KEY);
        expect((await acquire('b', 1)).lease).toEqual({ fence: 2, runGen: 2, pass: 1 });
      });

      it('is superseded for a key that nobody knows', async () => {
        await expect(acquire('a')).rejects.toMatchObject({ name: 'Superseded' });
      });

      it('lets exactly one of many in', async () => {
        await leases.markDirty(KEY);
        const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map((owner) => acquire(owner)));
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
        expect(await state()).toMatchObject({ fence: 1 });
      });

      it('backs off: the sweeper comes later with every take-over', async () => {
        await held('a');
        for (const [owner, backoffMs] of [['b', 30_000], ['c', 60_000], ['d', 120_000]] as const) {
          now = ((await state()).leaseUntil ?? 0) + 1;
          await acquire(owner);
          expect(await due(now + LEASE_MS + backoffMs - 1)).toEqual([]);
          expect(await due(now + LEASE_MS + backoffMs)).toEqual([KEY]);
        }
      });
    });

    describe('check', () => {
      it('renews the lease and answers the state', async () => {
        const holder = await held('a');
        now += 100_000;
        expect(await leases.check(holder)).toMatchObject({ owner: 'a', leaseUntil: now + LEASE_MS });
        expect(await due(now + LEASE_MS - 1)).toEqual([]);
      });

      it('holds after the lease has expired, while nobody came', async () => {
        const holder = await held('a');
        now += LEASE_MS * 5;
        expect(await leases.check(holder)).toMatchObject({ leaseUntil: now + LEASE_MS });
      });

      it('is superseded by another live owner', async () => {
        const holder = await held('a');
        now += LEASE_MS + 1;
        await acquire('b');
        await expect(leases.check(holder)).rejects.toMatchObject({ name: 'Superseded' });
      });

      it('is superseded when its generation was answered, whoever did it', async () => {
        const holder = await held('a');
        now += LEASE_MS + 1;
        await leases.release(await acquire('b'));
        await expect(leases.check(holder)).rejects.toMatchObject({ name: 'Superseded' });
      });

      it('finds its plan stale when another owner came and died, and nothing was answered', async () => {
        const holder = await held('a');
        now += LEASE_MS + 1;
        await acquire('b');
        now += LEASE_MS + 1;
        await expect(leases.check(holder)).rejects.toMatchObject({ name: 'PlanStale' });
      });

      it('finds its plan stale when it began a new pass meanwhile', async () => {
        const holder = await held('a');
        await leases.markDirty(KEY);
        await acquire('a');
        await expect(leases.check(holder)).rejects.toMatchObject({ name: 'PlanStale' });
      });
    });

    describe('update', () => {
      it('writes and removes fields under the lease', async () => {
        const holder = await held('a');
        await leases.update(holder, { phase: 'Working', hostname: 'h', healthyBy: 5, told: ['x'] });
        await leases.update(holder, { healthyBy: null });
        expect(await state()).toMatchObject({ phase: 'Working', hostname: 'h', told: ['x'] });
        expect(await state()).not.toHaveProperty('healthyBy');
      });

      it('writes nothing for who holds the lease no longer', async () => {
        const holder = await held('a');
        now += LEASE_MS + 1;
        await acquire('b');
        await expect(leases.update(holder, { phase: 'Healthy' })).rejects.toMatchObject({ name: 'Superseded' });
        expect(await state()).not.toHaveProperty('phase');
      });

      it('keeps a wish for the next attempt until the release, whatever renews the lease', async () => {
        const holder = await held('a');
        await leases.update(holder, { nextAttemptAt: START + 900_000 });
        await leases.check(holder);
        expect(await due(START + LEASE_MS + 1)).toEqual([KEY]);
        expect((await state()).nextAttemptAt).toBe(START + 900_000);
        await leases.release(holder);
        expect(await due(START + 899_999)).toEqual([]);
        expect(await due(START + 900_000)).toEqual([KEY]);
      });
    });

    describe('release', () => {
      it('ends the lease and answers the generation; the state stays', async () => {
        const holder = await held('a');
        expect(await leases.release(holder, { phase: 'Healthy' })).toBe('released');
        const found = await state();
        expect(found).toMatchObject({ gen: 1, doneGen: 1, fence: 1, phase: 'Healthy', attempts: 0 });
        expect(found).not.toHaveProperty('owner');
        expect(found).not.toHaveProperty('leaseUntil');
        expect(await due(START + 10 * LEASE_MS)).toEqual([]);
      });

      it('does not end a lease whose key became dirty, and writes nothing', async () => {
        const holder = await held('a');
        await leases.markDirty(KEY);
        expect(await leases.release(holder, { phase: 'Healthy' })).toBe('dirty');
        expect(await state()).toMatchObject({ owner: 'a', doneGen: 0 });
        expect(await state()).not.toHaveProperty('phase');
      });

      it('clears the attempts and the backoff', async () => {
        await held('a');
        now += LEASE_MS + 1;
        await leases.release(await acquire('b'));
        expect(await state()).toMatchObject({ attempts: 0 });
        await held('c');
        expect(await due(now + LEASE_MS + 1)).toEqual([KEY]);
      });

      it('answers the same when it is repeated after its answer was lost', async () => {
        const holder = await held('a');
        await leases.release(holder);
        await leases.markDirty(KEY);
        expect(await leases.release(holder)).toBe('released');
      });

      it('is refused to who holds it no longer', async () => {
        const holder = await held('a');
        now += LEASE_MS + 1;
        await acquire('b');
        await expect(leases.release(holder)).rejects.toMatchObject({ name: 'Superseded' });
        expect(await state()).toMatchObject({ owner: 'b' });
      });

      it('forgets a wish that has passed, and one that is taken back', async () => {
        const holder = await held('a');
        await leases.update(holder, { nextAttemptAt: START + 10 });
        now += 20;
        await leases.release(holder);
        expect(await due(now + LEASE_MS * 10)).toEqual([]);
        const next = await held('b');
        await leases.update(next, { nextAttemptAt: now + 1000 });
        await leases.release(next, { nextAttemptAt: null });
        expect(await due(now + LEASE_MS * 10)).toEqual([]);
      });

      it('forgets the last error of a pass that got over it, and keeps the one that explains why it is blocked', async () => {
        const error = { name: 'UserConfig', message: 'no subnet', state: 'ResolveSubnets', at: START };
        const holder = await held('a');
        await leases.recordError(holder, error);
        await leases.release(holder, { phase: 'Blocked' });
        expect((await state()).lastError).toEqual(error);
        await leases.release(await held('b'), { phase: 'Healthy' });
        expect(await state()).not.toHaveProperty('lastError');
      });
    });

    describe('handOver', () => {
      it('frees a dirty key for a new execution and tells the generation that it answers', async () => {
        const holder = await held('a');
        await leases.markDirty(KEY);
        expect(await leases.handOver(holder)).toBe(2);
        expect(await state()).toMatchObject({ gen: 2, doneGen: 1 });
        expect((await acquire('b', 2)).lease).toEqual({ fence: 2, runGen: 2, pass: 1 });
      });

      it('answers the same when it is repeated, until somebody has taken the key', async () => {
        const holder = await held('a');
        await leases.markDirty(KEY);
        await leases.handOver(holder);
        expect(await leases.handOver(holder)).toBe(2);
        await acquire('b', 2);
        await expect(leases.handOver(holder)).rejects.toMatchObject({ name: 'Superseded' });
      });

      it('leaves the key to the sweeper if no execution comes', async () => {
        const holder = await held('a');
        await leases.markDirty(KEY);
        await leases.handOver(holder);
        expect(await due(now + 30_000)).toEqual([KEY]);
      });
    });

    describe('yield', () => {
      it('frees a key whose pass was not finished, unanswered, and tells the generation that waits', async () => {
        await held('a');
        await leases.markDirty(KEY);
        expect(await leases.yield({ key: KEY, owner: 'a' })).toEqual({ gen: 2, later: false });
        expect(await state()).toMatchObject({ gen: 2, doneGen: 0, attempts: 0 });
        expect((await acquire('b', 2)).lease).toEqual({ fence: 2, runGen: 2, pass: 1 });
      });

      it('answers the same when it is repeated, until somebody has taken the key', async () => {
        await held('a');
        await leases.markDirty(KEY);
        await leases.yield({ key: KEY, owner: 'a' });
        expect(await leases.yield({ key: KEY, owner: 'a' })).toEqual({ gen: 2, later: false });
        await acquire('b', 2);
        expect(await leases.yield({ key: KEY, owner: 'a' })).toBeUndefined();
      });

      it('backs off where nothing newer waits', async () => {
        await held('a');
        expect(await leases.yield({ key: KEY, owner: 'a' })).toEqual({ gen: 1, later: true });
        expect([await due(now + 29_999), await due(now + 30_000)]).toEqual([[], [KEY]]);
        expect(await state()).toMatchObject({ attempts: 1 });
      });

      it('has nothing to give of a key that was answered, or is not known', async () => {
        await leases.release(await held('a'));
        expect(await leases.yield({ key: KEY, owner: 'a' })).toBeUndefined();
        expect(await leases.yield({ key: 'svc#c1#default/other', owner: 'a' })).toBeUndefined();
      });
    });

    describe('recordError', () => {
      const error = { name: 'Denied', message: 'no', state: 'MakePlan', at: START };

      it('keeps the error under the lease', async () => {
        expect(await leases.recordError(await held('a'), error)).toBe(true);
        expect((await state()).lastError).toEqual(error);
      });

      it('keeps nothing of who holds the lease no longer', async () => {
        const holder = await held('a');
        now += LEASE_MS + 1;
        await acquire('b');
        expect(await leases.recordError(holder, error)).toBe(false);
        expect(await state()).not.toHaveProperty('lastError');
      });
    });

    it('postpones a free key, never one that is held', async () => {
      await leases.markDirty(KEY);
      await leases.postpone(KEY, START + 3_600_000);
      expect(await due(START + 3_599_999)).toEqual([]);
      await acquire('a');
      await leases.postpone(KEY, START + 7_200_000);
      expect(await due(START + LEASE_MS + 1)).toEqual([KEY]);
    });
  });
}
