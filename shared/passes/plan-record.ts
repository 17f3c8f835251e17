import { PlanStaleError } from '../contract/errors';
import type { MakePlanOutput } from '../contract/steps';
import type { Problem } from '../model/problem';
import type { Plan } from '../plan/change';
import { formatPlan, parsePlan } from '../plan/format-plan';
import type { Holder, Store } from '../store/store';

/** What a plan is kept with: what a person must mend or know, and how its load balancer was called before. */
export interface PlanNotes {
  readonly v: 1;
  readonly outcome: MakePlanOutput['outcome'];
  readonly problems: readonly Problem[];
  /** Digest of the inputs that the plan was made from; kept as the key's when the pass has ended well. */
  readonly inputsHash: string;
  /** When AWS was observed. */
  readonly observedAt: number;
  /** Whether the desired model needs the shared backend security group. */
  readonly needsBackendGroup?: boolean;
  /** Whether the inputs are those of the plan that was applied before: what differs then was changed by somebody else. */
  readonly unchangedInputs?: boolean;
  /** Whether a person approved this very plan: the limit of deletions does not hold for it. */
  readonly approved?: boolean;
  /** When the plan, which is blocked, may be let through. */
  readonly againAt?: number;
}

const notesId = (planId: string) => `${planId}.notes`;

/** Keeps a plan and its notes under the lease. A plan that nobody will apply is not kept, its notes are. */
export async function savePlan({ plans }: Pick<Store, 'plans'>, holder: Holder, record: { planId: string; plan: Plan | undefined; notes: PlanNotes }): Promise<void> {
  if (record.plan) await plans.save(holder, record.planId, formatPlan(record.plan));
  await plans.save(holder, notesId(record.planId), JSON.stringify(record.notes));
}

/** The plan of this pass. `PlanStale` where it has expired or is of another version: the pass begins anew. */
export async function loadPlan({ plans }: Pick<Store, 'plans'>, key: string, planId: string | undefined): Promise<Plan> {
  const text = planId === undefined ? undefined : await plans.load(key, planId);
  if (text === undefined) throw new PlanStaleError(`the plan ${planId ?? '(none)'} of ${key} is not there any more (plans are kept 16 days); it is made anew`);
  return parsePlan(text);
}

/** The notes of this pass's plan; undefined where it has none. */
export async function loadNotes({ plans }: Pick<Store, 'plans'>, key: string, planId: string | undefined): Promise<PlanNotes | undefined> {
  const text = planId === undefined ? undefined : await plans.load(key, notesId(planId));
  const notes = text === undefined ? undefined : (JSON.parse(text) as PlanNotes);
  return notes?.v === 1 ? notes : undefined;
}
