import { DeletionsItem, ITEM_KEYS } from '../contract/items';
import { TransientError } from '../contract/errors';
import { VERSION } from '../contract/events';
import { equal, missing, type Table } from '../aws/table';
import { readItem } from './items';
import type { Deletions, DeletionWish } from './store';

/** Deletions older than this no longer count against `maxDeletes`; scaled. */
const WINDOW_MS = 10 * 60_000;
/** Races against one item that are lost this often in a row are given to the caller's Retry. */
const TRIES = 12;

/**
 * The deletions of a cluster in the last ten minutes, in one item. Whoever is about to delete notes it first, under the condition that nobody else noted
 * anything since he counted: so hundreds of objects that go in the same second are stopped at the limit, although each of them was planned alone.
 */
export function createDeletions({ table, now, factor }: { readonly table: Table; readonly now: () => number; readonly factor: number }): Deletions {
  const windowMs = WINDOW_MS * factor;
  const read = async (cluster: string): Promise<DeletionsItem> => {
    const item = await table.get(ITEM_KEYS.deletions(cluster));
    return item ? readItem(DeletionsItem, item) : { v: VERSION, serial: 0, deletions: [] };
  };
  const young = ({ deletions }: DeletionsItem) => deletions.filter(({ at }) => now() - at < windowMs);

  async function attempt({ cluster, ids, limit }: DeletionWish): Promise<boolean | undefined> {
    const item = await read(cluster);
    const known = young(item);
    const added = ids.filter((id) => !known.some((other) => other.id === id));
    if (added.length === 0) return true;
    if (limit !== undefined && known.length + added.length > limit) return false;
    const deletions = [...known, ...added.map((id) => ({ id, at: now() }))];
    const unchanged = item.serial === 0 ? missing('serial') : equal('serial', item.serial);
    return (await table.put({ ...ITEM_KEYS.deletions(cluster), v: VERSION, serial: item.serial + 1, deletions }, unchanged)) || undefined;
  }

  return {
    async recent(cluster) {
      return young(await read(cluster)).map(({ id, at }) => ({ id, countsUntil: at + windowMs }));
    },
    async note(wish) {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const noted = await attempt(wish);
        if (noted !== undefined) return noted;
      }
      throw new TransientError(`the deletions of cluster ${wish.cluster} were noted by others ${TRIES} times in a row; the step is tried again`);
    },
  };
}
