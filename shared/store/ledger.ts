import { ITEM_KEYS, LedgerItem } from '../contract/items';
import { PlanStaleError } from '../contract/errors';
import { all, any, atMost, missing, type Condition, type Table } from '../aws/table';
import { readItem } from './items';
import { notFencedOff } from './lease-rules';
import type { Holder, Leases, Ledger } from './store';

/**
 * The ledger over a table. DynamoDB's conditions see one item only, so a write is guarded twice: the lease is compared first (and renewed), then
 * the entry refuses a writer whose fence is older than the one that wrote it. Between the two a lease can be lost, and then a late write can
 * still land on an entry that the new owner has not written itself. That is enough, because an entry only ever makes us look:
 *
 *     late put     names something that the old owner did or was about to do. Unknown to AWS: the next pass finds nothing there and removes it.
 *                  Known to AWS: without the entry it would be an orphan.
 *     late remove  takes an entry away after its owner saw the thing gone. The new owner writes its own intent, with a higher fence, before it
 *                  creates anything under that id, and that entry is no longer the old owner's to remove.
 */
export function createLedger({ table, leases }: { readonly table: Table; readonly leases: Leases }): Ledger {
  const prefix = ITEM_KEYS.resource('', '').sk;
  return {
    async list(key) {
      return (await table.query(key, prefix)).map((item) => readItem(LedgerItem, item));
    },
    async put(holder, item) {
      await leases.check(holder);
      const written = await table.put({ ...ITEM_KEYS.resource(holder.key, item.id), ...LedgerItem.parse(item), fence: holder.lease.fence }, all(notFencedOff(holder), notOlderThan(item)));
      if (!written) refuse(holder, item.id);
    },
    async remove(holder, id) {
      await leases.check(holder);
      const removed = await table.delete(ITEM_KEYS.resource(holder.key, id), notFencedOff(holder));
      if (!removed) refuse(holder, id);
    },
  };
}

/** A call that its caller gave up can take effect long after it was made again: an intent does not take the place of what came of it. */
const notOlderThan = ({ at }: LedgerItem): Condition => any(missing('at'), atMost('at', at));

function refuse({ key, lease }: Holder, id: string): never {
  throw new PlanStaleError(`ledger of ${key}: ${id} was written later, or by a later owner than fence ${lease.fence}; the pass begins again`);
}
