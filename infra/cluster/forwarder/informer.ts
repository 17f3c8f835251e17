import { collectionPath } from '../../../shared/kubernetes/client';
import type { ApiObject, ApiResource } from '../../../shared/kubernetes/cluster-client';
import { ApiStatusError, type Transport } from '../../../shared/kubernetes/transport';
import { pause, type Timers } from './timers';

const PAGE = 500;
const WATCH_SECONDS = 300;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/** What an informer tells. */
export interface InformerListener {
  /** Everything of the resource was read anew: whatever happened before may have been missed. */
  listed(objects: readonly ApiObject[]): void;
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: ApiObject): void;
  /** A list or watch failed; it is tried again by itself. */
  failed(error: unknown): void;
}

interface Options {
  readonly transport: Transport;
  readonly resource: ApiResource;
  readonly listener: InformerListener;
  readonly timers: Timers;
  readonly signal: AbortSignal;
}

/**
 * Lists a resource and follows its changes until the signal fires. A watch that merely ends goes on where it stopped (bookmarks keep that place
 * young); one that the server calls too old (410) or that cannot go on begins with a new list.
 */
export async function followResource(options: Options): Promise<void> {
  let version: string | undefined;
  let backoff = FIRST_BACKOFF_MS;
  while (!options.signal.aborted) {
    try {
      version ??= await list(options);
      version = await watch(options, version, () => void (backoff = FIRST_BACKOFF_MS));
    } catch (error) {
      if (options.signal.aborted) return;
      if (isTooOld(error)) version = undefined;
      options.listener.failed(error);
      await pause(options.timers, backoff, options.signal);
      backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
    }
  }
}

async function list({ transport, resource, listener, signal }: Options): Promise<string> {
  const objects: ApiObject[] = [];
  let next: string | undefined;
  let version = '';
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(next ? { continue: next } : {}) });
    const answer = await transport.send({ method: 'GET', path: `${collectionPath(resource)}?${query.toString()}`, signal });
    if (answer.status !== 200) throw new ApiStatusError(answer.status, `list of ${resource.plural} was refused with status ${answer.status}`);
    const page = JSON.parse(answer.body) as { items?: ApiObject[]; metadata?: { continue?: string; resourceVersion?: string } };
    objects.push(...(page.items ?? []));
    next = page.metadata?.continue;
    version = page.metadata?.resourceVersion ?? version;
  } while (next);
  listener.listed(objects);
  return version;
}

async function watch({ transport, resource, listener, signal }: Options, from: string, healthy: () => void): Promise<string> {
  let version = from;
  const query = new URLSearchParams({ watch: 'true', resourceVersion: from, allowWatchBookmarks: 'true', timeoutSeconds: String(WATCH_SECONDS) });
  for await (const line of transport.lines({ method: 'GET', path: `${collectionPath(resource)}?${query.toString()}`, signal })) {
    const { type, object } = JSON.parse(line) as { type: string; object: ApiObject & { code?: number; message?: string } };
    if (type === 'ERROR') throw new ApiStatusError(object.code ?? 500, object.message ?? 'the watch reported an error');
    version = object.metadata.resourceVersion ?? version;
    healthy();
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') listener.changed(type, object);
  }
  return version;
}

const isTooOld = (error: unknown) => error instanceof ApiStatusError && (error.status === 410 || error.status === 404);
