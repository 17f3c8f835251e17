import { ContributionItem, ITEM_KEYS, UnusedItem } from '../contract/items';
import { VERSION } from '../contract/events';
import { atMost, equal, type Table } from '../aws/table';
import { readItem } from './items';
import type { Contributions } from './store';

/** Contributions to shared security groups over a table, and who uses a shared backend group. */
export function createContributions({ table, now }: { readonly table: Table; readonly now: () => number }): Contributions {
  const users = ITEM_KEYS.user('', '').sk;
  return {
    async put(sgKey, item) {
      await table.put({ ...ITEM_KEYS.contribution(sgKey, item.cluster, item.binding), ...ContributionItem.parse(item) });
    },
    async remove(sgKey, cluster, binding, at) {
      await table.delete(ITEM_KEYS.contribution(sgKey, cluster, binding), at === undefined ? atMost('at', now()) : equal('at', at));
    },
    async list(sgKey) {
      return (await table.query(sgKey, 'CONTRIB#')).map((item) => readItem(ContributionItem, item));
    },
    async addUser(backendKey, userKey) {
      await table.put({ ...ITEM_KEYS.user(backendKey, userKey), v: VERSION, at: now() });
    },
    async removeUser(backendKey, userKey) {
      await table.delete(ITEM_KEYS.user(backendKey, userKey), atMost('at', now()));
    },
    async listUsers(backendKey) {
      return (await table.query(backendKey, users)).map((item) => item.sk.slice(users.length));
    },
    async noteUnused(backendKey) {
      await table.put({ ...ITEM_KEYS.unused(backendKey), ...UnusedItem.parse({ v: VERSION, at: now() }) });
    },
    async unusedAt(backendKey) {
      const item = await table.get(ITEM_KEYS.unused(backendKey));
      return item && readItem(UnusedItem, item).at;
    },
  };
}
