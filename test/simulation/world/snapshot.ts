import { memoryStorage, type Storage } from '../../../infra/local/storage';

/** The content of a storage at one moment. Its values are frozen and shared by all runs. */
export type Snapshot = ReadonlyMap<string, readonly (readonly [id: string, value: unknown])[]>;

/** A storage of which snapshots can be taken. */
export function keptStorage(): { readonly storage: Storage; snapshot(): Snapshot } {
  const storage = memoryStorage();
  const names = new Set<string>();
  return {
    storage: { ...storage, collection: (name) => (names.add(name), storage.collection(name)) },
    snapshot: () => new Map([...names].map((name) => [name, storage.collection(name).entries().map(([id, value]) => [id, freeze(value)] as const)])),
  };
}

/** A new storage that holds what the snapshot does. */
export function storageOf(snapshot: Snapshot): Storage {
  const storage = memoryStorage();
  for (const [name, entries] of snapshot) {
    const collection = storage.collection(name);
    for (const [id, value] of entries) collection.set(id, value);
  }
  return storage;
}

/** Whoever changed a shared value in place would change it for all runs: frozen, it throws. */
function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || value instanceof Uint8Array) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
