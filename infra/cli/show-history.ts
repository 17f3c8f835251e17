import type { RunItem, StateItem } from '../../shared/contract/items';
import { isKey } from '../../shared/contract/keys';
import type { Store } from '../../shared/store/store';

export interface HistoryWish {
  readonly key: string;
  readonly limit: number;
  /** One JSON object per pass, and nothing else. */
  readonly json: boolean;
}

/** The passes of a key, newest first, after a line that says how it stands. Throws an Error for what is no key, and for a key that nobody knows. */
export async function showHistory({ store }: { readonly store: Pick<Store, 'leases' | 'runs'> }, { key, limit, json }: HistoryWish): Promise<string> {
  if (!isKey(key)) throw new Error(`expected a key like svc#prod#web/shop (svc#<cluster>#<namespace>/<name>), got ${key}`);
  const state = await store.leases.read(key);
  if (!state) throw new Error(`nothing is known of ${key}; \`stepbalancer cluster list\` shows the clusters`);
  const runs = await store.runs.list(key, limit);
  if (json) return runs.map((run) => JSON.stringify(run)).join('\n');
  const passes = runs.length === 0 ? ['No pass has changed anything in the last 16 days.'] : runs.flatMap((run) => ['', ...describeRun(run)]);
  return [...describeState(state), ...passes].join('\n');
}

function describeState({ key, phase, gen, doneGen, owner, leaseUntil, nextAttemptAt, lastError }: StateItem): string[] {
  const work = owner === undefined ? (gen > doneGen ? 'woken, and not taken up yet' : 'at rest') : `in the hands of ${owner} until ${iso(leaseUntil)}`;
  return [
    `${key}: ${phase ?? 'no phase yet'}, ${work}${nextAttemptAt === undefined ? '' : `, looked at again at ${iso(nextAttemptAt)}`}`,
    ...(lastError === undefined ? [] : [`last error, ${iso(lastError.at)} at ${lastError.state}: ${lastError.name}: ${lastError.message}${lastError.requestId === undefined ? '' : ` (request ${lastError.requestId})`}`]),
  ];
}

function describeRun(run: RunItem): string[] {
  const writes = Object.entries(run.calls.writes).map(([action, times]) => (times === 1 ? action : `${action} ×${times}`));
  return [
    `${iso(run.at)}  ${run.outcome}  (${run.cause ?? 'cause unknown'}; pass ${run.pass} of ${run.execution.split(':').at(-1) ?? run.execution}${run.planId === undefined ? '' : `, plan ${run.planId}`})`,
    ...run.changes.map((line) => `  ${line}`),
    ...run.problems.map(({ code, message }) => `  ! ${code}: ${message}`),
    ...run.drift.map(({ resource, manifest, observed, done }) => `  drift: ${resource}: manifest ${manifest}; observed ${observed}; ${done}`),
    `  calls: ${run.calls.reads} reads${writes.length === 0 ? '' : `, ${writes.join(', ')}`}`,
  ];
}

const iso = (at: number | undefined) => (at === undefined ? 'an unknown time' : new Date(at).toISOString());
