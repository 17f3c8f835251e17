import { NO_MEMORY, TargetMemory } from '../contract/target-memory';
import type { Holder, Store } from '../store/store';

type Kept = Pick<Store, 'passFacts'>;

/** What the last pass over a key remembered; nothing where it was never seen or the memory is of another version. */
export async function loadMemory(store: Kept, key: string): Promise<TargetMemory> {
  const text = await store.passFacts.load(key);
  const parsed = text === undefined ? undefined : TargetMemory.safeParse(JSON.parse(text));
  return parsed?.success ? parsed.data : NO_MEMORY;
}

/** Keeps the memory, fenced. */
export async function saveMemory(store: Kept, holder: Holder, memory: TargetMemory): Promise<void> {
  await store.passFacts.save(holder, JSON.stringify(memory));
}
