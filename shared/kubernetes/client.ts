import { ConflictError, DeniedError, type StepError, ThrottledError, TransientError, UserConfigError } from '../contract/errors';
import type { ApiObject, ApiObjectName, ApiResource, ClusterClient, Patch } from './cluster-client';
import { recordEvent } from './events';
import type { ApiRequest, ApiResponse, Transport } from './transport';

/** What a client is made from. */
export interface ClusterClientOptions {
  readonly transport: Transport;
  /** The name of the cluster, for messages. */
  readonly cluster: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The signal of the running step: no call outlives it. */
  readonly signal?: () => AbortSignal | undefined;
  /** Waits between attempts; a step's own waits belong to the workflow, these are at most a few seconds. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Calls back once after `ms`, for the time-out of a call; the answer cancels it. The machine's timers without it. */
  readonly after?: (ms: number, callback: () => void) => () => void;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 10_000;
const PAGE = 500;
const LONGEST_PAUSE_MS = 3000;
const CONTENT_TYPES: Record<Patch['type'], string> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

/** The narrow client of one cluster's API; see `ClusterClient` for its promises. */
export function createClusterClient(options: ClusterClientOptions): ClusterClient {
  const call = (request: ApiRequest, subject: string, accepted: readonly number[] = []) => callWithRetries({ ...options, request, subject, accepted });

  const client: ClusterClient = {
    async get(resource, name) {
      const answer = await call({ method: 'GET', path: objectPath(resource, name) }, subjectOf(resource, name), [404]);
      return answer.status === 404 ? undefined : parseObject(answer);
    },

    async list(resource, { namespace, labelSelector, fieldSelector } = {}) {
      const objects: ApiObject[] = [];
      let next: string | undefined;
      do {
        const query = new URLSearchParams({ limit: String(PAGE), ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}), ...(next ? { continue: next } : {}) });
        const answer = await call({ method: 'GET', path: `${collectionPath(resource, namespace)}?${query.toString()}` }, resource.plural);
        const page = JSON.parse(answer.body) as { items?: ApiObject[]; metadata?: { continue?: string } };
        objects.push(...(page.items ?? []));
        next = page.metadata?.continue;
      } while (next);
      return objects;
    },

    async create(resource, object) {
      return parseObject(await call({ method: 'POST', path: collectionPath(resource, object.metadata.namespace), body: JSON.stringify(object), headers: json('application/json') }, subjectOf(resource, object.metadata)));
    },

    async patch(resource, name, patch, { subresource } = {}) {
      const path = objectPath(resource, name) + (subresource ? `/${subresource}` : '');
      const answer = await call({ method: 'PATCH', path, body: JSON.stringify(patch.body), headers: json(CONTENT_TYPES[patch.type]) }, subjectOf(resource, name), [404]);
      return answer.status === 404 ? undefined : parseObject(answer);
    },

    async apply(resource, object) {
      const query = new URLSearchParams({ fieldManager: 'stepbalancer', force: 'true' });
      return parseObject(
        await call({ method: 'PATCH', path: `${objectPath(resource, object.metadata)}?${query.toString()}`, body: JSON.stringify(object), headers: json('application/apply-patch+yaml') }, subjectOf(resource, object.metadata)),
      );
    },

    async delete(resource, name, { uid } = {}) {
      const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', ...(uid ? { preconditions: { uid } } : {}) });
      await call({ method: 'DELETE', path: objectPath(resource, name), body, headers: json('application/json') }, subjectOf(resource, name), [404]);
    },

    recordEvent: (event) => recordEvent({ call, now: options.now }, event),
  };
  return client;
}

const json = (contentType: string) => ({ 'Content-Type': contentType });
const parseObject = (answer: ApiResponse) => JSON.parse(answer.body) as ApiObject;
const subjectOf = (resource: ApiResource, name: ApiObjectName) => `${resource.plural} ${name.namespace ? `${name.namespace}/` : ''}${name.name}`;

/** The path of a collection; of all namespaces where none is given. */
export function collectionPath(resource: ApiResource, namespace?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  return `${root}${resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''}/${resource.plural}`;
}

function objectPath(resource: ApiResource, name: ApiObjectName): string {
  return `${collectionPath(resource, name.namespace)}/${encodeURIComponent(name.name)}`;
}

interface Attempt extends ClusterClientOptions {
  readonly request: ApiRequest;
  readonly subject: string;
  readonly accepted: readonly number[];
}

/** Everything we send is idempotent or refused when repeated (create: AlreadyExists), so every call may be repeated. */
async function callWithRetries(attempt: Attempt): Promise<ApiResponse> {
  for (let count = 1; ; count++) {
    const answer = await callOnce(attempt);
    if (!(answer instanceof Error)) return answer;
    const repeat = (answer.name === 'Throttled' || answer.name === 'Transient') && count < ATTEMPTS && attempt.signal?.()?.aborted !== true;
    const wait = answer.details.retryAfterSeconds === undefined ? 100 * 2 ** count : answer.details.retryAfterSeconds * 1000;
    if (!repeat || wait > LONGEST_PAUSE_MS) throw answer;
    await (attempt.pause ?? realPause)(wait);
  }
}

const realPause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

const realAfter = (ms: number, callback: () => void) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

async function callOnce({ transport, request, signal, after = realAfter, accepted, subject, cluster }: Attempt): Promise<ApiResponse | StepError> {
  const where = `${request.method} ${subject} in cluster ${cluster}`;
  const late = new AbortController();
  const cancel = after(TIMEOUT_MS, () => late.abort(new DOMException(`no answer within ${TIMEOUT_MS / 1000} s`, 'TimeoutError')));
  try {
    const step = signal?.();
    const answer = await transport.send({ ...request, signal: step ? AbortSignal.any([step, late.signal]) : late.signal });
    return answer.status < 300 || accepted.includes(answer.status) ? answer : errorOf(answer, where);
  } catch (cause) {
    return new TransientError(`${where}: no answer from the API server (${cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : 'unknown'}); check its endpoint and network path`, { cause });
  } finally {
    cancel();
  }
}

/** Sorts an API server's refusal. Only its `message` and `reason` are kept, never headers or the whole body. */
function errorOf(answer: ApiResponse, where: string): StepError {
  const said = statusMessage(answer.body);
  const message = `${where}: ${answer.status} ${said}`;
  const retryAfter = Number(answer.headers['retry-after']);
  const details = { code: `Kubernetes${answer.status}`, ...(Number.isFinite(retryAfter) && answer.headers['retry-after'] !== undefined ? { retryAfterSeconds: retryAfter } : {}) };
  if (answer.status === 429) return new ThrottledError(message, { details });
  if (answer.status === 409 || answer.status === 410) return new ConflictError(message, { details });
  if (answer.status === 401 || answer.status === 403) return new DeniedError(`${message}; check the access entry (EKS) or credentials of stepbalancer and its ClusterRole`, { details });
  if (answer.status >= 500) return new TransientError(message, { details });
  return new UserConfigError(message, { details });
}

function statusMessage(body: string): string {
  try {
    const status = JSON.parse(body) as { message?: unknown };
    if (typeof status.message === 'string') return status.message.slice(0, 500);
  } catch {
    // not JSON: a proxy's page, which nobody needs to read
  }
  return 'without a message';
}
