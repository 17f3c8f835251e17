import { createHash } from 'node:crypto';
import stringify from 'fast-json-stable-stringify';
import { PlanStaleError } from '../contract/errors';
import { VERSION } from '../contract/events';
import { PlanText } from '../contract/plan';
import { isWrite, type Plan } from './change';

/** Hex digits of a plan's hash: short enough to be typed into an annotation. */
const HASH_LENGTH = 16;

/** The plan as text, equal for equal plans. `parsePlan(formatPlan(plan))` is the plan. */
export function formatPlan(plan: Plan): string {
  return stringify({ v: VERSION, ...plan });
}

/** The plan in a text. `PlanStale` for a text of another version or shape: the plan is made anew. */
export function parsePlan(text: string): Plan {
  const parsed = PlanText.safeParse(json(text));
  if (!parsed.success) throw new PlanStaleError(`expected a plan of version ${VERSION}, found something else (${parsed.error.issues[0]?.path.join('.') ?? ''}); the plan is made anew`);
  const { v: _, ...plan } = parsed.data;
  return plan;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What an operator approves: the hash of everything that the plan would do. Notes for the ledger do not count, since they may be written
 * before the approval; the same changes have the same hash in every pass.
 */
export function planHash(plan: Plan): string {
  return createHash('sha256').update(stringify({ v: VERSION, changes: plan.changes.filter(isWrite) })).digest('hex').slice(0, HASH_LENGTH);
}
