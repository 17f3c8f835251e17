import * as z from 'zod';
import { KeyText } from './keys';
import { VERSION } from './events';

/** The states of the workflow, in the order in which an operator reads them. One function each, named alike. */
export const STATES = [
  'AcquireLease',
  'ResolveSubnets',
  'MakePlan',
  'CreateLoadBalancer',
  'RegisterTargets',
  'AddSecurityGroupRules',
  'ReportStatus',
  'WaitForHealthy',
  'CollectGarbage',
  'DeleteLoadBalancer',
  'ReleaseLease',
] as const;
export type StateName = (typeof STATES)[number];

/** What StartExecution gets. `gen` is the generation that the execution was started for. */
export const ExecutionInput = z.strictObject({ v: z.literal(VERSION), key: KeyText, gen: z.int().positive() });
export type ExecutionInput = z.infer<typeof ExecutionInput>;

/** The lease that `AcquireLease` puts into the state: the right to write under the key. */
export const LeaseToken = z.strictObject({ fence: z.int().positive(), runGen: z.int().positive(), pass: z.int().positive() });
export type LeaseToken = z.infer<typeof LeaseToken>;

/** Calls to AWS (ELBv2, EC2, ACM, tagging): reads in sum, writes by action. */
export const CallCount = z.strictObject({ reads: z.int().nonnegative(), writes: z.record(z.string(), z.int().positive()) });
export type CallCount = z.infer<typeof CallCount>;

/** What every state after `AcquireLease` gets. */
export const StepInput = ExecutionInput.extend({ owner: z.string().min(1), lease: LeaseToken });
export type StepInput = z.infer<typeof StepInput>;

/** States after `MakePlan` also get the id of the plan; absent when nothing is to be done or nothing can be planned. */
export const PlannedStepInput = StepInput.extend({ plan: z.strictObject({ outcome: z.enum(['noop', 'apply', 'delete', 'blocked']), planId: z.string().optional(), calls: CallCount.optional() }) });
export type PlannedStepInput = z.infer<typeof PlannedStepInput>;

/** JSONPath cannot leave a member out: what is absent arrives as null. */
const orNull = <Schema extends z.ZodType>(schema: Schema) => z.preprocess((value) => value ?? undefined, schema.optional());

/** `ReportStatus` is also where a caught error leads. Step Functions puts `{Error, Cause}` there. */
export const ReportStatusInput = StepInput.extend({
  plan: orNull(PlannedStepInput.shape.plan),
  error: orNull(z.object({ Error: z.string(), Cause: z.string().optional() })),
});
export type ReportStatusInput = z.infer<typeof ReportStatusInput>;

export const ResolveSubnetsOutput = z.strictObject({
  /**
   * `unchanged`: the inputs are those of the last finished pass and its drift check is young; or nothing is asked for and nothing is left. `applied`: they are those of a plan that was applied and is
   * waited for. `absent`: the object is gone, or asks for nothing.
   */
  outcome: z.enum(['unchanged', 'applied', 'resolved', 'absent']),
  vpcId: z.string().optional(),
  subnetIds: z.array(z.string()).optional(),
  /** The plan that was applied, with `applied`. */
  plan: z.strictObject({ outcome: PlannedStepInput.shape.plan.shape.outcome, planId: z.string() }).optional(),
  calls: CallCount.optional(),
});
export type ResolveSubnetsOutput = z.infer<typeof ResolveSubnetsOutput>;

export const MakePlanOutput = PlannedStepInput.shape.plan;
export type MakePlanOutput = z.infer<typeof MakePlanOutput>;

/** `more`: enter the state again, the work is not finished; the first `done` changes of the plan are. */
export const MoreOutput = z.strictObject({ more: z.boolean(), done: z.int().nonnegative(), calls: CallCount.optional() });
export type MoreOutput = z.infer<typeof MoreOutput>;

/** `CreateLoadBalancer` and `DeleteLoadBalancer` get their own last answer back. */
export const ResumedStepInput = PlannedStepInput.extend({ work: MoreOutput.nullable() });
export type ResumedStepInput = z.infer<typeof ResumedStepInput>;

export const WaitForHealthyOutput = z.strictObject({ health: z.enum(['healthy', 'degraded']), calls: CallCount.optional() });
export type WaitForHealthyOutput = z.infer<typeof WaitForHealthyOutput>;

export const CollectGarbageInput = PlannedStepInput.extend({ health: WaitForHealthyOutput.shape.health });
export type CollectGarbageInput = z.infer<typeof CollectGarbageInput>;

const calls = CallCount.optional();
/** What the states of a pass have answered so far, for its line in the history. Only what that needs: it never decides. */
export const PassTrace = z.strictObject({
  network: orNull(z.object({ outcome: z.string().optional(), calls })),
  plan: orNull(PlannedStepInput.shape.plan),
  work: orNull(z.object({ calls })),
  health: orNull(z.object({ health: z.string().optional(), calls })),
  garbage: orNull(z.object({ calls })),
  error: orNull(z.object({ Error: z.string() })),
});
export type PassTrace = z.infer<typeof PassTrace>;

/** `owner` is the ARN of the execution, `pass` how many passes it has begun so far, `before` what came of the last of them. */
export const AcquireLeaseInput = ExecutionInput.extend({
  owner: z.string().min(1),
  pass: z.int().nonnegative().optional(),
  /** Before the first pass its lease says only that there was none: `{pass: 0}`. */
  before: orNull(PassTrace.extend({ lease: z.strictObject({ fence: z.int().positive().optional(), runGen: z.int().positive().optional(), pass: z.int().nonnegative() }) })),
});
export type AcquireLeaseInput = z.infer<typeof AcquireLeaseInput>;

export const ReleaseLeaseInput = StepInput.extend(PassTrace.shape);
export type ReleaseLeaseInput = z.infer<typeof ReleaseLeaseInput>;

/** `again`: the key became dirty, take the lease again; `handed-over`: after ten passes a new execution goes on. */
export const ReleaseLeaseOutput = z.strictObject({ outcome: z.enum(['released', 'again', 'handed-over']) });
export type ReleaseLeaseOutput = z.infer<typeof ReleaseLeaseOutput>;

/** Body of a message in the target lane's FIFO queue; its group is the key, its deduplication id `<key>#<gen>`. */
export const TargetMessage = z.strictObject({ v: z.literal(VERSION), key: KeyText, gen: z.int().positive() });
export type TargetMessage = z.infer<typeof TargetMessage>;

/** Input of the scheduled functions. */
export const ScheduledInput = z.object({}).loose();

/** Passes of one execution before it hands over to a new one. */
export const MAX_PASSES = 10;
