import { SupersededError } from '../shared/contract/errors';
import { cameBack } from '../shared/contract/items';
import { clusterOf, parseKey } from '../shared/contract/keys';
import { AcquireLeaseInput, LeaseToken, MAX_PASSES } from '../shared/contract/steps';
import type { CoreClients, NamedClients } from './clients';
import { executions } from './clients/executions';
import { recordRun } from './record-run';
import { step } from './step';
import { startExecution } from './wake-keys';

type Deps = Pick<CoreClients, 'store' | 'random' | 'now'> & Pick<NamedClients, 'executions'>;

/**
 * Takes the key for this execution, or stands back. A released cluster's keys are nobody's. An execution whose passes were broken off again and again (`Dirty`,
 * `PlanStale`) hands over to a new one, as ReleaseLease does: a history is full at 25,000 events.
 */
export const acquireLease =
  (deps: Deps) =>
  async (input: AcquireLeaseInput): Promise<LeaseToken> => {
    const { store } = deps;
    const cluster = clusterOf(parseKey(input.key));
    const found = cluster === undefined ? undefined : await store.clusters.get(cluster);
    if (found?.mode === 'forgotten' && cameBack(found)) throw new SupersededError(`${input.key}: cluster ${found.id} was declared gone and lives; nothing more of it is deleted`);
    if (found?.mode === 'released') throw new SupersededError(`${input.key}: cluster ${cluster ?? ''} is released; \`stepbalancer cluster mode\` takes it back`);
    await recordBrokenOff(deps, input);
    if ((input.pass ?? 0) >= MAX_PASSES) return handOver(deps, input);
    return store.leases.acquire(input);
  };

/** A pass of this execution that got as far as a plan for its work, and was broken off, belongs into the history, too. */
async function recordBrokenOff({ store, now }: Deps, { key, owner, before }: AcquireLeaseInput): Promise<void> {
  const outcome = before?.plan?.outcome;
  const lease = LeaseToken.safeParse(before?.lease);
  if (!before || !lease.success || (outcome !== 'apply' && outcome !== 'delete')) return;
  await recordRun(store, { holder: { key, owner, lease: lease.data }, trace: before, state: await store.leases.read(key), now: now(), brokenOff: true });
}

/** The key is given back first: what started too early would stand back from it. */
async function handOver(deps: Deps, { key, owner }: AcquireLeaseInput): Promise<never> {
  const given = await deps.store.leases.yield({ key, owner });
  if (!given) throw new SupersededError(`${key}: the work is done or in other hands after ${MAX_PASSES} passes of this execution`);
  if (given.later) throw new SupersededError(`${key}: ${MAX_PASSES} passes came to no end although nothing changed; the sweeper tries again later`);
  await startExecution(deps, key, given.gen);
  throw new SupersededError(`${key}: changed during each of ${MAX_PASSES} passes; a new execution goes on`);
}

export const handler = step({ state: 'AcquireLease', input: AcquireLeaseInput, clients: { executions }, run: acquireLease });
