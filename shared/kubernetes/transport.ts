import { type Cluster, HttpMethod, IsomorphicFetchHttpLibrary, KubeConfig, RequestContext, type User } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

/** One request to an API server. `path` carries the query. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How bytes get to a cluster: sockets, a gateway inside a VPC, or a function call in tests. */
export interface Transport {
  send(request: ApiRequest): Promise<ApiResponse>;
  /** A watch: one line per event, until the server ends it or `signal` fires. Throws `ApiStatusError` if it is refused. */
  lines(request: ApiRequest): AsyncIterable<string>;
}

/** The API server refused to begin a watch. */
export class ApiStatusError extends Error {
  override readonly name = 'ApiStatus';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const SILENCE_MS = 330_000; // a watch that asks for bookmarks is never silent for longer than its own time-out of 5 minutes

/**
 * Sockets to one cluster, with one shared pool of connections: client-node alone would open a new TLS connection for every call.
 * `token` is asked before every request, so that a short-lived one stays fresh.
 */
export function socketTransport(options: { server: string; certificateAuthority?: string; token?: () => Promise<string>; user?: User }): Transport {
  const config = kubeConfig(options);
  const dispatcher = sharedPool(options);
  const http = new IsomorphicFetchHttpLibrary();
  const authorise = async (request: ApiRequest) => {
    const context = new RequestContext(options.server + request.path, HttpMethod[request.method]);
    if (options.user) await config.applySecurityAuthentication(context);
    if (options.token) context.setHeaderParam('Authorization', `Bearer ${await options.token()}`);
    context.setDispatcher(context.getDispatcher() ?? dispatcher);
    context.setHeaderParam('Accept', 'application/json');
    context.setHeaderParam('User-Agent', 'stepbalancer');
    for (const [name, value] of Object.entries(request.headers ?? {})) context.setHeaderParam(name, value);
    if (request.body !== undefined) context.setBody(request.body);
    if (request.signal) context.setSignal(request.signal);
    return context;
  };
  return {
    async send(request) {
      const answer = await http.send(await authorise(request)).toPromise();
      return { status: answer.httpStatusCode, headers: answer.headers, body: await answer.body.text() };
    },
    async *lines(request) {
      const answer = await http.send(await authorise(request)).toPromise();
      if (answer.httpStatusCode !== 200) throw new ApiStatusError(answer.httpStatusCode, `the watch was refused with status ${answer.httpStatusCode}`);
      const stream = answer.body.stream();
      if (stream) yield* splitLines(stream);
    },
  };
}

/** Sockets to the cluster of a kubeconfig file's text (kops and other self-managed clusters). `context` is the one to use; the file's own by default. */
export function kubeconfigTransport(text: string, context?: string): Transport & { readonly server: string } {
  const config = new KubeConfig();
  config.loadFromString(text);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error('kubeconfig: expected a current context with a cluster, found none; set `current-context` in the file');
  const user = config.getCurrentUser();
  const transport = socketTransport({
    server: cluster.server,
    ...(cluster.caData === undefined ? {} : { certificateAuthority: cluster.caData }),
    ...(user?.token === undefined ? (user ? { user } : {}) : { token: () => Promise.resolve(user.token ?? '') }),
  });
  return { ...transport, server: cluster.server };
}

function kubeConfig(options: { server: string; certificateAuthority?: string; user?: User }): KubeConfig {
  const config = new KubeConfig();
  const cluster: Cluster = { name: 'cluster', server: options.server, skipTLSVerify: false, ...(options.certificateAuthority === undefined ? {} : { caData: options.certificateAuthority }) };
  config.loadFromClusterAndUser(cluster, options.user ?? { name: 'stepbalancer' });
  return config;
}

function sharedPool({ certificateAuthority }: { certificateAuthority?: string }): Dispatcher {
  const connect = certificateAuthority === undefined ? {} : { ca: Buffer.from(certificateAuthority, 'base64').toString('utf8') };
  return new Agent({ connections: 8, keepAliveTimeout: 30_000, bodyTimeout: SILENCE_MS, headersTimeout: 30_000, connect: { ...connect, timeout: 5000 } });
}

async function* splitLines(stream: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
