import type { WatchEvent } from '../api/watch-objects';

/** One request, with or without a socket. */
export interface KubeRequest {
  readonly method: string;
  /** Path and query: `/api/v1/pods?watch=true`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends a watch, or a request that a fault lets hang. */
  readonly signal?: AbortSignal;
}

/** One answer. A watch that was granted has `events` and no body. */
export interface KubeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly events?: AsyncIterable<WatchEvent>;
}

/** An answer with a JSON body. */
export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): KubeResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) };
}
