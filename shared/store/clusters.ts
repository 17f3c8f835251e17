import { ClusterItem, ITEM_KEYS } from '../contract/items';
import { VERSION } from '../contract/events';
import { present, type Table } from '../aws/table';
import { readItem } from './items';
import type { Clusters } from './store';

/** Registered clusters over a table. */
export function createClusters({ table }: { readonly table: Table }): Clusters {
  const get = async (id: string) => {
    const item = await table.get(ITEM_KEYS.cluster(id));
    return item && readItem(ClusterItem, item);
  };
  return {
    get,
    async put(item) {
      // The name first: a cluster that is listed and not there is skipped, one that is there and not listed would be forgotten.
      await table.put({ ...ITEM_KEYS.clusterName(item.id), v: VERSION });
      await table.put({ ...ITEM_KEYS.cluster(item.id), ...ClusterItem.parse(item) });
    },
    async list() {
      const names = await table.query(ITEM_KEYS.clusterName('').pk);
      const clusters = await Promise.all(names.map((name) => get(name.sk)));
      return clusters.filter((cluster) => cluster !== undefined);
    },
    async update(id, patch) {
      const fields = Object.entries(patch);
      const set = Object.fromEntries(fields.filter(([, value]) => value !== null));
      const remove = fields.filter(([, value]) => value === null).map(([name]) => name);
      return (await table.update(ITEM_KEYS.cluster(id), { set, remove }, present('v'))) !== undefined;
    },
  };
}
