import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as events from '../../../shared/contract/events';
import * as items from '../../../shared/contract/items';
import * as settings from '../../../shared/contract/settings';
import * as steps from '../../../shared/contract/steps';
import { memoryTable } from '../../../shared/store/memory-table';
import { readItem } from '../../../shared/store/items';
import { arbitraryOf } from './arbitrary';

/** Everything in these files that is a schema, found by itself: a new one is tried without being named here. */
function schemasOf(module: object): [string, z.ZodType][] {
  return Object.entries(module).filter((entry): entry is [string, z.ZodType] => typeof (entry[1] as { safeParse?: unknown } | undefined)?.safeParse === 'function');
}
const schemas = [events, items, settings, steps].flatMap(schemasOf);

describe('what is stored or sent', () => {
  it.each(schemas)('%s is read as it was written', (_name, schema) => {
    fc.assert(
      fc.property(arbitraryOf(schema), (value) => { expect(schema.parse(JSON.parse(JSON.stringify(schema.parse(value))))).toEqual(schema.parse(value)); }),
      { numRuns: 50 },
    );
  });

  const versioned = schemas.filter(([, schema]) => 'shape' in schema && 'v' in (schema.shape as object));
  it.each(versioned)('%s of another version is refused', (_name, schema) => {
    fc.assert(fc.property(arbitraryOf(schema), fc.integer({ min: 2 }), (value, v) => { expect(schema.safeParse({ ...(value as object), v }).success).toBe(false); }), { numRuns: 10 });
  });

  const strict = schemas.filter(([name, schema]) => 'shape' in schema && !['EventEnvelope', 'ScheduledInput'].includes(name));
  it.each(strict)('%s with a member that nobody knows is refused', (_name, schema) => {
    fc.assert(fc.property(arbitraryOf(schema), (value) => { expect(schema.safeParse({ ...(value as object), surprise: 1 }).success).toBe(false); }), { numRuns: 10 });
  });
});

describe('items', () => {
  it.each(schemasOf(items).filter(([, schema]) => 'shape' in schema && 'v' in (schema.shape as object)) as [string, z.ZodObject][])('%s comes back from the table as it went in', async (_name, schema) => {
    await fc.assert(
      fc.asyncProperty(arbitraryOf(schema), async (value) => {
        const table = memoryTable();
        await table.put({ pk: 'p', sk: 's', ...(value as object), fence2: 7 });
        const [item] = await table.query('p');
        expect(item && readItem(schema, item)).toEqual(schema.parse(value));
      }),
      { numRuns: 30 },
    );
  });

  it('of another version are refused by name, for the pass to begin again', () => {
    expect(() => readItem(items.LedgerItem, { pk: 'p', sk: 's', v: 2, id: 'x' })).toThrow(expect.objectContaining({ name: 'PlanStale' }));
  });

  it('that are broken are refused as an error of ours', () => {
    expect(() => readItem(items.LedgerItem, { pk: 'p', sk: 's', v: 1, id: 'x' })).toThrow(/p \/ s: type/);
  });
});

describe('durations', () => {
  it.each([
    ['15s', 15_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['1m500ms', 60_500],
  ])('%s is %d ms', (text, ms) => {
    expect(settings.durationMs(text)).toBe(ms);
  });
});
