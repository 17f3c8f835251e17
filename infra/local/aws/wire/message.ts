/** One HTTP request as the wire layer sees it, whatever carried it. */
export interface WireRequest {
  readonly method: string;
  /** Path as sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** The caller is in this process and takes the output of a Query operation as a value: XML that is read again at once costs more than the call. */
  readonly wantsValue?: boolean;
}

/** One HTTP response. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** What the body would say, where the caller asked for that instead. */
  readonly value?: unknown;
}

/** The connection broke before an answer came: a fault that was asked for. SDKs see `ECONNRESET` and try again. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLost';
  readonly code = 'ECONNRESET';
}

/** The body as text (UTF-8). */
export function bodyText(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

/** The first value of a query parameter. */
export function queryValue(query: WireRequest['query'], name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' ? value : value?.[0];
}
