import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { decodeProtobuf } from '../wire/decode-protobuf';
import type { KubeRequest, KubeResponse } from './messages';

/** A listening server. */
export interface Listening {
  readonly url: string;
  /** Ends its connections, watches included. */
  close(): Promise<void>;
}

/** Serves requests over plain HTTP on 127.0.0.1; port 0 takes a free one. Rejects if the port is taken. */
export async function listenHttp(handle: (request: KubeRequest) => Promise<KubeResponse>, port: number): Promise<Listening> {
  const server = createServer((incoming, outgoing) => {
    respond(handle, incoming, outgoing).catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : undefined));
  });
  server.keepAliveTimeout = 65_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(handle: (request: KubeRequest) => Promise<KubeResponse>, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const response = await handle(await readRequest(incoming, gone.signal));
  outgoing.writeHead(response.status, response.headers);
  if (response.events === undefined) outgoing.end(response.body);
  else await stream(response.events, { outgoing, signal: gone.signal });
}

async function readRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<KubeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
  return { method: incoming.method ?? 'GET', path: incoming.url ?? '/', signal, ...translated(headers, Buffer.concat(chunks)) };
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Go programs send built-in kinds as protobuf: those that are known go on as JSON, any other is refused by its media type later. */
function translated(headers: Record<string, string>, body: Buffer): { headers: Record<string, string>; body: string } {
  const object = headers['content-type']?.startsWith(PROTOBUF) === true ? readProtobuf(body) : undefined;
  if (object === undefined) return { headers, body: body.toString('utf8') };
  return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(object) };
}

/** Bytes that are no message are not known either: the answer is the same. */
function readProtobuf(body: Buffer): object | undefined {
  try {
    return decodeProtobuf(body);
  } catch {
    return undefined;
  }
}

/** One JSON document per line, until the watch or the client ends. */
async function stream(events: NonNullable<KubeResponse['events']>, { outgoing, signal }: { outgoing: ServerResponse; signal: AbortSignal }): Promise<void> {
  outgoing.flushHeaders();
  const iterator = events[Symbol.asyncIterator]();
  const gone = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
  for (;;) {
    const next = await Promise.race([iterator.next(), gone]);
    if (next === undefined || next.done === true) break;
    if (!outgoing.write(`${JSON.stringify(next.value)}\n`)) await Promise.race([once(outgoing, 'drain'), gone]);
  }
  await iterator.return?.();
  outgoing.end();
}
