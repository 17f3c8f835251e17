import { ITEM_KEYS, type StateItem } from '../contract/items';
import { clusterOf, parseKey } from '../contract/keys';
import { PlanStaleError, SupersededError, TransientError } from '../contract/errors';
import { VERSION } from '../contract/events';
import type { AcquireLeaseInput, CallCount, LeaseToken } from '../contract/steps';
import { all, DUE_INDEX, equal, missing, type Table, type Update } from '../aws/table';
import { abandoned, free, held, leaseTimes, mine, nobody, nothingNewer, unanswered } from './lease-rules';
import { callAttributes, callsToAdd, DUE, dueAt, newState, patchOf, readState, releaseOf } from './lease-state';
import type { Holder, Leases, StatePatch, StoreParts, Wakeup } from './store';

interface Deps {
  readonly table: Table;
  readonly now: () => number;
  readonly times: ReturnType<typeof leaseTimes>;
  readonly takeCalls: () => CallCount;
}

const noCalls = (): CallCount => ({ reads: 0, writes: {} });

/** Races against one item that are lost this often in a row are given to the caller's Retry. */
const TRIES = 6;

/** Leases and states of keys over a table. The rules, and a time line of them: lease-rules.ts. */
export function createLeases({ table, now, factor, takeCalls = noCalls }: StoreParts): Leases {
  const deps: Deps = { table, now, times: leaseTimes(factor), takeCalls };
  return {
    markDirty: (key, at, cause) => race(key, () => wake(deps, key, { at, cause })),
    acquire: (input) => race(input.key, () => take(deps, input)),
    check: (holder) => check(deps, holder),
    update: (holder, patch) => update(deps, holder, patch),
    release: (holder, patch = {}) => release(deps, holder, patch),
    handOver: (holder) => handOver(deps, holder),
    yield: (input) => race(input.key, () => giveBack(deps, input)).then(({ given }) => given),
    recordError: async (holder, error) => (await table.update(ITEM_KEYS.state(holder.key), { set: { lastError: error } }, mine(holder))) !== undefined,
    postpone: async (key, until) => void (await table.update(ITEM_KEYS.state(key), { set: dueAt(until) }, free(now()))),
    read: (key) => readKey(deps, key),
    listKeys: async (cluster) => (await table.query(ITEM_KEYS.keyName(cluster ?? '*', '').pk)).map((item) => item.sk),
    listDue: (until, limit) => listDue(deps, until, limit),
  };
}

async function readKey({ table }: Pick<Deps, 'table'>, key: string): Promise<StateItem | undefined> {
  const item = await table.get(ITEM_KEYS.state(key));
  return item && readState(item);
}

/** The index lags behind: every item that it names is read again before it counts. */
async function listDue({ table }: Deps, until: number, limit: number): Promise<StateItem[]> {
  const keys = await table.queryDue({ partition: DUE, until, limit });
  const items = await Promise.all(keys.map((key) => table.get(key)));
  const due = items.flatMap((item) => (item && Number(item[DUE_INDEX.sort]) <= until ? [readState(item)] : []));
  return due.filter(({ owner, leaseUntil = 0 }) => owner === undefined || leaseUntil < until);
}

async function wake({ table, now, times }: Deps, key: string, { at, cause }: { at: number | undefined; cause: string | undefined }): Promise<Wakeup | undefined> {
  const answerBy = dueAt(at ?? now() + times.answerWithinMs);
  const woken = await table.update(ITEM_KEYS.state(key), { set: { ...answerBy, ...(cause === undefined ? {} : { cause }) }, add: { gen: 1 } }, free(now()));
  if (woken) return { gen: readState(woken).gen, running: false };
  const joined = await table.update(ITEM_KEYS.state(key), { ...(cause === undefined ? {} : { set: { nextCause: cause } }), add: { gen: 1 } }, held(now()));
  if (joined) return { gen: readState(joined).gen, running: true };
  // Neither free nor held: most likely there is no such key yet. Its name is listed first, so that no state is ever unlisted.
  await table.put({ ...ITEM_KEYS.keyName(clusterOf(parseKey(key)) ?? '*', key), v: VERSION });
  const born = await table.update(ITEM_KEYS.state(key), { set: { ...answerBy, ...newState(key), ...(cause === undefined ? {} : { cause }) }, add: { gen: 1 } }, missing('gen'));
  return born && { gen: readState(born).gen, running: false };
}

