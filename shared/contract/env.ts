import * as z from 'zod';

/**
 * The environment variables of our functions. Infra sets exactly these, functions read exactly these.
 * Which function gets which is stated in infra; what a function does not use is absent there.
 */
export const Environment = z.object({
  /** Name of the one DynamoDB table. */
  STEPBALANCER_TABLE: z.string().min(1),
  /** ARN of the state machine `reconcile`. */
  STEPBALANCER_STATE_MACHINE: z.string().min(1).optional(),
  /** URL of the FIFO queue of the target lane. */
  STEPBALANCER_TARGET_QUEUE: z.string().min(1).optional(),
  /** Name of the event bus. */
  STEPBALANCER_BUS: z.string().min(1).optional(),
  /** Multiplies every delay of ours (lease, due times, waits). 1 in AWS; smaller in the local system. */
  STEPBALANCER_FACTOR: z.coerce.number().positive().default(1),
  AWS_REGION: z.string().min(1),
  /** Where AWS answers, if not at its own addresses. Set by the local system only. */
  AWS_ENDPOINT_URL: z.url().optional(),
});
export type Environment = z.infer<typeof Environment>;

/** Reads the environment once. Throws an Error that names every variable that is missing or wrong, never a value. */
export function readEnvironment(source: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const parsed = Environment.safeParse(source);
  if (parsed.success) return parsed.data;
  throw new Error(`environment: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
}
