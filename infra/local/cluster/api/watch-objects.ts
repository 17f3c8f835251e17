import type { KubeObject } from '../kube-object';
import type { Kind } from '../kinds/kind';
import { apiVersionOf } from '../kinds/kind';
import type { Change } from '../store/object-store';
import { badRequest, expired, statusOf } from '../status-error';
import type { EventQueue } from './event-queue';
import { createEventQueue } from './event-queue';
import type { ListQuery } from './list-objects';
import { selectorOf } from './list-objects';
import type { Match } from './selectors';
import type { WriteContext } from './write-context';
import { present } from './write-context';

/** What a watch tells. An ERROR carries a Status, a BOOKMARK only a resourceVersion. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** Which changes, and until when. */
export interface WatchQuery extends ListQuery {
  readonly signal: AbortSignal | undefined;
}

/** Watches that run, so that they can be ended all together. */
export interface Watches {
  /** Begins a watch; `query.signal` ends it, and so does leaving its loop. */
  open(context: WriteContext, kind: Kind, query: WatchQuery): AsyncIterable<WatchEvent>;
  /** Ends every watch, as a restarted API server does. */
  breakAll(): void;
}

interface Watch {
  readonly kind: Kind;
  readonly matches: Match;
  readonly namespace: string | undefined;
  readonly queue: EventQueue<WatchEvent>;
}

/** Longest life of a watch without `timeoutSeconds`: 30 to 60 minutes in a real API server; the shorter of them here. */
const DEFAULT_TIMEOUT_SECONDS = 1800;

/** `bookmarkMs`: how often an idle watch that asked for bookmarks gets one. */
export function createWatches({ bookmarkMs }: { bookmarkMs: number }): Watches {
  const running = new Set<EventQueue<WatchEvent>>();
  return {
    breakAll: () => running.forEach((queue) => queue.end()),
    open(context, kind, query) {
      const stops: (() => void)[] = [];
      const queue = createEventQueue<WatchEvent>(() => stop());
      const stop = () => {
        running.delete(queue);
        for (const each of stops.splice(0)) each();
        queue.end();
      };
      const watch: Watch = { kind, queue, namespace: query.namespace, matches: selectorOf(query.params, kind) };
      if (!replay(context, watch, query.params)) {
        queue.end();
        return queue;
      }
      running.add(queue);
      stops.push(context.store.subscribe((change) => tell(watch, change)));
      stops.push(context.clock.after(timeoutMs(query.params), stop));
      query.signal?.addEventListener('abort', stop, { once: true });
      if (query.params.get('allowWatchBookmarks') === 'true') stops.push(bookmarkEvery(bookmarkMs, { context, watch }));
      return queue;
    },
  };
}

function timeoutMs(params: URLSearchParams): number {
  const asked = Number(params.get('timeoutSeconds') ?? 0);
  return 1000 * (asked > 0 ? asked : DEFAULT_TIMEOUT_SECONDS);
}

/** Tells what happened before the watch began: everything that exists, or all changes since a version. False if that is forgotten. */
function replay(context: WriteContext, watch: Watch, params: URLSearchParams): boolean {
  const from = params.get('resourceVersion') ?? '';
  const wantsInitial = params.get('sendInitialEvents') === 'true';
  if (wantsInitial && params.get('resourceVersionMatch') !== 'NotOlderThan') throw badRequest('sendInitialEvents requires resourceVersionMatch=NotOlderThan');
  if (from !== '' && !/^\d+$/.test(from)) throw badRequest(`Invalid value: "${from}": strconv.ParseUint: parsing "${from}": invalid syntax`);
  if (wantsInitial || from === '' || from === '0') {
    for (const object of context.store.list(watch.kind.storedAs, watch.namespace)) if (watch.matches(object)) push(watch, 'ADDED', object);
    if (wantsInitial) watch.queue.push(bookmark(watch.kind, context.store.revision(), { 'k8s.io/initial-events-end': 'true' }));
    return true;
  }
  const changes = context.store.since(Number(from));
  if (changes === undefined) watch.queue.push({ type: 'ERROR', object: statusOf(expired(`too old resource version: ${from} (${context.store.revision()})`)) });
  for (const change of changes ?? []) tell(watch, change);
  return changes !== undefined;
}

/** An object that begins or ceases to match is added or deleted, as far as this watch is concerned. */
function tell(watch: Watch, { type, storedAs, object, before }: Change): void {
  if (storedAs !== watch.kind.storedAs) return;
  if (watch.namespace !== undefined && object.metadata.namespace !== watch.namespace) return;
  const was = before !== undefined && watch.matches(before);
  const is = type !== 'DELETED' && watch.matches(object);
  if (is) push(watch, was ? 'MODIFIED' : 'ADDED', object);
  else if (was) push(watch, 'DELETED', object);
}

function push({ kind, queue }: Watch, type: WatchEvent['type'], object: KubeObject): void {
  queue.push({ type, object: present(object, kind) });
}

function bookmark(kind: Kind, revision: number, annotations?: Record<string, string>): WatchEvent {
  const metadata = { resourceVersion: String(revision), creationTimestamp: null, ...(annotations === undefined ? {} : { annotations }) };
  return { type: 'BOOKMARK', object: { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata } };
}

function bookmarkEvery(ms: number, { context, watch }: { context: WriteContext; watch: Watch }): () => void {
  const send = () => {
    watch.queue.push(bookmark(watch.kind, context.store.revision()));
    cancel = context.clock.after(ms, send);
  };
  let cancel = context.clock.after(ms, send);
  return () => cancel();
}
