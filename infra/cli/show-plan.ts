import { isKey } from '../../shared/contract/keys';
import { loadNotes, loadPlan } from '../../shared/passes/plan-record';
import { describeChange } from '../../shared/plan/describe-change';
import { planHash } from '../../shared/plan/format-plan';
import type { Store } from '../../shared/store/store';

/**
 * The last plan of a key that was made and not overtaken: what a cluster in mode `observe` would have done, what waits for approval, or what was done last. Throws an Error for
 * what is no key, for a key that nobody knows, and where there is no plan.
 */
export async function showPlan({ store }: { readonly store: Pick<Store, 'leases' | 'plans'> }, { key, json }: { readonly key: string; readonly json: boolean }): Promise<string> {
  if (!isKey(key)) throw new Error(`expected a key like svc#prod#web/shop (svc#<cluster>#<namespace>/<name>), got ${key}`);
  const state = await store.leases.read(key);
  if (!state) throw new Error(`nothing is known of ${key}; \`stepbalancer cluster list\` shows the clusters`);
  const notes = await loadNotes(store, key, state.planId);
  if (!notes) throw new Error(`${key} has no plan that is still kept; its phase is ${state.phase ?? 'none yet'}. \`stepbalancer history ${key}\` shows what was done`);
  // A plan without any change is not kept.
  const plan = await loadPlan(store, key, state.planId).catch(() => undefined);
  if (json) return JSON.stringify({ key, planId: state.planId, ...notes, plan });
  return [
    `${key}: plan ${state.planId ?? ''} of ${new Date(notes.observedAt).toISOString()}, ${notes.outcome}${plan ? `, hash ${planHash(plan)}` : ''}`,
    ...(plan?.changes.map((change) => `  ${describeChange(change)}`) ?? ['  nothing to do']),
    ...notes.problems.map(({ code, message }) => `  ! ${code}: ${message}`),
  ].join('\n');
}
