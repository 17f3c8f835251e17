import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type { WireRequest, WireResponse } from '../wire/message';

interface DynaliteOptions {
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
  readonly path?: string;
}

// The package has no types.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: DynaliteOptions) => Server;

/** One DynamoDB: the tables of one account and Region. */
export interface DynaliteServer {
  /** Answers a request without a socket. */
  answer(request: Pick<WireRequest, 'method' | 'path' | 'headers' | 'body'>): Promise<WireResponse>;
  /** Calls an operation; answers its output. Throws an Error with the answer's text if it failed. */
  call(action: string, input: object): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** dynalite as a function from request to response. With a `path` its LevelDB survives the process, without one it lives in memory. */
export function startDynalite(path?: string): DynaliteServer {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, ...(path !== undefined && { path }) });
  const answer: DynaliteServer['answer'] = (request) =>
    new Promise((resolve) => {
      server.emit('request', requestStream(request), new ResponseCatcher(resolve));
    });
  return {
    answer,
    async call(action, input) {
      const { status, body } = await answer({ method: 'POST', path: '/', headers: { ...OWN_HEADERS, 'x-amz-target': `DynamoDB_20120810.${action}` }, body: JSON.stringify(input) });
      const text = String(body);
      if (status !== 200) throw new Error(`dynalite ${action}: ${text}`);
      return JSON.parse(text) as Record<string, unknown>;
    },
    // dynalite closes its database when its server is closed; a server that never listened says so by an error, after that.
    close: () => new Promise((resolve) => void server.listen(0, '127.0.0.1', () => server.close(() => resolve()))),
  };
}

/** dynalite looks at the form of a signature, not at its content. */
const OWN_HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization: 'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=local',
};

function requestStream({ method, path, headers, body }: Pick<WireRequest, 'method' | 'path' | 'headers' | 'body'>): Readable {
  const stream = Readable.from([Buffer.from(body)]);
  return Object.assign(stream, { method, url: path, headers });
}

/** The few parts of a ServerResponse that dynalite uses. */
class ResponseCatcher {
  statusCode = 200;
  contentType = '';
  readonly #headers: Record<string, string> = {};
  readonly #done: (response: WireResponse) => void;

  constructor(done: (response: WireResponse) => void) {
    this.#done = done;
  }

  setHeader(name: string, value: string | number): void {
    this.#headers[name.toLowerCase()] = String(value);
  }

  end(body = ''): void {
    this.#done({ status: this.statusCode, headers: this.#headers, body });
  }
}