/** Read, decide, write under the condition that what was decided on still holds; undefined where it does not. */
async function take(deps: Deps, { key, gen, owner, pass }: AcquireLeaseInput): Promise<LeaseToken | undefined> {
  const { table, now, times } = deps;
  const item = await table.get(ITEM_KEYS.state(key));
  const state = item && readState(item);
  if (!state) throw new SupersededError(`${key}: nothing is known of this key; a wake-up makes its state`);
  if (state.doneGen >= state.gen) throw new SupersededError(`${key}: generation ${gen} was answered by another run (${state.doneGen} is done, nothing newer waits)`);
  const claim = claimOf({ state, owner, at: now() });
  if (!claim) throw new SupersededError(`${key}: ${state.owner ?? ''} has the lease until ${formatTime(state.leaseUntil)} and answers generation ${gen} too`);
  const leaseUntil = now() + times.leaseMs;
  const backoffMs = times.backoffMs(state.attempts + (claim === 'abandoned' ? 1 : 0));
  const change: Update = {
    set: { owner, leaseUntil, backoffMs, ...dueAt(leaseUntil + backoffMs), pass: (pass ?? (claim === 'own' ? state.pass : 0)) + 1, ...(state.nextCause === undefined ? {} : { cause: state.nextCause }) },
    remove: [...callAttributes(item), ...(state.nextCause === undefined ? [] : ['nextCause'])],
    copy: { runGen: { from: 'gen' } },
    add: { ...(claim === 'own' ? {} : { fence: 1 }), ...(claim === 'abandoned' ? { attempts: 1 } : {}) },
  };
  const stillSo = { nobody, abandoned: abandoned(now()), own: equal('owner', owner) }[claim];
  const taken = await table.update(ITEM_KEYS.state(key), change, all(equal('fence', state.fence), unanswered, stillSo));
  if (!taken) return undefined;
  const held = readState(taken);
  return { fence: held.fence, runGen: held.runGen, pass: held.pass };
}

/** By which right an execution may take the key; undefined where another one holds it. */
function claimOf({ state, owner, at }: { state: StateItem; owner: string; at: number }): 'nobody' | 'abandoned' | 'own' | undefined {
  if (state.owner === undefined) return 'nobody';
  if (state.owner === owner) return 'own';
  return (state.leaseUntil ?? 0) < at ? 'abandoned' : undefined;
}

async function check(deps: Deps, holder: Holder): Promise<StateItem> {
  const leaseUntil = deps.now() + deps.times.leaseMs;
  const renewal: Update = { set: { leaseUntil }, copy: { [DUE_INDEX.sort]: { from: 'backoffMs', plus: leaseUntil } }, add: callsToAdd(deps.takeCalls()) };
  const item = await deps.table.update(ITEM_KEYS.state(holder.key), renewal, mine(holder));
  return item ? readState(item) : refuse(deps, holder, await readKey(deps, holder.key));
}

async function update(deps: Deps, holder: Holder, patch: StatePatch): Promise<void> {
  if (Object.keys(patch).length === 0) return;
  const item = await deps.table.update(ITEM_KEYS.state(holder.key), { ...patchOf(patch), add: callsToAdd(deps.takeCalls()) }, mine(holder));
  if (!item) refuse(deps, holder, await readKey(deps, holder.key));
}

