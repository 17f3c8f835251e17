import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../infra/local/storage';

const change = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.option(fc.nat(9)) });

describe('storage in memory', () => {
  it('is as it was before a change that was refused, in the same order', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), (before, refused) => {
        const storage = memoryStorage();
        const entries = storage.collection<number>('entries');
        const apply = (list: typeof before) => list.forEach(({ id, value }) => (value === null ? entries.delete(id) : entries.set(id, value)));
        apply(before);
        const held = entries.entries();
        expect(() => storage.atomically(() => (apply(refused), expect.fail('refused')))).toThrow('refused');
        expect(entries.entries()).toEqual(held);
      }),
    );
  });
});
