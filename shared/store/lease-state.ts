import { StateItem } from '../contract/items';
import type { CallCount } from '../contract/steps';
import { VERSION } from '../contract/events';
import { DUE_INDEX, type Item, type Update } from '../aws/table';
import { readItem } from './items';
import type { Holder, StatePatch } from './store';

/** The one partition of the due index. */
export const DUE = 'due';
/** What the holder of a lease asked for, until the release puts it into the index. */
const WANTED = 'wantedAttemptAt';
/** Phases in which the last error still explains the state after a finished pass. */
const EXPLAINED_BY_ERROR = new Set(['Blocked', 'Failed']);

/** The contract's state of an item: for a held key `nextAttemptAt` is what its holder asked for, not the index's. */
export function readState(item: Item): StateItem {
  const { [DUE_INDEX.sort]: indexed, [WANTED]: wanted, ...rest } = item;
  const nextAttemptAt = rest['owner'] === undefined ? indexed : wanted;
  const calls = callsIn(item);
  return readItem(StateItem, { ...rest, ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }), ...(calls ? { calls } : {}) });
}

/** Calls to AWS are counted in attributes of their own, which one update can add to. */
const CALL = 'call:';
const READS = `${CALL}reads`;

/** What adds calls to a state. */
export function callsToAdd({ reads, writes }: CallCount): Record<string, number> {
  const added = Object.entries(writes).map(([action, amount]): [string, number] => [`${CALL}${action}`, amount]);
  return Object.fromEntries(reads > 0 ? [[READS, reads], ...added] : added);
}

/** The attributes in which the calls of an earlier pass are counted. */
export function callAttributes(item: Item): string[] {
  return Object.keys(item).filter((name) => name.startsWith(CALL));
}

function callsIn(item: Item): CallCount | undefined {
  const counts = callAttributes(item).map((name): [string, number] => [name.slice(CALL.length), Number(item[name])]);
  if (counts.length === 0) return undefined;
  const reads = Object.fromEntries(counts)['reads'] ?? 0;
  return { reads, writes: Object.fromEntries(counts.filter(([action]) => action !== 'reads')) };
}

/** A state before its first wake-up. */
export function newState(key: string) {
  return { v: VERSION, key, doneGen: 0, runGen: 0, fence: 0, pass: 0, attempts: 0, backoffMs: 0 };
}

/** The attributes that put an item into the due index. */
export function dueAt(at: number) {
  return { [DUE_INDEX.partition]: DUE, [DUE_INDEX.sort]: at };
}

/** A step's patch as an update. While a key is held the index keeps the end of the lease; the wish waits beside it for the release. */
export function patchOf(patch: StatePatch): { set: Record<string, unknown>; remove: string[] } {
  const fields = Object.entries(patch).map(([name, value]): [string, unknown] => [name === 'nextAttemptAt' ? WANTED : name, value]);
  return {
    set: Object.fromEntries(fields.filter(([, value]) => value !== null && value !== undefined)),
    remove: fields.filter(([, value]) => value === null).map(([name]) => name),
  };
}

/** What a release writes. A wish that has passed already was answered by this very pass. */
export function releaseOf({ holder, state, patch, at }: { holder: Holder; state: StateItem; patch: StatePatch; at: number }): Update {
  const { nextAttemptAt = state.nextAttemptAt !== undefined && state.nextAttemptAt > at ? state.nextAttemptAt : null, ...rest } = patch;
  const phase = rest.phase === undefined ? state.phase : rest.phase;
  const { set, remove } = patchOf({ ...rest, nextAttemptAt });
  return {
    set: { ...set, doneGen: holder.lease.runGen, attempts: 0, backoffMs: 0, ...(nextAttemptAt === null ? {} : dueAt(nextAttemptAt)) },
    remove: [...remove, 'owner', 'leaseUntil', ...(nextAttemptAt === null ? [DUE_INDEX.sort] : []), ...(EXPLAINED_BY_ERROR.has(phase ?? '') ? [] : ['lastError'])],
  };
}
