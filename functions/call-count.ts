import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallCount } from '../shared/contract/steps';

const counting = new AsyncLocalStorage<Map<string, number>>();

/** Counts a call to AWS for the invocation that makes it; silent outside of one. */
export function noteCall(action: string): void {
  const counts = counting.getStore();
  counts?.set(action, (counts.get(action) ?? 0) + 1);
}

/** Takes the calls of the running invocation that were noted since it was last asked: whoever takes them keeps them. */
export function takeCalls(): CallCount {
  const counts = counting.getStore();
  const taken = countOf(counts ?? new Map());
  counts?.clear();
  return taken;
}

/** Runs, and answers what came of it together with the calls to AWS that were made on the way and not taken, `before` included. */
export async function countingCalls<Output>(before: CallCount | undefined, run: () => Promise<Output>): Promise<{ output: Output; calls: CallCount }> {
  const counts = new Map<string, number>();
  const output = await counting.run(counts, run);
  return { output, calls: addCalls([before, countOf(counts)]) };
}

function countOf(counts: ReadonlyMap<string, number>): CallCount {
  const isRead = (action: string) => /^(Describe|Get|List)/.test(action);
  const reads = [...counts].filter(([action]) => isRead(action)).reduce((sum, [, amount]) => sum + amount, 0);
  return { reads, writes: Object.fromEntries([...counts].filter(([action]) => !isRead(action))) };
}

/** The sum of counts. */
export function addCalls(counts: readonly (CallCount | undefined)[]): CallCount {
  const writes = new Map<string, number>();
  for (const [action, amount] of counts.flatMap((count) => Object.entries(count?.writes ?? {}))) writes.set(action, (writes.get(action) ?? 0) + amount);
  return { reads: counts.reduce((sum, count) => sum + (count?.reads ?? 0), 0), writes: Object.fromEntries([...writes].sort(([a], [b]) => (a < b ? -1 : 1))) };
}
