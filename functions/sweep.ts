import type { StateItem } from '../shared/contract/items';
import { clusterOf, parseKey } from '../shared/contract/keys';
import { ScheduledInput } from '../shared/contract/steps';
import type { CoreClients, NamedClients } from './clients';
import { executions } from './clients/executions';
import { targetQueue } from './clients/target-queue';
import { describeError } from './report-error';
import { step, type StepContext } from './step';
import { wakeKeys } from './wake-keys';

type Deps = Pick<CoreClients, 'store' | 'now' | 'random' | 'factor' | 'meter'> & Pick<NamedClients, 'executions' | 'targetQueue'>;

const BATCH = 100;
/** The next batch is left to the next minute when less than this is left. */
const NEEDED_MS = 15_000;
const RELEASED_AGAIN_MS = 60 * 60_000;
const STALE_AFTER_MS = 10 * 60_000;
const STALE_ATTEMPTS = 3;

/**
 * Every minute: wakes keys whose time has come (a wake-up that nobody answered, a lease that expired, a wish for another look) until none is
 * left or time is short. Backing off is in the time itself: a lease that was taken over n times is due later and later. Keys of released clusters are put off.
 */
export const sweep =
  (deps: Deps) =>
  async (_input: unknown, { log, remainingMs }: Pick<StepContext, 'log' | 'remainingMs'>): Promise<{ woken: number }> => {
    const { store, now, factor, meter } = deps;
    const released = new Set((await store.clusters.list()).filter(({ mode }) => mode === 'released').map(({ id }) => id));
    const seen = new Set<string>();
    let stale = 0;
    let woken = 0;
    while (remainingMs() > NEEDED_MS * factor) {
      const due = (await store.leases.listDue(now(), BATCH)).filter(({ key }) => !seen.has(key));
      if (due.length === 0) break;
      due.forEach(({ key }) => seen.add(key));
      stale += due.filter((state) => isStale(state, now(), factor)).length;
      const [resting, wanted] = partition(due, ({ key }) => released.has(clusterOf(parseKey(key)) ?? ''));
      await Promise.allSettled(resting.map(({ key }) => store.leases.postpone(key, now() + RELEASED_AGAIN_MS * factor)));
      const causes = new Map(wanted.map((state) => [state.key, causeOf(state)]));
      const failed = await wakeKeys(deps, causes.keys(), (key) => causes.get(key));
      for (const [key, error] of failed) log.warn('a due key was not woken', { key, error: describeError(error) });
      woken += wanted.length - failed.size;
    }
    meter.count({ state: 'sweep', name: 'StaleKeys', amount: stale });
    return { woken };
  };

/** Why the sweeper wakes a key, for its history. */
function causeOf({ owner, gen, doneGen }: StateItem): string {
  if (owner !== undefined) return `sweep: the run of ${owner} came to no end`;
  return gen > doneGen ? 'sweep: a wake-up that nobody answered' : 'sweep: time for another look';
}

/** Due for long although this runs every minute, or its runs keep dying. */
function isStale({ owner, leaseUntil, nextAttemptAt, attempts }: StateItem, now: number, factor: number): boolean {
  const since = owner === undefined ? nextAttemptAt : leaseUntil;
  return attempts >= STALE_ATTEMPTS || (since !== undefined && now - since > STALE_AFTER_MS * factor);
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter((item) => test(item)), items.filter((item) => !test(item))];
}

export const handler = step({ state: 'sweep', input: ScheduledInput, clients: { executions, targetQueue }, run: sweep });
