/** Values that are pushed now and read later, in order. The reader ends with `end`, or by leaving its loop, which calls `onLeave`. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(value: T): void;
  end(): void;
}

/** An empty queue. */
export function createEventQueue<T>(onLeave: () => void): EventQueue<T> {
  const waiting: T[] = [];
  let ended = false;
  let wake: (() => void) | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  const next = async (): Promise<IteratorResult<T>> => {
    while (waiting.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
    const value = waiting.shift();
    return value === undefined ? { value: undefined, done: true } : { value, done: false };
  };
  const leave = () => {
    ended = true;
    waiting.length = 0;
    notify();
    onLeave();
    return Promise.resolve({ value: undefined, done: true as const });
  };
  return {
    push(value) {
      if (ended) return;
      waiting.push(value);
      notify();
    },
    end() {
      ended = true;
      notify();
    },
    [Symbol.asyncIterator]: () => ({ next, return: leave }),
  };
}
