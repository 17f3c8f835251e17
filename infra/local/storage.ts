import { DatabaseSync } from 'node:sqlite';

/** A named set of JSON values by id, in insertion order. What `set` was given is on disk when `set` returns. */
export interface Collection<T> {
  get(id: string): T | undefined;
  /** Stores a value; call it again after every change, a mutated object is not noticed by itself. */
  set(id: string, value: T): void;
  delete(id: string): boolean;
  has(id: string): boolean;
  values(): T[];
  entries(): [string, T][];
  readonly size: number;
}

/** Where the local system keeps its state. */
export interface Storage {
  collection<T>(name: string): Collection<T>;
  /** Runs `change` so that either all of its writes survive a kill or none does. Synchronous by design; may be nested. */
  atomically<T>(change: () => T): T;
  close(): void;
}

/** State that lives as long as the process: for tests and the simulation. A refused change leaves no trace here either. */
export function memoryStorage(): Storage {
  const collections = new Map<string, Collection<unknown>>();
  /** How to undo what the running change has done, in its order. */
  let undo: (() => void)[] | undefined;
  const open = () => {
    const entries = new Map<string, unknown>();
    return collectionOver(entries, {
      changing(id, how) {
        if (undo === undefined) return;
        if (how === 'delete' && entries.has(id)) return void undo.push(restoring(entries));
        const had = entries.has(id);
        const before = entries.get(id);
        undo.push(() => void (had ? entries.set(id, before) : entries.delete(id)));
      },
    });
  };
  return {
    collection: <T>(name: string) => {
      const found = collections.get(name) ?? open();
      collections.set(name, found);
      return found as Collection<T>;
    },
    atomically(change) {
      if (undo !== undefined) return change();
      const done: (() => void)[] = [];
      undo = done;
      try {
        return change();
      } catch (error) {
        for (const step of done.toReversed()) step();
        throw error;
      } finally {
        undo = undefined;
      }
    },
    close: () => undefined,
  };
}

/** Puts all entries back as they are now, in their order: what a deletion needs, since what is set again stands at the end. */
function restoring(entries: Map<string, unknown>): () => void {
  const held = [...entries];
  return () => {
    entries.clear();
    for (const [id, value] of held) entries.set(id, value);
  };
}

/** State in one SQLite file, which survives the process, however it ends. Throws if the file cannot be opened. */
export function fileStorage(path: string): Storage {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  database.exec('CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (collection, id))');
  const select = database.prepare('SELECT id, value FROM entry WHERE collection = ? ORDER BY seq');
  const upsert = database.prepare('INSERT INTO entry (collection, id, value) VALUES (?, ?, ?) ON CONFLICT (collection, id) DO UPDATE SET value = excluded.value');
  const remove = database.prepare('DELETE FROM entry WHERE collection = ? AND id = ?');
  const collections = new Map<string, Collection<unknown>>();
  const contents = new Map<string, Map<string, unknown>>();
  let depth = 0;
  const load = (name: string, entries: Map<string, unknown>) => {
    entries.clear();
    const rows = select.all(name) as { id: string; value: string }[];
    for (const row of rows) entries.set(row.id, JSON.parse(row.value));
  };
  const open = (name: string) => {
    const entries = new Map<string, unknown>();
    load(name, entries);
    contents.set(name, entries);
    return collectionOver(entries, {
      saved: (id, value) => upsert.run(name, id, JSON.stringify(value)),
      removed: (id) => remove.run(name, id),
    });
  };
  return {
    collection: <T>(name: string) => {
      const found = collections.get(name) ?? open(name);
      collections.set(name, found);
      return found as Collection<T>;
    },
    atomically(change) {
      if (depth > 0) return change();
      depth += 1;
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = change();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        for (const [name, entries] of contents) load(name, entries);
        throw error;
      } finally {
        depth -= 1;
      }
    },
    close: () => database.close(),
  };
}

interface Listener {
  changing?: (id: string, how: 'set' | 'delete') => void;
  saved?: (id: string, value: unknown) => void;
  removed?: (id: string) => void;
}

function collectionOver(entries: Map<string, unknown>, { changing, saved, removed }: Listener): Collection<unknown> {
  return {
    get: (id) => entries.get(id),
    set(id, value) {
      changing?.(id, 'set');
      entries.set(id, value);
      saved?.(id, value);
    },
    delete(id) {
      changing?.(id, 'delete');
      const had = entries.delete(id);
      if (had) removed?.(id);
      return had;
    },
    has: (id) => entries.has(id),
    values: () => [...entries.values()],
    entries: () => [...entries.entries()],
    get size() {
      return entries.size;
    },
  };
}
