import type { StateItem } from '../shared/contract/items';
import { durationMs, type Settings } from '../shared/contract/settings';
import { clusterOf, parseKey } from '../shared/contract/keys';
import { MAX_PASSES, ReleaseLeaseInput, type ReleaseLeaseOutput } from '../shared/contract/steps';
import type { StatePatch } from '../shared/store/store';
import type { CoreClients, NamedClients } from './clients';
import { executions } from './clients/executions';
import { recordRun } from './record-run';
import { step } from './step';
import { startExecution } from './wake-keys';

type Deps = Pick<CoreClients, 'store' | 'now' | 'random' | 'factor'> & Pick<NamedClients, 'executions'>;

/** Phases in which there is something in AWS that may drift, or somebody waits. */
const LOOKED_AT_AGAIN = new Set(['Working', 'Waiting', 'Healthy', 'Degraded', 'Blocked']);
/** Without an event a key is compared with AWS this many times less often than a comparison counts as young: hourly by default. */
const QUIET_FACTOR = 6;
const JITTER = 0.2;

/**
 * Gives the key back, unless it became dirty meanwhile: then the pass begins again, or, after ten passes, a new execution goes on (a history is full at
 * 25,000 events). The pass goes into the history first. A key in use is looked at again within about an hour even if no event comes: nobody tells us of changes in AWS.
 */
export const releaseLease =
  (deps: Deps) =>
  async (input: ReleaseLeaseInput): Promise<ReleaseLeaseOutput> => {
    const holder = { key: input.key, owner: input.owner, lease: input.lease };
    const state = await deps.store.leases.read(input.key);
    const blockedRun = await recordRun(deps.store, { holder, trace: input, state, now: deps.now(), brokenOff: false });
    const patch = { ...(await nextLook(deps, state)), ...(blockedRun === state?.blockedRun ? {} : { blockedRun: blockedRun ?? null }) };
    const released = (await deps.store.leases.release(holder, patch)) === 'released';
    if (input.lease.pass < MAX_PASSES) return { outcome: released ? 'released' : 'again' };
    // An earlier try may have handed over and then failed to start the successor: then the key is free and dirty.
    if (released && !(await isDirty(deps, input.key))) return { outcome: 'released' };
    await startExecution(deps, input.key, await deps.store.leases.handOver(holder));
    return { outcome: 'handed-over' };
  };

async function isDirty({ store }: Deps, key: string): Promise<boolean> {
  const state = await store.leases.read(key);
  return state !== undefined && state.gen > state.doneGen;
}

async function nextLook({ store, now, random, factor }: Deps, state: StateItem | undefined): Promise<StatePatch> {
  if (!state || !LOOKED_AT_AGAIN.has(state.phase ?? '') || isWanted(state, now())) return {};
  const settings = (await store.clusters.get(clusterOf(parseKey(state.key)) ?? ''))?.settings;
  if (!settings) return {};
  return { nextAttemptAt: now() + Math.round(quietMs(settings) * (1 + JITTER * (random() - 0.5)) * factor) };
}

const quietMs = (settings: Settings) => durationMs(settings.stepbalancer.driftCheckAfter) * QUIET_FACTOR;
const isWanted = ({ nextAttemptAt }: StateItem, now: number) => nextAttemptAt !== undefined && nextAttemptAt > now;

export const handler = step({ state: 'ReleaseLease', input: ReleaseLeaseInput, clients: { executions }, run: releaseLease });
