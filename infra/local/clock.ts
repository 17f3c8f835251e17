/** Time as a value that is passed in: real for people, driven for tests and the simulation. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms` (already scaled by the caller); the answer cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's clock. Its timers never keep the process alive by themselves. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that only moves when told to. Timers fire in order of their time, ties in order of their making. */
export interface DrivenClock extends Clock {
  /** Moves forward by `ms`, firing what becomes due on the way. */
  advance(ms: number): void;
  /** The time of the next timer, if there is one. */
  nextTimer(): number | undefined;
}

/** Starts a driven clock at `start` (milliseconds since the epoch). */
export function drivenClock(start = Date.UTC(2026, 0, 1)): DrivenClock {
  let time = start;
  let serial = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const earliest = () =>
    [...timers].reduce<[number, { at: number; callback: () => void }] | undefined>(
      (best, timer) => (best === undefined || timer[1].at < best[1].at ? timer : best),
      undefined,
    );
  return {
    now: () => time,
    after(ms, callback) {
      const id = ++serial;
      timers.set(id, { at: time + Math.max(0, ms), callback });
      return () => timers.delete(id);
    },
    nextTimer: () => earliest()?.[1].at,
    advance(ms) {
      const end = time + ms;
      for (let next = earliest(); next !== undefined && next[1].at <= end; next = earliest()) {
        timers.delete(next[0]);
        time = Math.max(time, next[1].at);
        next[1].callback();
      }
      time = end;
    },
  };
}
