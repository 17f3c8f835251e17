import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { all, any, atMost, type Condition, equal, type Item, less, missing, not, present, type Table } from '../../shared/aws/table';
import type { Tables } from './tables';

const KEY = { pk: 'svc#c#default/web', sk: 'STATE' };

/** What every table keeps, wherever it is. */
export function tableContract(tables: Tables): void {
  describe(`a table (${tables.name})`, () => {
    let table: Table;
    beforeAll(() => tables.start());
    afterAll(() => tables.stop());
    beforeEach(async () => void (table = await tables.make()));

    it('returns what was put, bytes and nested values included, and nothing for what is not there', async () => {
      const item: Item = { ...KEY, text: 'a', number: 1.5, yes: true, list: ['a', { b: 1 }], bytes: new Uint8Array([1, 2, 3]), empty: '' };
      expect(await table.get(KEY)).toBeUndefined();
      expect(await table.put(item)).toBe(true);
      expect(await table.get(KEY)).toEqual(item);
    });

    it('replaces the whole item on put', async () => {
      await table.put({ ...KEY, a: 1, b: 1 });
      await table.put({ ...KEY, a: 2 });
      expect(await table.get(KEY)).toEqual({ ...KEY, a: 2 });
    });

    it('leaves undefined attributes out', async () => {
      await table.put({ ...KEY, a: undefined });
      expect(await table.get(KEY)).toEqual(KEY);
    });

    const conditions: [string, Condition, boolean][] = [
      ['present', present('number'), true],
      ['present, of none', present('none'), false],
      ['missing', missing('none'), true],
      ['equal', equal('text', 'b'), true],
      ['equal, other type', equal('text', 1), false],
      ['equal, of none', equal('none', 1), false],
      ['not equal, of none', not(equal('none', 1)), true],
      ['less', less('number', 6), true],
      ['less, same', less('number', 5), false],
      ['less, of none', less('none', 5), false],
      ['not less, of none', not(less('none', 5)), true],
      ['less, other type', less('text', 5), false],
      ['less, text', less('text', 'c'), true],
      ['atMost', atMost('number', 5), true],
      ['another attribute, less', less('number', { attribute: 'bigger' }), true],
      ['another attribute, equal', equal('number', { attribute: 'bigger' }), false],
      ['another attribute, none', equal('number', { attribute: 'none' }), false],
      ['all', all(present('text'), present('none')), false],
      ['any', any(present('text'), present('none')), true],
      ['nested', all(any(missing('none'), equal('text', 'x')), not(all(present('text'), present('none')))), true],
    ];
    it.each(conditions)('judges a condition: %s', async (_name, condition, expected) => {
      await table.put({ ...KEY, text: 'b', number: 5, bigger: 7 });
      expect((await table.update(KEY, { set: { touched: true } }, condition)) !== undefined).toBe(expected);
      expect((await table.get(KEY))?.['touched']).toBe(expected ? true : undefined);
    });

    it('refuses put and delete alike when the condition does not hold', async () => {
      await table.put({ ...KEY, a: 1 });
      expect(await table.put({ ...KEY, a: 2 }, missing('a'))).toBe(false);
      expect(await table.delete(KEY, equal('a', 2))).toBe(false);
      expect(await table.get(KEY)).toEqual({ ...KEY, a: 1 });
      expect(await table.delete(KEY, equal('a', 1))).toBe(true);
      expect(await table.get(KEY)).toBeUndefined();
    });

    it('deletes what is not there without a word, and judges conditions of items that are not there', async () => {
      expect(await table.delete(KEY)).toBe(true);
      expect(await table.delete(KEY, present('a'))).toBe(false);
      expect(await table.put({ ...KEY }, missing('a'))).toBe(true);
    });

    it('updates by set, setIfMissing, copy, add and remove, and answers the item as it is now', async () => {
      await table.put({ ...KEY, a: 1, b: 2, gone: true });
      const update = { set: { a: 10 }, setIfMissing: { b: 99, c: 3 }, copy: { d: { from: 'a' }, e: { from: 'b', plus: 5 } }, add: { f: 1, b2: -2 }, remove: ['gone', 'none'] };
      expect(await table.update(KEY, update)).toEqual({ ...KEY, a: 10, b: 2, c: 3, d: 1, e: 7, f: 1, b2: -2 });
    });

    it('makes the item on update', async () => {
      expect(await table.update(KEY, { add: { gen: 1 } })).toEqual({ ...KEY, gen: 1 });
    });

    it('refuses to copy an attribute that is missing', async () => {
      await table.put({ ...KEY });
      await expect(table.update(KEY, { copy: { a: { from: 'none' } } })).rejects.toThrow(Error);
    });

    it('lists a partition by sort key, in the order of bytes, with a prefix if wanted', async () => {
      for (const sk of ['PLAN#b#10', 'PLAN#b#2', 'PLAN#a#0', 'RES#x', 'Z', 'a', 'é']) await table.put({ pk: 'k', sk });
      await table.put({ pk: 'other', sk: 'PLAN#b#1' });
      expect((await table.query('k')).map((item) => item.sk)).toEqual(['PLAN#a#0', 'PLAN#b#10', 'PLAN#b#2', 'RES#x', 'Z', 'a', 'é']);
      expect((await table.query('k', 'PLAN#b#')).map((item) => item.sk)).toEqual(['PLAN#b#10', 'PLAN#b#2']);
      expect(await table.query('none')).toEqual([]);
    });

    it('lists more than one page of a partition (AWS: a page has at most 1 MB)', async () => {
      for (let n = 0; n < 5; n += 1) await table.put({ pk: 'k', sk: `${n}`, bytes: new Uint8Array(300 * 1024) });
      expect((await table.query('k')).map((item) => item.sk)).toEqual(['0', '1', '2', '3', '4']);
    });

    it('lists what is due, oldest first, not what is not due, elsewhere, or not in the index', async () => {
      const due = (pk: string, nextAttemptAt: number | undefined, duePartition: string | undefined = 'due') => table.put({ pk, sk: 'STATE', duePartition, nextAttemptAt });
      await due('a', 30);
      await due('b', 10);
      await due('c', 20);
      await due('later', 31);
      await due('elsewhere', 1, 'other');
      await due('never', undefined);
      const keys = await table.queryDue({ partition: 'due', until: 30, limit: 10 });
      expect(keys).toEqual(['b', 'c', 'a'].map((pk) => ({ pk, sk: 'STATE' })));
      expect(await table.queryDue({ partition: 'due', until: 30, limit: 2 })).toHaveLength(2);
    });

    it('refuses an item of more than 400 KB', async () => {
      await expect(table.put({ ...KEY, bytes: new Uint8Array(410 * 1024) })).rejects.toThrow(Error);
    });
  });
}
