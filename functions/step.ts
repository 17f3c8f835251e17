import { default as middy } from '@middy/core';
import type { z } from 'zod';
import { InvalidInputError } from '../shared/contract/errors';
import type { CallCount, LeaseToken } from '../shared/contract/steps';
import type { ClusterItem } from '../shared/contract/items';
import type { ClusterClient } from '../shared/kubernetes/cluster-client';
import type { Holder } from '../shared/store/store';
import { withSignal } from './abort';
import { countingCalls } from './call-count';
import { type ClientModules, clientsFor, type CoreClients, type NamedClients } from './clients';
import type { Log } from './log';
import { describeError, isExpected, reportError } from './report-error';

/** Calls end this long before the function's time-out; what is left is for telling about it. */
const RESERVE_MS = 5000;
const REPORT_MS = 3500;
/** Telling an error is worth half a second on the fastest local system. */
const LEAST_FACTOR = 0.15;

/** What Lambda says about an invocation, as far as we look. */
export interface InvocationContext {
  readonly getRemainingTimeInMillis?: () => number;
}

/** What a step is told beside its input. */
export interface StepContext {
  readonly log: Log;
  /** Fires when the step ends or its time is over. Calls of the provided clients carry it already. */
  readonly signal: AbortSignal;
  /** Until the calls are aborted. */
  readonly remainingMs: () => number;
}

/** A step's definition. `state` is its state's name, or its file's where it is no state; `clients` are the modules of what it uses. */
export interface StepDefinition<Schema extends z.ZodType, Output, Name extends keyof NamedClients> {
  readonly state: string;
  readonly input: Schema;
  readonly clients?: ClientModules<Name>;
  /** Adds the calls to AWS to the answer: those of this invocation and those that this finds in the input. */
  readonly counts?: (input: z.output<Schema>) => CallCount | undefined;
  readonly run: (clients: CoreClients & Pick<NamedClients, Name>) => (input: z.output<Schema>, context: StepContext) => Promise<Output>;
}

export type StepHandler<Output> = (event: unknown, context?: InvocationContext) => Promise<Output>;

/**
 * One function: checks the input once, here; gives every call a signal that ends with the invocation; writes what went wrong to the key's
 * `lastError` and, if it is new, to an Event on the object; logs and measures each call once. Errors are thrown on as they are.
 */
export function step<Schema extends z.ZodType, Output, Name extends keyof NamedClients = never>(definition: StepDefinition<Schema, Output, Name>): StepHandler<Output> {
  const { state, input, run, counts } = definition;
  const clients = clientsFor<Name>(definition.clients ?? ({} as ClientModules<Name>));
  const handler = middy<z.output<Schema>, Output>({ timeoutEarlyInMillis: 0 })
    .before((request) => {
      const { now, log } = clients;
      Object.assign(request.internal, { startedAt: now(), log: log.with({ state }) } satisfies Invocation);
      request.event = checkInput(state, input, request.event);
      Object.assign(request.internal, { log: log.with({ state, ...subjectOf(request.event) }) });
    })
    .after((request) => finish(clients, { state, outcome: 'done', ...invocation(request.internal) }))
    .onError(async (request) => {
      const { log, startedAt } = invocation(request.internal);
      const { error } = request;
      finish(clients, { state, error, outcome: describeError(error).name, startedAt, log });
      const holder = holderOf(request.event);
      if (holder) await withSignal({ after: clients.after, ms: REPORT_MS * Math.max(clients.factor, LEAST_FACTOR), subject: state }, () => reportError({ ...reporting(clients), log, holder, state, error }));
    })
    .handler((event: z.output<Schema>, lambda: InvocationContext, _options: unknown) => {
      const endsAt = lambda.getRemainingTimeInMillis && clients.now() + lambda.getRemainingTimeInMillis() - RESERVE_MS * clients.factor;
      const remainingMs = () => (endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - clients.now());
      const ms = endsAt === undefined ? undefined : remainingMs();
      const log = clients.log.with({ state, ...subjectOf(event) });
      return withSignal({ after: clients.after, ms, subject: state }, async (signal) => {
        const { output, calls } = await countingCalls(counts?.(event), () => run(clients)(event, { log, signal, remainingMs }));
        return counts ? { ...output, calls } : output;
      });
    });
  return (event, context = {}) => (handler as unknown as StepHandler<Output>)(event, context);
}

interface Invocation {
  readonly startedAt: number;
  readonly log: Log;
}
const invocation = (internal: Record<string, unknown>) => internal as unknown as Invocation;

function checkInput<Schema extends z.ZodType>(state: string, schema: Schema, event: unknown): z.output<Schema> {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ');
  throw new InvalidInputError(`${state}: the input is not what this version expects (${problems}); it was made by another release, or by hand`);
}

function finish({ now, meter }: CoreClients, { state, outcome, error, startedAt, log }: Invocation & { state: string; outcome: string; error?: unknown }): void {
  const durationMs = now() - startedAt;
  meter.call({ state, outcome, durationMs });
  if (error === undefined) log.info('step done', { durationMs });
  else if (isExpected(error)) log.info('step ended early', { durationMs, error: describeError(error) });
  else log.error('step failed', { durationMs, error: describeError(error) });
}

/** The lease in a step's input: what every write under a key names. */
export function holderOf(input: unknown): Holder | undefined {
  const { key, owner, lease } = (input ?? {}) as { key?: string; owner?: string; lease?: LeaseToken };
  return key !== undefined && owner !== undefined && lease !== undefined ? { key, owner, lease } : undefined;
}

function subjectOf(input: unknown): Record<string, unknown> {
  const { key, owner, lease } = (input ?? {}) as { key?: string; owner?: string; lease?: LeaseToken };
  return { ...(key === undefined ? {} : { key }), ...(owner === undefined ? {} : { execution: owner }), ...(lease === undefined ? {} : { fence: lease.fence }) };
}

/** Functions without cluster access write no Event: `lastError` and the failed execution say it. */
function reporting(clients: CoreClients & { clusterClient?: (cluster: ClusterItem) => ClusterClient }) {
  return { store: clients.store, now: clients.now, clusterClient: clients.clusterClient };
}
