import type { Timers } from './timers';

/**
 * The first change of an object passes at once, later ones at most once per `intervalMs`: the last one of a burst is always told.
 * Whoever waits is told by name only, so nothing grows with the size of an object.
 */
export function createPace({ timers, intervalMs, tell }: { timers: Timers; intervalMs: number; tell: (name: string) => void }) {
  const resting = new Map<string, { again: boolean }>();

  function rest(name: string): void {
    const entry = { again: false };
    resting.set(name, entry);
    timers.after(intervalMs, () => {
      resting.delete(name);
      if (!entry.again) return;
      tell(name);
      rest(name);
    });
  }

  return {
    /** Something about the object changed. */
    changed(name: string): void {
      const entry = resting.get(name);
      if (entry) {
        entry.again = true;
        return;
      }
      tell(name);
      rest(name);
    },
  };
}
