import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireRequest, WireResponse } from './wire/message';
import { ConnectionLostError } from './wire/message';

/** An HTTP endpoint that is being served. */
export interface Listening {
  readonly url: string;
  /** Ends open connections too; resolves when nothing that came in goes on. */
  readonly close: () => Promise<void>;
}

type Handle = (request: WireRequest, options: { signal?: AbortSignal }) => Promise<WireResponse>;

/** Serves `handle` over HTTP on 127.0.0.1; port 0 takes a free one. Rejects if the port is taken. */
export async function listen(handle: Handle, port: number): Promise<Listening> {
  const serving = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const served: Promise<void> = serve(handle, request, response)
      .catch(() => void response.destroy())
      .finally(() => serving.delete(served));
    serving.add(served);
  });
  // SDKs keep connections open; Node's five seconds would race with their next request.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(serving);
    },
  };
}

async function serve(handle: Handle, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gaveUp = new AbortController();
  response.once('close', () => gaveUp.abort());
  try {
    const answer = await handle(await readRequest(request), { signal: gaveUp.signal });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  } catch (error) {
    if (!(error instanceof ConnectionLostError)) throw error;
    request.socket.destroy();
  }
}

async function readRequest(request: IncomingMessage): Promise<WireRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]));
  return { method: request.method ?? 'GET', path, query: parseQuery(search), headers, body: Buffer.concat(chunks) };
}

/** Parameters of a query string; a name that occurs several times has a list. */
export function parseQuery(search: string): Record<string, string | string[]> {
  const parameters = new URLSearchParams(search);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
