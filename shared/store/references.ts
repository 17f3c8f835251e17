import { ITEM_KEYS, ReferenceItem } from '../contract/items';
import { VERSION } from '../contract/events';
import { atMost, type Table } from '../aws/table';
import { readItem } from './items';
import type { References } from './store';

/** The reference index over a table: it routes, it never decides. */
export function createReferences({ table, now }: { readonly table: Table; readonly now: () => number }): References {
  return {
    async add({ cluster, object, key, why }) {
      const item: ReferenceItem = { v: VERSION, key, why, at: now() };
      await table.put({ ...ITEM_KEYS.reference(cluster, object, key), ...item });
    },
    async remove({ cluster, object, key, until = now() }) {
      await table.delete(ITEM_KEYS.reference(cluster, object, key), atMost('at', until));
    },
    async find(cluster, object) {
      const items = await table.query(ITEM_KEYS.reference(cluster, object, '').pk);
      return items.map((item) => readItem(ReferenceItem, item)).map(({ key, why }) => ({ key, why }));
    },
  };
}
