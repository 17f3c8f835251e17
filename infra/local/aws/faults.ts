import { z } from 'zod';
import { isRead } from './call-log';

const positive = z.number().int().positive();

/**
 * A fault by plan: it counts the calls that it matches from the moment it is added, and strikes the `nth` (default 1) and the `times - 1` after it.
 *
 * - `throttle`: refused as AWS throttles that service. `error`: refused with `code` (default a 500 InternalFailure). Nothing is written.
 * - `delay`: answered `forMs` later. `hang`: not answered until the caller gives up or the fault is removed; nothing is written.
 * - `lose-reply`: done, but the connection breaks before the answer. `drop`: the connection breaks before anything is done.
 * - `stale-read`: a read shows the state of `lagMs` ago. `exit-before`, `exit-after`: the process ends before, or right after, the call's effect.
 */
export const FaultPlan = z.strictObject({
  kind: z.enum(['throttle', 'error', 'delay', 'hang', 'drop', 'lose-reply', 'stale-read', 'exit-before', 'exit-after']),
  /** Signing names (`elbv2` and `stepfunctions` are understood too); all services if absent. */
  service: z.union([z.string(), z.array(z.string())]).optional(),
  /** All actions if absent. */
  action: z.union([z.string(), z.array(z.string())]).optional(),
  /** Counts only reads or only writes. `exit-…` counts writes, `stale-read` reads, others both. */
  only: z.enum(['read', 'write']).optional(),
  nth: positive.default(1),
  /** How many matching calls in a row are struck; 0 means all from the nth on. */
  times: z.number().int().min(0).default(1),
  code: z.string().optional(),
  message: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  /** Milliseconds on the local clock. */
  forMs: z.number().nonnegative().default(1_000),
  lagMs: z.number().nonnegative().default(5_000),
});
export type FaultPlan = z.infer<typeof FaultPlan>;

/** A fault as callers write it: what has a default may be left out. */
export type FaultInput = z.input<typeof FaultPlan>;

/** A fault that was added. */
export interface AddedFault {
  readonly id: number;
  readonly plan: FaultPlan;
  /** Matching calls so far, and those that were struck. */
  readonly seen: number;
  readonly struck: number;
}

/** Faults that are asked for, in process or over `POST /_local/faults`. */
export interface Faults {
  /** Throws a ZodError for a plan that is not one. The answer removes the fault. */
  add(plan: FaultInput): () => void;
  list(): readonly AddedFault[];
  /** Removes all faults and lets go of what hangs. */
  clear(): void;
}

/** What the wire layer asks the faults. */
export interface StrikingFaults extends Faults {
  /** Counts a call on every fault and answers those that strike it. */
  strike(call: { service: string; action: string }): readonly FaultPlan[];
  /** Resolves when the faults are cleared or any fault is removed. */
  released(): Promise<void>;
}

const signingNames: Readonly<Record<string, string>> = { elbv2: 'elasticloadbalancing', stepfunctions: 'states', sfn: 'states', eventbridge: 'events' };

/** An empty set of faults. */
export function createFaults(): StrikingFaults {
  const added = new Map<number, { plan: FaultPlan; seen: number; struck: number }>();
  let serial = 0;
  let release = Promise.withResolvers<void>();
  const letGo = () => {
    release.resolve();
    release = Promise.withResolvers<void>();
  };
  return {
    add(input) {
      const id = ++serial;
      added.set(id, { plan: FaultPlan.parse(input), seen: 0, struck: 0 });
      return () => {
        if (added.delete(id)) letGo();
      };
    },
    list: () => [...added].map(([id, fault]) => ({ id, ...fault })),
    clear() {
      added.clear();
      letGo();
    },
    released: () => release.promise,
    strike(call) {
      const matching = [...added.values()].filter(({ plan }) => matches(plan, call));
      for (const fault of matching) fault.seen += 1;
      const striking = matching.filter(({ plan, seen }) => seen >= plan.nth && (plan.times === 0 || seen < plan.nth + plan.times));
      for (const fault of striking) fault.struck += 1;
      return striking.map(({ plan }) => plan);
    },
  };
}

function matches(plan: FaultPlan, { service, action }: { service: string; action: string }): boolean {
  const services = [plan.service ?? []].flat().map((name) => signingNames[name] ?? name);
  const actions = [plan.action ?? []].flat();
  const only = plan.only ?? (plan.kind.startsWith('exit-') ? 'write' : plan.kind === 'stale-read' ? 'read' : undefined);
  const isWanted = (wanted: readonly string[], found: string) => wanted.length === 0 || wanted.includes(found);
  return isWanted(services, service) && isWanted(actions, action) && (only === undefined || (only === 'read') === isRead(action));
}
