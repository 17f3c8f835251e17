import type { z } from 'zod';
import { PlanStaleError } from '../contract/errors';
import { VERSION } from '../contract/events';
import type { Item } from '../aws/table';

/**
 * An item of the table as the contract knows it. Attributes that only the store uses (`pk`, `sk`, the index, fences of the ledger) are left out.
 * Items of older versions are upgraded here; one of a version that this code does not know is `PlanStale` at best and an Error otherwise.
 */
export function readItem<Schema extends z.ZodObject>(schema: Schema, item: Item): z.output<Schema> {
  const known = Object.fromEntries(Object.entries(item).filter(([name]) => name in schema.shape));
  const parsed = schema.safeParse(known);
  if (parsed.success) return parsed.data;
  if (item['v'] !== VERSION) throw new PlanStaleError(`item ${item.pk} / ${item.sk}: expected version ${VERSION}, found ${String(item['v'])}; it was written by another release, the pass begins again`);
  throw new Error(`item ${item.pk} / ${item.sk}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
}
