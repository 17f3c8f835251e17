import type { Watches } from '../api/watch-objects';
import type { WriteContext } from '../api/write-context';
import type { CallLog } from '../call-log';
import type { OpenApi } from '../discovery/openapi';
import type { Faults } from '../faults';
import { faultError } from '../faults';
import { StatusError, statusOf } from '../status-error';
import type { KubeRequest, KubeResponse } from './messages';
import { jsonResponse } from './messages';
import type { Target } from './read-target';
import { readTarget, verbOf } from './read-target';
import { serveDiscovery } from './serve-discovery';
import { serveResource } from './serve-resource';

/** Everything behind the server's door. */
export interface ServerParts {
  readonly context: WriteContext;
  readonly watches: Watches;
  readonly openApi: OpenApi;
  readonly version: string;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** Fires when the cluster closes: what hangs ends. */
  readonly closed: AbortSignal;
  /** Hears of errors that are nobody's request: mistakes of our own. */
  readonly onProblem: (problem: unknown) => void;
}

interface Call {
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly userAgent: string;
  readonly url: URL;
  readonly target: Target | undefined;
}

/** Answers any request. Refusals become Status objects; only a hanging request that is aborted rejects. */
export async function serveRequest(parts: ServerParts, request: KubeRequest): Promise<KubeResponse> {
  const call = readCall(parts, request);
  const response = await answer(parts, call, request);
  const { verb, resource, namespace, name, userAgent } = call;
  parts.calls.add({ at: parts.context.clock.now(), verb, resource, namespace, name, userAgent, code: response.status });
  return response;
}

async function answer(parts: ServerParts, call: Call, request: KubeRequest): Promise<KubeResponse> {
  try {
    const fault = parts.faults.next(call);
    if (fault?.kind === 'hang') await aborted([parts.closed, ...(request.signal === undefined ? [] : [request.signal])]);
    else if (fault !== undefined) throw faultError(fault, call);
    const discovered = call.target === undefined ? serveDiscovery({ ...parts, kinds: parts.context.kinds }, { method: request.method, pathname: call.url.pathname, accept: request.headers['accept'] ?? '' }) : undefined;
    return discovered ?? serveResource(parts, { verb: call.verb, target: call.target ?? readTarget(call.url.pathname, parts.context.kinds), params: call.url.searchParams, request });
  } catch (error) {
    if (error instanceof StatusError) return errorResponse(error);
    if (error instanceof HangError) throw error;
    parts.onProblem(error);
    return errorResponse(new StatusError(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`));
  }
}

function readCall(parts: ServerParts, { method, path, headers }: KubeRequest): Call {
  const url = new URL(path, 'http://cluster');
  const userAgent = headers['user-agent'] ?? '';
  const target = targetOf(url.pathname, parts);
  if (target === undefined) return { verb: method.toLowerCase(), resource: url.pathname, namespace: undefined, name: undefined, userAgent, url, target };
  const { kind, namespace, name, subresource } = target;
  const plural = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
  return { verb: verbOf(method, target, url.searchParams), resource: subresource === undefined ? plural : `${plural}/${subresource}`, namespace, name, userAgent, url, target };
}

function targetOf(pathname: string, { context }: ServerParts): Target | undefined {
  try {
    return readTarget(pathname, context.kinds);
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

function errorResponse(error: StatusError): KubeResponse {
  const retryAfter = error.details.retryAfterSeconds;
  return jsonResponse(error.code, statusOf(error), retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
}

/** A hanging request has ended without an answer. */
class HangError extends Error {
  override readonly name = 'Hang';
}

async function aborted(signals: readonly AbortSignal[]): Promise<never> {
  const signal = AbortSignal.any([...signals]);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  throw new HangError('the request was given up before it was answered', { cause: signal.reason });
}