async function release(deps: Deps, holder: Holder, patch: StatePatch): Promise<'released' | 'dirty'> {
  const before = await readKey(deps, holder.key);
  if (before && isMine(before, holder)) {
    const change = releaseOf({ holder, state: before, patch, at: deps.now() });
    if (await deps.table.update(ITEM_KEYS.state(holder.key), change, all(mine(holder), nothingNewer))) return 'released';
  }
  const state = await readKey(deps, holder.key);
  if (state && isMine(state, holder)) return 'dirty';
  return state && wasGivenBack(state, holder) ? 'released' : refuse(deps, holder, state);
}

async function handOver(deps: Deps, holder: Holder): Promise<number> {
  const change: Update = {
    set: { doneGen: holder.lease.runGen, attempts: 0, backoffMs: 0, ...dueAt(deps.now() + deps.times.answerWithinMs) },
    remove: ['owner', 'leaseUntil'],
  };
  const given = await deps.table.update(ITEM_KEYS.state(holder.key), change, mine(holder));
  if (given) return readState(given).gen;
  const state = await readKey(deps, holder.key);
  return state && wasGivenBack(state, holder) ? state.gen : refuse(deps, holder, state);
}

/** `attempts` grows where the same generation is to be tried once more: a key that never gets anywhere is tried less and less often. */
async function giveBack({ table, now, times }: Deps, { key, owner }: { key: string; owner: string }): Promise<{ given: { gen: number; later: boolean } | undefined } | undefined> {
  const state = await readKey({ table }, key);
  if (!state || state.doneGen >= state.gen) return { given: undefined };
  const later = state.gen === state.runGen;
  // An earlier try gave it back and its answer was lost, or its successor was not started.
  if (state.owner === undefined) return { given: { gen: state.gen, later } };
  if (state.owner !== owner) return { given: undefined };
  const attempts = later ? state.attempts + 1 : state.attempts;
  const backoffMs = later ? times.backoffMs(attempts) : times.answerWithinMs;
  const change: Update = { set: { attempts, backoffMs: 0, ...dueAt(now() + backoffMs) }, remove: ['owner', 'leaseUntil'] };
  const given = await table.update(ITEM_KEYS.state(key), change, all(equal('owner', owner), equal('gen', state.gen), equal('runGen', state.runGen)));
  return given && { given: { gen: state.gen, later } };
}

function isMine(state: StateItem, { owner, lease }: Holder): boolean {
  return state.owner === owner && state.fence === lease.fence && state.runGen === lease.runGen;
}

/** Whether this very lease was given back by a call whose answer was lost: only its owner can have done it, and nobody came since. */
function wasGivenBack(state: StateItem, { lease }: Holder): boolean {
  return state.owner === undefined && state.fence === lease.fence && state.doneGen === lease.runGen;
}

/** Says why a holder is one no longer: the work is done or in other hands, or it has to begin again. */
function refuse({ now }: Deps, { key, owner, lease }: Holder, state: StateItem | undefined): never {
  const found = state ? `owner ${state.owner ?? 'nobody'}, fence ${state.fence}, runGen ${state.runGen}, doneGen ${state.doneGen}` : 'no state';
  const message = `lease of ${key}: expected owner ${owner}, fence ${lease.fence}, runGen ${lease.runGen}; found ${found}`;
  const another = state?.owner !== undefined && state.owner !== owner && (state.leaseUntil ?? 0) >= now();
  if (!state || another || state.doneGen >= lease.runGen) throw new SupersededError(`${message}; the work is done or in other hands`);
  throw new PlanStaleError(`${message}; the pass begins again`);
}

/** Tries until the item stood still for one attempt. */
async function race<Result>(key: string, attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new TransientError(`${key}: its state changed ${TRIES} times while it was being written; the step is tried again`);
}

function formatTime(at: number | undefined): string {
  return at === undefined ? 'an unknown time' : new Date(at).toISOString();
}
