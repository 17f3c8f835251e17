import type { Item, ItemKey } from '../../../shared/aws/table';
import { currentInvocation } from '../world/invocations';
import { SECRET } from '../world/aws-door';
import type { LeaseToken } from '../../../shared/contract/steps';
import type { Violated } from './check-account';

interface State {
  readonly owner?: string;
  readonly leaseUntil?: number;
  readonly gen?: number;
  readonly doneGen?: number;
  readonly fence?: number;
  readonly runGen?: number;
  readonly attempts?: number;
  readonly nextAttemptAt?: number;
}

interface TableChecks {
  readonly now: () => number;
  readonly violated: Violated;
  /** A lease that nobody gave back was taken over. */
  readonly leaseExpired: () => void;
}

/** A free key that is dirty is looked at by the sweeper within this. */
const ANSWERED_WITHIN_MS = 16 * 60_000;

/** What the writes to the table so far have made of it, as far as other checks ask. */
export interface TableWatch {
  readonly written: (action: 'put' | 'update' | 'delete', key: ItemKey, item: Item | undefined) => void;
  /** The newest generation of a key. */
  newest(key: string): number;
  /** Partitions of the reference index in which a key stands. */
  referencesOf(key: string): ReadonlySet<string>;
}

/** Looks at every write to the table: leases change hands by the rules, no wake-up is lost, no secret is kept. */
export function watchTable({ now, violated, leaseExpired }: TableChecks): TableWatch {
  const states = new Map<string, State>();
  const references = new Map<string, Set<string>>();
  const refer = (key: string, pk: string, isThere: boolean) => {
    const known = references.get(key) ?? new Set();
    references.set(key, known);
    if (isThere) known.add(pk);
    else known.delete(pk);
  };
  const written: TableWatch['written'] = (_action, { pk, sk }, item) => {
    if (pk.startsWith('REF#')) refer(sk, pk, item !== undefined);
    if (item && JSON.stringify(item).includes(SECRET)) violated('secret', `${pk} / ${sk} holds a secret`);
    if (sk !== 'STATE') return;
    const state = (item ?? {}) as State;
    const before = states.get(pk) ?? {};
    states.set(pk, state);
    const by = currentInvocation();
    if (by && state.owner !== undefined && state.owner !== before.owner) by.held.set(pk, state.fence ?? 0);
    if (by && state.owner !== undefined && state.fence !== before.fence) by.held.set(pk, state.fence ?? 0);
    if ((state.attempts ?? 0) > (before.attempts ?? 0)) leaseExpired();
    if ((state.gen ?? 0) < (before.gen ?? 0) || (state.fence ?? 0) < (before.fence ?? 0)) violated('generations', `${pk} went back from generation ${before.gen ?? 0} and fence ${before.fence ?? 0} to ${state.gen ?? 0} and ${state.fence ?? 0}`);
    checkHands({ pk, before, state });
    checkHolder({ pk, before, state });
    const isForgotten = state.owner === undefined && (state.gen ?? 0) > (state.doneGen ?? 0) && (state.nextAttemptAt ?? Number.POSITIVE_INFINITY) > now() + ANSWERED_WITHIN_MS;
    if (isForgotten) violated('lost wake-up', `${pk} was given back at generation ${state.doneGen ?? 0} although ${state.gen ?? 0} was asked for, and nobody looks at it soon`);
  };
  return { written, newest: (key) => states.get(key)?.gen ?? 0, referencesOf: (key) => references.get(key) ?? new Set() };

  /** A step writes the state of its key only while it holds it; whoever wakes a key, be it this one, does nothing but make it newer. */
  function checkHolder({ pk, before, state }: { pk: string; before: State; state: State }): void {
    const by = currentInvocation();
    const { key, owner, lease } = (by?.event ?? {}) as { key?: string; owner?: string; lease?: LeaseToken };
    if (key !== pk || lease === undefined || (state.gen ?? 0) > (before.gen ?? 0)) return;
    if (before.owner === owner && before.fence === lease.fence && before.runGen === lease.runGen) return;
    violated('lease', `${by?.functionName ?? ''} wrote the state of ${pk} with fence ${lease.fence} for generation ${lease.runGen}, while the key has fence ${before.fence ?? 0}, generation ${before.runGen ?? 0} and ${before.owner === undefined ? 'no owner' : before.owner === owner ? 'the same owner' : 'another owner'}`);
  }

  function checkHands({ pk, before, state }: { pk: string; before: State; state: State }): void {
    if (!pk.startsWith('svc#') || before.owner === undefined || state.owner === before.owner || (before.leaseUntil ?? 0) < now()) return;
    const { owner } = (currentInvocation()?.event ?? {}) as { owner?: string };
    if (owner !== before.owner) violated('lease', `${pk} was taken from an owner with a live lease by ${owner ?? currentInvocation()?.functionName ?? 'somebody'}`);
  }
}
