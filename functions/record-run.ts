import { createHash } from 'node:crypto';
import { isStepError } from '../shared/contract/errors';
import { VERSION } from '../shared/contract/events';
import type { RunItem, StateItem } from '../shared/contract/items';
import type { PassTrace } from '../shared/contract/steps';
import { loadNotes, loadPlan, type PlanNotes } from '../shared/passes/plan-record';
import type { Plan } from '../shared/plan/change';
import { describeChange } from '../shared/plan/describe-change';
import { describeDrift } from '../shared/plan/describe-drift';
import type { Holder, Store } from '../shared/store/store';
import { addCalls } from './call-count';

/** A pass that is over, or was broken off. */
export interface EndedPass {
  readonly holder: Holder;
  readonly trace: PassTrace;
  readonly state: StateItem | undefined;
  readonly now: number;
  readonly brokenOff: boolean;
}

type Stores = Pick<Store, 'plans' | 'runs'>;

/** Lines and characters that a pass may take up in the history; a plan with more is still whole in its own items. */
const LINES = 60;
const LINE_LENGTH = 400;

/**
 * Writes a pass into the history of its key: one write, and none for a pass that found nothing to do, or that came to nothing just as the one before it. Answers the digest of a pass that
 * came to nothing, for the key's state.
 */
export async function recordRun(stores: Stores, pass: EndedPass): Promise<string | undefined> {
  const { plan } = pass.trace;
  const nothing = plan === undefined ? pass.trace.error === undefined : plan.outcome === 'noop' && pass.trace.error === undefined;
  if (nothing || (pass.brokenOff && plan?.outcome === 'blocked')) return pass.state?.blockedRun;
  const run = await describeRun(stores, pass);
  const blockedRun = ['blocked', 'planned', 'refused'].includes(run.outcome) ? digestOf(run) : undefined;
  if (blockedRun === undefined || blockedRun !== pass.state?.blockedRun) await stores.runs.put(run, { onlyNew: pass.brokenOff });
  return blockedRun;
}

async function describeRun(stores: Stores, { holder, trace, state, now, brokenOff }: EndedPass): Promise<RunItem> {
  const { key, owner, lease } = holder;
  const planId = trace.plan?.planId;
  const [notes, plan] = [await orNone(loadNotes(stores, key, planId)), await orNone(loadPlan(stores, key, planId))];
  const at = notes?.observedAt ?? state?.lastError?.at ?? now;
  // A plan that was waited for once more: what its first pass called counts as well.
  const before = trace.network?.outcome === 'applied' ? await stores.runs.get(key, at, planId) : undefined;
  return {
    v: VERSION,
    key,
    at,
    endedAt: now,
    outcome: outcomeOf({ trace, state, notes, brokenOff }),
    execution: owner,
    gen: lease.runGen,
    fence: lease.fence,
    pass: lease.pass,
    ...(state?.cause === undefined ? {} : { cause: state.cause }),
    ...(planId === undefined ? {} : { planId }),
    changes: linesOf(plan),
    problems: problemsOf(trace, { notes, state }),
    drift: notes?.unchangedInputs ? describeDrift(plan?.changes ?? []).slice(0, LINES) : [],
    calls: addCalls([before?.calls, state?.calls, trace.network?.calls, trace.plan?.calls, trace.work?.calls, trace.health?.calls, trace.garbage?.calls]),
  };
}

/** A plan that has expired, or is of another version, leaves the pass without its lines; it does not keep it from its end. */
async function orNone<Found>(loading: Promise<Found>): Promise<Found | undefined> {
  try {
    return await loading;
  } catch (error) {
    if (isStepError(error) && error.name === 'PlanStale') return undefined;
    throw error;
  }
}

function outcomeOf({ trace, state, notes, brokenOff }: Pick<EndedPass, 'trace' | 'state' | 'brokenOff'> & { notes: PlanNotes | undefined }): RunItem['outcome'] {
  if (brokenOff) return 'broken off';
  if (trace.error !== undefined) return 'refused';
  if (trace.plan?.outcome === 'blocked') return (notes?.problems.length ?? 0) > 0 ? 'blocked' : 'planned';
  if (trace.plan?.outcome === 'delete') return state?.phase === 'Deleted' ? 'deleted' : 'deleting';
  return trace.health?.health === 'degraded' ? 'degraded' : 'healthy';
}

function linesOf(plan: Plan | undefined): string[] {
  const changes = plan?.changes ?? [];
  const lines = changes.slice(0, LINES).map((change) => describeChange(change).slice(0, LINE_LENGTH));
  return changes.length > LINES ? [...lines, `and ${changes.length - LINES} more`] : lines;
}

function problemsOf({ error }: PassTrace, { notes, state }: { notes: PlanNotes | undefined; state: StateItem | undefined }): RunItem['problems'] {
  const caught = error === undefined ? [] : [{ code: state?.lastError?.code ?? error.Error, message: state?.lastError?.message ?? 'see the history of the execution' }];
  return [...(notes?.problems ?? []), ...caught].slice(0, LINES).map(({ code, message }) => ({ code, message: message.slice(0, 2 * LINE_LENGTH) }));
}

function digestOf({ outcome, changes, problems }: RunItem): string {
  return createHash('sha256').update(JSON.stringify([outcome, changes, problems])).digest('hex').slice(0, 16);
}
