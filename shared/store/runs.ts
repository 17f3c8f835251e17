import { ITEM_KEYS, RunItem } from '../contract/items';
import { EXPIRY, type Item, missing, type Table } from '../aws/table';
import { readItem } from './items';
import type { Runs } from './store';

/** As long as plans: longer than an execution can be redriven. Never scaled. */
const KEPT_MS = 16 * 24 * 60 * 60_000;
const NO_PLAN = 'none';

/** The history of keys over a table. A pass is written once and may be written again, as by a step that is tried again: its place is the time at which AWS was observed for it, and its plan. */
export function createRuns({ table, now }: { readonly table: Table; readonly now: () => number }): Runs {
  const isKept = (item: Item) => Number(item[EXPIRY] ?? 0) * 1000 > now();
  return {
    async put(run, { onlyNew = false } = {}) {
      const item = { ...ITEM_KEYS.run(run.key, run.at, run.planId ?? NO_PLAN), ...RunItem.parse(run), [EXPIRY]: Math.ceil((run.endedAt + KEPT_MS) / 1000) };
      await table.put(item, onlyNew ? missing('v') : undefined);
    },
    async get(key, at, planId = NO_PLAN) {
      const item = await table.get(ITEM_KEYS.run(key, at, planId));
      return item && readItem(RunItem, item);
    },
    async list(key, limit) {
      const items = (await table.query(key, 'RUN#')).filter(isKept);
      return items.toReversed().slice(0, limit).map((item) => readItem(RunItem, item));
    },
  };
}
