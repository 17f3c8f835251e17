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
  /** Moves to the next timer and fires that one alone; false where there is none. */
  step(): boolean;
}

/** Starts a driven clock at `start` (milliseconds since the epoch). */
export function drivenClock(start = Date.UTC(2026, 0, 1)): DrivenClock {
  let time = start;
  let serial = 0;
  const timers = timerQueue();
  const fire = (timer: Timer | undefined) => {
    if (timer === undefined) return false;
    time = Math.max(time, timer.at);
    timer.callback?.();
    return true;
  };
  return {
    now: () => time,
    after(ms, callback) {
      const timer: Timer = { at: time + Math.max(0, ms), serial: ++serial, callback };
      timers.add(timer);
      return () => void delete timer.callback;
    },
    nextTimer: () => timers.first()?.at,
    step: () => fire(timers.take()),
    advance(ms) {
      const end = time + ms;
      for (let next = timers.first(); next !== undefined && next.at <= end; next = timers.first()) fire(timers.take());
      time = end;
    },
  };
}

interface Timer {
  readonly at: number;
  readonly serial: number;
  /** Absent once it was cancelled. */
  callback?: () => void;
}

/** Timers by time, then by serial: a binary heap, from whose top cancelled ones fall out. */
function timerQueue() {
  const heap: Timer[] = [];
  const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.serial < b.serial);
  const at = (index: number) => heap[index] as Timer;
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [at(b), at(a)]);
  const sink = () => {
    for (let parent = 0; ; ) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      if (left >= heap.length) return;
      const child = right < heap.length && before(at(right), at(left)) ? right : left;
      if (!before(at(child), at(parent))) return;
      swap(child, parent);
      parent = child;
    }
  };
  const pop = () => {
    const [top, last] = [heap[0], heap.pop()];
    if (heap.length > 0 && last !== undefined) heap[0] = last;
    sink();
    return top;
  };
  const clean = () => {
    while (heap.length > 0 && heap[0]?.callback === undefined) pop();
  };
  return {
    add(timer: Timer) {
      heap.push(timer);
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!before(at(child), at(parent))) return;
        swap(child, parent);
        child = parent;
      }
    },
    first: () => (clean(), heap[0]),
    take: () => (clean(), heap.length > 0 ? pop() : undefined),
  };
}
