import { isRead } from './call-log';
import type { CallRecord, WritableCallLog } from './call-log';
import type { FaultPlan, StrikingFaults } from './faults';
import type { HistoricStorage } from './history';
import type { Call, Operation, World } from './operation';
import { AwsError } from './operation';
import { throttlingError } from './throttling';
import type { Throttle } from './throttling';
import { writeError } from './wire/error-output';
import { ConnectionLostError } from './wire/message';
import type { WireRequest, WireResponse } from './wire/message';
import type { Decoded } from './wire/protocol';
import type { ServiceSchema } from './wire/service-schema';

/** A service that answers a whole request itself. An error response counts by its status and `x-amzn-errortype`. */
export type RawService = (request: WireRequest, call: Call & { readonly action: string }) => Promise<WireResponse>;

/** The part of a call that is known before it is done. */
export type StartedCall = Pick<CallRecord, 'at' | 'service' | 'action' | 'kind' | 'account' | 'region' | 'caller' | 'userAgent' | 'input'>;

/** Listeners before and after each call; add to the lists. */
export interface Hooks {
  readonly before: ((call: StartedCall) => void | Promise<void>)[];
  readonly after: ((call: StartedCall & Pick<CallRecord, 'result'>) => void | Promise<void>)[];
}

interface Surroundings {
  readonly world: World;
  readonly log: WritableCallLog;
  readonly faults: StrikingFaults;
  readonly throttle: Throttle;
  readonly hooks: Hooks;
  readonly exit: () => void;
}

interface Asked {
  readonly service: string;
  readonly schema: ServiceSchema;
  readonly decoded: Decoded;
  readonly call: Call;
  readonly operation: Operation | undefined;
  readonly raw: RawService | undefined;
  readonly request: WireRequest;
  readonly requestId: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Answers one call: hooks, faults, throttling, then the operation inside one `storage.atomically` (so that its effect is on disk before the answer, whole or
 * not at all), then the log. Operations that answer a promise take care of their own atomicity.
 */
export function answerCall(surroundings: Surroundings): (asked: Asked) => Promise<WireResponse> {
  const { world, log, hooks } = surroundings;
  return async (asked) => {
    const started = start(asked);
    const finish = async (result: string, message?: string) => {
      log.add({ ...started, answeredAt: world.clock.now(), result, ...(message !== undefined && { message }) });
      for (const hook of hooks.after) await hook({ ...started, result });
    };
    try {
      for (const hook of hooks.before) await hook(started);
      const response = await strikeAndRun(asked, surroundings);
      await finish(response.status < 400 ? 'ok' : (response.headers['x-amzn-errortype'] ?? String(response.status)));
      return response;
    } catch (error) {
      if (error instanceof AwsError) {
        await finish(error.code, error.message);
        return writeError(asked.schema, error, asked.requestId);
      }
      const text = error instanceof Error ? error.message : String(error);
      await finish(error instanceof ConnectionLostError ? 'ConnectionLost' : 'InternalFailure', error instanceof Error ? (error.stack ?? text) : text);
      if (error instanceof ConnectionLostError) throw error;
      return writeError(asked.schema, { code: 'InternalFailure', message: `The local AWS failed: ${text}`, status: 500 }, asked.requestId);
    }
  };
}

function start({ service, decoded, call }: Asked): StartedCall {
  const { account, region, caller, userAgent, now } = call;
  const kind = isRead(decoded.action) ? 'read' : 'write';
  return { at: now, service, action: decoded.action, kind, account, region, caller, userAgent, input: readable(decoded) };
}

/** The input for the log; a malformed one is refused later, by the call itself. */
function readable(decoded: Decoded): unknown {
  try {
    return decoded.readInput();
  } catch {
    return undefined;
  }
}

async function strikeAndRun(asked: Asked, surroundings: Surroundings): Promise<WireResponse> {
  const { service, decoded, call } = asked;
  const plans = surroundings.faults.strike({ service, action: decoded.action });
  const planned = (kind: FaultPlan['kind']) => plans.find((plan) => plan.kind === kind);
  await strikeBefore(plans, asked, surroundings);
  surroundings.throttle(service, decoded.action, call);
  const stale = planned('stale-read');
  const response = await run(asked, surroundings, stale === undefined ? undefined : call.now - stale.lagMs);
  if (planned('exit-after') !== undefined) surroundings.exit();
  if (planned('lose-reply') !== undefined) throw new ConnectionLostError('The reply was lost, as asked for');
  return response;
}

async function strikeBefore(plans: readonly FaultPlan[], { service, signal }: Asked, { world, faults, exit }: Surroundings): Promise<void> {
  for (const plan of plans) {
    if (plan.kind === 'exit-before') exit();
    if (plan.kind === 'throttle') throw throttlingError(service);
    if (plan.kind === 'error') throw new AwsError(plan.code ?? 'InternalFailure', plan.message ?? 'Asked for', plan.status ?? statusOf(plan.code));
    if (plan.kind === 'drop') throw new ConnectionLostError('The connection was dropped, as asked for');
    if (plan.kind === 'delay') await new Promise<void>((resolve) => world.clock.after(plan.forMs, resolve));
    if (plan.kind === 'hang') await hang(faults.released(), signal);
  }
}

function statusOf(code: string | undefined): number {
  if (code === undefined) return 500;
  return /^(AccessDenied|UnauthorizedOperation)/.test(code) ? 403 : 400;
}

async function hang(released: Promise<void>, signal: AbortSignal | undefined): Promise<never> {
  const aborted = new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([released, aborted]);
  throw new ConnectionLostError('The call hung until its caller gave up, as asked for');
}

async function run(asked: Asked, { world }: Surroundings, staleAt: number | undefined): Promise<WireResponse> {
  const { decoded, call, raw, request, operation, service, requestId } = asked;
  if (raw !== undefined) return raw(request, { ...call, action: decoded.action });
  if (operation === undefined) throw new AwsError('NotImplemented', `The local AWS does not implement ${service}:${decoded.action}`);
  const perform = () => {
    const output = operation(decoded.readInput() as never, call);
    return output instanceof Promise ? output : decoded.writeOutput(output, requestId);
  };
  if (staleAt !== undefined) return respond(historyOf(world).asOf(staleAt, perform), asked);
  return respond(isRead(decoded.action) ? perform() : world.storage.atomically(perform), asked);
}

async function respond(result: WireResponse | Promise<unknown>, { decoded, requestId }: Asked): Promise<WireResponse> {
  return result instanceof Promise ? decoded.writeOutput(await result, requestId) : result;
}

function historyOf({ storage }: World): HistoricStorage {
  if ('asOf' in storage) return storage as HistoricStorage;
  throw new Error('A stale read needs a world whose storage keeps its history: withHistory(storage, clock)');
}
