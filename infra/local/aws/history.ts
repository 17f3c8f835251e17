import type { Clock } from '../clock';
import type { Collection, Storage } from '../storage';

/** Storage that can also be read as it was a short while ago: what a stale read shows. */
export interface HistoricStorage extends Storage {
  /** Runs `read` so that collections show what they held at `time` (milliseconds on the clock, at most five minutes back). Writes inside go to the present. */
  asOf<T>(time: number, read: () => T): T;
}

interface Undo {
  readonly at: number;
  readonly collection: string;
  readonly id: string;
  /** What stood there before; `undefined` if nothing did. */
  readonly before: unknown;
}

const horizonMs = 5 * 60_000;

/** Keeps the last five minutes of changes of a storage, in memory. Values must be replaced, not changed in place, to be told apart. */
export function withHistory(storage: Storage, clock: Clock): HistoricStorage {
  let journal: Undo[] = [];
  let viewedAt: number | undefined;
  const remember = (undo: Undo) => {
    if ((journal[0]?.at ?? undo.at) < undo.at - 2 * horizonMs) journal = journal.filter(({ at }) => at >= undo.at - horizonMs);
    journal.push(undo);
  };
  const past = (name: string, entries: [string, unknown][], time: number) => {
    const map = new Map(entries);
    for (const { at, collection, id, before } of journal.toReversed()) {
      if (at <= time) break;
      if (collection !== name) continue;
      if (before === undefined) map.delete(id);
      else map.set(id, before);
    }
    return map;
  };
  return {
    collection: <T>(name: string) => {
      const present = storage.collection<T>(name);
      const view = () => (viewedAt === undefined ? undefined : (past(name, present.entries(), viewedAt) as Map<string, T>));
      return historicCollection({ present, view, remember: (id) => remember({ at: clock.now(), collection: name, id, before: present.get(id) }) });
    },
    atomically(change) {
      const length = journal.length;
      try {
        return storage.atomically(change);
      } catch (error) {
        journal = journal.slice(0, length);
        throw error;
      }
    },
    asOf(time, read) {
      viewedAt = time;
      try {
        return read();
      } finally {
        viewedAt = undefined;
      }
    },
    close: () => storage.close(),
  };
}

interface HistoricParts<T> {
  readonly present: Collection<T>;
  readonly view: () => Map<string, T> | undefined;
  readonly remember: (id: string) => void;
}

function historicCollection<T>({ present, view, remember }: HistoricParts<T>): Collection<T> {
  return {
    get: (id) => (view() ?? present).get(id),
    has: (id) => (view() ?? present).has(id),
    values: () => [...(view()?.values() ?? present.values())],
    entries: () => [...(view()?.entries() ?? present.entries())],
    get size() {
      return (view() ?? present).size;
    },
    set(id, value) {
      remember(id);
      present.set(id, value);
    },
    delete(id) {
      remember(id);
      return present.delete(id);
    },
  };
}
