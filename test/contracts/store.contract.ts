import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerItem } from '../../shared/contract/items';
import { Settings } from '../../shared/contract/settings';
import type { Table } from '../../shared/aws/table';
import { createStore } from '../../shared/store/create-store';
import type { Holder, Store } from '../../shared/store/store';
import type { Tables } from './tables';

const KEY = 'svc#c1#default/web';
const START = 1_700_000_000_000;
const DAY_MS = 24 * 3_600_000;

const entry = (fields: Partial<LedgerItem> = {}): LedgerItem => ({ v: 1, id: 'target-group/default/web:80', type: 'target-group', phase: 'intent', origin: 'created', at: START, ...fields });
const cluster = (id: string) => ({
  v: 1 as const,
  id,
  name: `name-of-${id}`,
  region: 'us-west-2',
  accountId: '111122223333',
  vpcId: 'vpc-0a',
  endpoint: 'https://127.0.0.1:6443',
  authentication: { type: 'none' as const },
  mode: 'own' as const,
  settings: Settings.parse({}),
  registeredAt: START,
});

/** Ledger, plans, facts, index, contributions and clusters, on any table. */
export function storeContract(tables: Tables): void {
  describe(`the store (${tables.name})`, () => {
    let table: Table;
    let store: Store;
    let now = START;
    beforeAll(() => tables.start());
    afterAll(() => tables.stop());
    beforeEach(async () => {
      now = START;
      table = await tables.make();
      store = createStore({ table, now: () => now, factor: 1 });
    });

    async function hold(owner: string): Promise<Holder> {
      const { gen } = await store.leases.markDirty(KEY);
      return { key: KEY, owner, lease: await store.leases.acquire({ v: 1, key: KEY, gen, owner }) };
    }
    async function lose(): Promise<Holder> {
      now += 150_001;
      return hold('successor');
    }

    describe('the ledger', () => {
      it('keeps entries by id: intent, then ARN, then nothing', async () => {
        const holder = await hold('a');
        await store.ledger.put(holder, entry());
        await store.ledger.put(holder, entry({ phase: 'present', physicalId: 'arn:1' }));
        await store.ledger.put(holder, entry({ id: 'listener/80', type: 'listener' }));
        expect(await store.ledger.list(KEY)).toEqual([entry({ id: 'listener/80', type: 'listener' }), entry({ phase: 'present', physicalId: 'arn:1' })]);
        await store.ledger.remove(holder, 'listener/80');
        expect(await store.ledger.list(KEY)).toHaveLength(1);
      });

      it('refuses who lost the lease', async () => {
        const holder = await hold('a');
        await store.ledger.put(holder, entry());
        await lose();
        await expect(store.ledger.put(holder, entry({ phase: 'present' }))).rejects.toMatchObject({ name: 'Superseded' });
        await expect(store.ledger.remove(holder, entry().id)).rejects.toMatchObject({ name: 'Superseded' });
        expect(await store.ledger.list(KEY)).toEqual([entry()]);
      });

      it('refuses an intent that takes effect after what came of it was written: a call that was given up and made again', async () => {
        const holder = await hold('a');
        await store.ledger.put(holder, entry({ at: 2000, phase: 'present', physicalId: 'arn:1' }));
        await expect(store.ledger.put(holder, entry({ at: 1000, phase: 'intent' }))).rejects.toMatchObject({ name: 'PlanStale' });
        expect(await store.ledger.list(KEY)).toEqual([entry({ at: 2000, phase: 'present', physicalId: 'arn:1' })]);
      });

      it('refuses a late writer whose lease was lost between the comparison and the write', async () => {
        const holder = await hold('a');
        const slow: Table = {
          ...table,
          put: async (item, condition) => {
            const successor = await lose();
            await store.ledger.put(successor, entry({ phase: 'present', physicalId: 'arn:new' }));
            return table.put(item, condition);
          },
        };
        const slowStore = createStore({ table: slow, now: () => now, factor: 1 });
        await expect(slowStore.ledger.put(holder, entry({ phase: 'deleting' }))).rejects.toMatchObject({ name: 'PlanStale' });
        expect(await store.ledger.list(KEY)).toEqual([entry({ phase: 'present', physicalId: 'arn:new' })]);
      });
    });

    describe('plans', () => {
      it('returns a text as it was saved, also one of several chunks', async () => {
        const holder = await hold('a');
        const large = randomBytes(900_000).toString('base64');
        await store.plans.save(holder, 'small', '{"ä":1}');
        await store.plans.save(holder, 'large', large);
        expect(await store.plans.load(KEY, 'small')).toBe('{"ä":1}');
        expect((await store.plans.load(KEY, 'large')) === large).toBe(true);
        expect(await store.plans.load(KEY, 'none')).toBeUndefined();
        expect((await table.query(KEY, 'PLAN#large#')).length).toBeGreaterThan(2);
      });

      it('forgets a plan after 16 days, on time', async () => {
        await store.plans.save(await hold('a'), 'p', 'text');
        now += 16 * DAY_MS - 1000;
        expect(await store.plans.load(KEY, 'p')).toBe('text');
        now += 2000;
        expect(await store.plans.load(KEY, 'p')).toBeUndefined();
      });

      it('does not return a plan that was saved only in part', async () => {
        await store.plans.save(await hold('a'), 'p', randomBytes(600_000).toString('base64'));
        await table.delete({ pk: KEY, sk: 'PLAN#p#1' });
        expect(await store.plans.load(KEY, 'p')).toBeUndefined();
      });

      it('refuses who lost the lease', async () => {
        const holder = await hold('a');
        await lose();
        await expect(store.plans.save(holder, 'p', 'text')).rejects.toMatchObject({ name: 'Superseded' });
        expect(await store.plans.load(KEY, 'p')).toBeUndefined();
      });

      it('calls a plan of another version stale', async () => {
        await store.plans.save(await hold('a'), 'p', 'text');
        await table.update({ pk: KEY, sk: 'PLAN#p#0' }, { set: { v: 99 } });
        await expect(store.plans.load(KEY, 'p')).rejects.toMatchObject({ name: 'PlanStale' });
      });
    });

    it('keeps the facts of the last pass only', async () => {
      const holder = await hold('a');
      expect(await store.passFacts.load(KEY)).toBeUndefined();
      const large = randomBytes(500_000).toString('base64');
      await store.passFacts.save(holder, large);
      expect((await store.passFacts.load(KEY)) === large).toBe(true);
      await store.passFacts.save(holder, 'small');
      expect(await store.passFacts.load(KEY)).toBe('small');
    });

    it('finds the keys that read an object, and only those', async () => {
      const web = { cluster: 'c1', object: 'services#default/web' };
      await store.references.add({ ...web, key: KEY, why: 'owner' });
      await store.references.add({ ...web, key: 'tg#c1#default/k8s-web', why: 'service' });
      await store.references.add({ ...web, cluster: 'c2', key: 'svc#c2#default/web', why: 'owner' });
      await store.references.add({ cluster: 'c1', object: 'services#default/web2', key: 'svc#c1#default/web2', why: 'owner' });
      expect(await store.references.find('c1', web.object)).toEqual([
        { key: KEY, why: 'owner' },
        { key: 'tg#c1#default/k8s-web', why: 'service' },
      ]);
      await store.references.remove({ ...web, key: KEY });
      expect((await store.references.find('c1', web.object)).map(({ key }) => key)).toEqual(['tg#c1#default/k8s-web']);
    });

    it('removes a reference only as it was when the object was read', async () => {
      const web = { cluster: 'c1', object: 'services#default/web', key: KEY };
      await store.references.add({ ...web, why: 'owner' });
      const readAt = now;
      now += 1;
      await store.references.add({ ...web, why: 'owner' });
      await store.references.remove({ ...web, until: readAt });
      expect(await store.references.find('c1', web.object)).toHaveLength(1);
      await store.references.remove({ ...web, until: now });
      expect(await store.references.find('c1', web.object)).toEqual([]);
    });

    it('does not lose what was written again to a removal that takes effect late', async () => {
      const late = createStore({ table, now: () => START - 1, factor: 1 });
      const web = { cluster: 'c1', object: 'services#default/web', key: KEY };
      await store.references.add({ ...web, why: 'owner' });
      await late.references.remove(web);
      expect(await store.references.find('c1', web.object)).toHaveLength(1);
      await store.contributions.addUser('backend#c1#vpc-0a', KEY);
      await late.contributions.removeUser('backend#c1#vpc-0a', KEY);
      expect(await store.contributions.listUsers('backend#c1#vpc-0a')).toEqual([KEY]);
      await store.contributions.put('sg#sg-0a', { v: 1, cluster: 'c1', binding: 'default/x', rules: [], separate: false, at: START });
      await late.contributions.remove('sg#sg-0a', 'c1', 'default/x');
      expect(await store.contributions.list('sg#sg-0a')).toHaveLength(1);
    });

    it('keeps what bindings need on a group, of all clusters, and who uses a backend group', async () => {
      const contribution = (id: string, binding: string) => ({ v: 1 as const, cluster: id, binding, rules: [{ protocol: 'tcp' as const, fromPort: 80, toPort: 80, source: { cidr: '10.0.0.0/16' } }], separate: false, at: START });
      await store.contributions.put('sg#sg-0a', contribution('c1', 'default/x'));
      await store.contributions.put('sg#sg-0a', contribution('c2', 'default/x'));
      await store.contributions.remove('sg#sg-0a', 'c1', 'default/x');
      expect(await store.contributions.list('sg#sg-0a')).toEqual([contribution('c2', 'default/x')]);
      await store.contributions.addUser('backend#c1#vpc-0a', KEY);
      await store.contributions.addUser('backend#c1#vpc-0a', 'svc#c1#default/other');
      await store.contributions.removeUser('backend#c1#vpc-0a', KEY);
      expect(await store.contributions.unusedAt('backend#c1#vpc-0a')).toBeUndefined();
      await store.contributions.noteUnused('backend#c1#vpc-0a');
      expect(await store.contributions.unusedAt('backend#c1#vpc-0a')).toEqual(expect.any(Number));
      expect(await store.contributions.listUsers('backend#c1#vpc-0a')).toEqual(['svc#c1#default/other']);
    });

    it('keeps registered clusters', async () => {
      await store.clusters.put(cluster('c2'));
      await store.clusters.put(cluster('c1'));
      expect((await store.clusters.list()).map(({ id }) => id)).toEqual(['c1', 'c2']);
      expect(await store.clusters.update('c1', { mode: 'released', lastHeartbeatAt: 5 })).toBe(true);
      expect(await store.clusters.get('c1')).toEqual({ ...cluster('c1'), mode: 'released', lastHeartbeatAt: 5 });
      expect(await store.clusters.update('none', { mode: 'own' })).toBe(false);
      expect(await store.clusters.get('none')).toBeUndefined();
    });

    describe('deletions', () => {
      const note = (ids: string[], limit?: number) => store.deletions.note({ cluster: 'c1', ids, ...(limit === undefined ? {} : { limit }) });

      it('are let through up to the limit, however many ask in the same moment', async () => {
        const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => note([`arn:${index}`], 3)));
        expect(answers.filter(Boolean)).toHaveLength(3);
        expect(await store.deletions.recent('c1')).toHaveLength(3);
      });

      it('count once, for ten minutes, in their own cluster', async () => {
        expect([await note(['a', 'b'], 2), await note(['a', 'b'], 2), await note(['c'], 2)]).toEqual([true, true, false]);
        expect(await store.deletions.note({ cluster: 'c2', ids: ['c'], limit: 2 })).toBe(true);
        expect(await store.deletions.recent('c1')).toEqual(['a', 'b'].map((id) => ({ id, countsUntil: START + 600_000 })));
        now += 600_000;
        expect([await store.deletions.recent('c1'), await note(['c'], 2)]).toEqual([[], true]);
      });

      it('are noted in any case without a limit, and all or none with one', async () => {
        expect([await note(['a', 'b', 'c'], 2), await note(['a', 'b', 'c']), await note([], 2)]).toEqual([false, true, true]);
        expect(await store.deletions.recent('c1')).toHaveLength(3);
      });
    });

    it('keeps what the last resync of a cluster saw', async () => {
      expect(await store.seen.load('c1')).toBeUndefined();
      await store.seen.save('c1', 'text');
      now += 100 * DAY_MS;
      expect(await store.seen.load('c1')).toBe('text');
      await store.clusters.put(cluster('c1'));
      expect(await store.clusters.get('c1')).toEqual(cluster('c1'));
    });
  });
}
