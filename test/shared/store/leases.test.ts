import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateItem } from '../../../shared/contract/items';
import { createStore } from '../../../shared/store/create-store';
import { memoryTable } from '../../../shared/store/memory-table';
import type { Holder, Leases } from '../../../shared/store/store';

const KEY = 'svc#c1#default/web';
const EXECUTIONS = ['a', 'b', 'c'];

/** What may happen at any time: a wake-up; an execution begins or is redriven, works, tries to end or hands over,
 * with its last lease or one that it had before (a late call, a redrive); time passes, so that leases expire; the sweeper comes. */
type Move = { readonly do: 'wake' | 'sweep' } | { readonly do: 'acquire' | 'check' | 'release' | 'handOver'; readonly who: string; readonly old: number } | { readonly do: 'wait'; readonly ms: number };
const aMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('wake' as const, 'sweep' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('acquire' as const, 'check' as const, 'release' as const, 'handOver' as const), who: fc.constantFrom(...EXECUTIONS), old: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 30_000, 149_000, 150_001, 1_000_000) }) },
);

/** Plays the moves and watches. */
class World {
  now = 1_700_000_000_000;
  readonly leases: Leases = createStore({ table: memoryTable(), now: () => this.now, factor: 1 }).leases;
  /** Every holder that ever was, in order of taking; a dead one may be redriven and use its old lease. */
  readonly holders: Holder[] = [];
  readonly answered: number[] = [];
  /** The generation that an execution was started for. */
  startedFor = 1;

  /** The last holder of that owner, or the nth before. */
  private held(who: string, old: number): Holder | undefined {
    return this.holders.filter(({ owner }) => owner === who).at(-1 - old);
  }

  async play(move: Move): Promise<void> {
    if (move.do === 'wait') this.now += move.ms;
    else if (move.do === 'wake') this.startedFor = (await this.leases.markDirty(KEY)).gen;
    else if (move.do === 'sweep') for (const { key } of await this.leases.listDue(this.now, 10)) this.startedFor = (await this.leases.markDirty(key)).gen;
    else if ('who' in move) await this.act(move.do, move);
    await this.watch();
  }

  private async act(what: 'acquire' | 'check' | 'release' | 'handOver', { who, old }: { who: string; old: number }): Promise<void> {
    const before = await this.leases.read(KEY);
    try {
      if (what === 'acquire') {
        const lease = await this.leases.acquire({ v: 1, key: KEY, gen: this.startedFor, owner: who });
        this.holders.push({ key: KEY, owner: who, lease });
        must(mayTake(before, who, this.now), `${who} was let in`);
        return;
      }
      const holder = this.held(who, old);
      if (!holder) return;
      await this.expectNewest(holder, () => this.leases[what](holder));
      const after = await this.leases.read(KEY);
      if (after && after.doneGen > (before?.doneGen ?? 0)) this.answered.push(after.doneGen);
    } catch (error) {
      if (!['Superseded', 'PlanStale'].includes((error as Error).name)) throw error;
    }
  }

  /** Whoever is let through is the last one that took the key: nobody works under a lease that was taken over. */
  private async expectNewest(holder: Holder, use: () => Promise<unknown>): Promise<void> {
    await use();
    const { owner, lease } = this.holders.at(-1) ?? holder;
    const isNewest = owner === holder.owner && lease.fence === holder.lease.fence && lease.runGen === holder.lease.runGen;
    must(isNewest, `${holder.owner} was let through under a lease that is over`);
  }

  /** Holds after every move. */
  private async watch(): Promise<void> {
    const state = await this.leases.read(KEY);
    if (!state) return;
    must(state.doneGen <= state.gen, 'more was answered than asked');
    must(this.answered.every((gen, index) => gen >= (this.answered[index - 1] ?? 0)), 'generations were answered out of order');
    // A wake-up that is not answered is never forgotten: the sweeper will come.
    const due = await this.leases.listDue(this.now + 24 * 3_600_000, 10);
    must(state.gen === state.doneGen || due.length === 1, 'a wake-up was forgotten');
  }

  /** From now on nothing goes wrong: the sweeper comes every minute, executions work to their end. */
  async settle(): Promise<StateItem | undefined> {
    for (let minute = 0; minute < 60; minute += 1) {
      this.now += 60_000;
      for (const { key } of await this.leases.listDue(this.now, 10)) {
        const { gen, running } = await this.leases.markDirty(key);
        if (running) continue;
        const lease = await this.leases.acquire({ v: 1, key, gen, owner: `calm-${minute}` });
        must((await this.leases.release({ key, owner: `calm-${minute}`, lease })) === 'released', 'a calm run did not end');
      }
    }
    return this.leases.read(KEY);
  }
}

function must(condition: boolean, text: string): void {
  if (!condition) throw new Error(text);
}

function mayTake(state: StateItem | undefined, who: string, now: number): boolean {
  if (!state || state.doneGen >= state.gen) return false;
  return state.owner === undefined || state.owner === who || (state.leaseUntil ?? 0) < now;
}

describe('leases, whatever happens', () => {
  it('let one in at a time, forget no wake-up, answer generations in order, and come to rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aMove, { minLength: 10, maxLength: 60, size: 'max' }), async (moves) => {
        const world = new World();
        for (const move of moves) await world.play(move);
        const state = await world.settle();
        expect({ waiting: (state?.gen ?? 0) - (state?.doneGen ?? 0), attempts: state?.attempts ?? 0, owner: state?.owner }).toEqual({ waiting: 0, attempts: 0, owner: undefined });
      }),
      { numRuns: 400 },
    );
  });
});
