import { ITEM_KEYS } from '../contract/items';
import { PlanStaleError } from '../contract/errors';
import type { Table } from '../aws/table';
import { loadText, saveText, type TextPlace } from './chunked-text';
import { notFencedOff } from './lease-rules';
import type { Holder, Leases, PassFacts, Plans, SeenObjects } from './store';

/** Kept longer than the 14 days in which an execution can be redriven (AWS: Redriving executions). Never scaled. */
const KEPT_MS = 16 * 24 * 60 * 60_000;

interface Deps {
  readonly table: Table;
  readonly leases: Leases;
  readonly now: () => number;
}

/** Plans over a table. */
export function createPlans({ table, leases, now }: Deps): Plans {
  const place = (key: string, planId: string): TextPlace => ({ pk: key, prefix: `PLAN#${planId}#`, chunkKey: (chunk) => ITEM_KEYS.plan(key, planId, chunk).sk });
  return {
    async save(holder, planId, text) {
      await leases.check(holder);
      await saveFenced({ table, holder, place: place(holder.key, planId), text, expiresAt: now() + KEPT_MS });
    },
    load: (key, planId) => loadText(table, place(key, planId), now()),
  };
}

/** Facts of a pass over a table: one text per key, of the pass that saved last. */
export function createPassFacts({ table, leases, now }: Deps): PassFacts {
  const place = (key: string): TextPlace => ({ ...chunksUnder(ITEM_KEYS.network(key).sk), pk: key });
  return {
    async save(holder, text) {
      await leases.check(holder);
      await saveFenced({ table, holder, place: place(holder.key), text, expiresAt: now() + KEPT_MS });
    },
    load: (key) => loadText(table, place(key), now()),
  };
}

/** What resync saw, over a table: one text per cluster. */
export function createSeen({ table, now }: Omit<Deps, 'leases'>): SeenObjects {
  const place = (cluster: string): TextPlace => ({ ...chunksUnder(ITEM_KEYS.seen(cluster).sk), pk: ITEM_KEYS.seen(cluster).pk });
  return {
    save: async (cluster, text) => void (await saveText(table, { place: place(cluster), text })),
    load: (cluster) => loadText(table, place(cluster), now()),
  };
}

function chunksUnder(sk: string): Pick<TextPlace, 'prefix' | 'chunkKey'> {
  return { prefix: sk, chunkKey: (chunk) => (chunk === 0 ? sk : `${sk}#${chunk}`) };
}

async function saveFenced({ holder, table, ...text }: { table: Table; holder: Holder; place: TextPlace; text: string; expiresAt: number }): Promise<void> {
  const saved = await saveText(table, { ...text, attributes: { fence: holder.lease.fence }, condition: notFencedOff(holder) });
  if (!saved) throw new PlanStaleError(`${holder.key}: a later owner than fence ${holder.lease.fence} has saved its own; the pass begins again`);
}
