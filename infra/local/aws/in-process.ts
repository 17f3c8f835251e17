import { HttpResponse } from '@smithy/core/protocols';
import type { HttpHandlerOptions, HttpRequest, RequestHandler } from '@smithy/types';
import type { LocalAws } from './server';
import type { WireRequest } from './wire/message';

/** A request handler for SDK clients that calls the local AWS without a socket. */
export interface InProcessHandler extends RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> {
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
}

/** An answer whose output came as a value; its body is empty. */
export class ValueResponse extends HttpResponse {
  constructor(
    response: { readonly statusCode: number; readonly headers: Record<string, string> },
    readonly value: unknown,
  ) {
    super(response);
  }
}

/**
 * `new SomeClient({ requestHandler: inProcessHandler(localAws), … })`: everything but the socket is as over HTTP; an aborted call rejects with `AbortError`.
 * With `wantsValue` the clients must be able to read a `ValueResponse`.
 */
export function inProcessHandler(localAws: Pick<LocalAws, 'handle'>, { wantsValue = false } = {}): InProcessHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    async handle(request, options) {
      const signal = signalFrom(options);
      const { status, headers, body, value } = await abortable(localAws.handle({ ...wireRequest(request), wantsValue }, { signal }), signal);
      if (value !== undefined) return { response: new ValueResponse({ statusCode: status, headers: { ...headers } }, value) };
      return { response: new HttpResponse({ statusCode: status, headers: { ...headers }, body: typeof body === 'string' ? new TextEncoder().encode(body) : body }) };
    },
  };
}

function signalFrom(options: HttpHandlerOptions | undefined): AbortSignal | undefined {
  const given = options?.abortSignal;
  const timeout = options?.requestTimeout;
  const signals = [...(given instanceof AbortSignal ? [given] : []), ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout)])];
  return signals.length === 0 ? undefined : AbortSignal.any(signals);
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function wireRequest(request: HttpRequest): WireRequest {
  const query = Object.entries(request.query ?? {}).map(([name, value]): [string, string | string[]] => [name, value ?? '']);
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const body: unknown = request.body ?? '';
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) throw new Error('The local AWS takes no streamed bodies in process');
  return { method: request.method, path: request.path, query: Object.fromEntries(query), headers: Object.fromEntries(headers), body };
}
