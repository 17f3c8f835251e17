import type { Storage } from '../../storage';
import type { KubeObject } from '../kube-object';
import { deepFreeze } from '../kube-object';
import type { Stored } from '../objects';

/** One step in the life of an object, as watches tell it. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly storedAs: string;
  readonly object: KubeObject;
  /** What was there before; absent for an ADDED object. */
  readonly before?: KubeObject;
  readonly revision: number;
}

/** Objects under one counter of revisions, each change on disk before anyone hears of it. */
export interface ObjectStore {
  revision(): number;
  readonly get: <Place extends string>(storedAs: Place, namespace: string | undefined, name: string) => Stored<Place> | undefined;
  /** Sorted by namespace and name, as etcd does. */
  readonly list: <Place extends string>(storedAs: Place, namespace?: string) => Stored<Place>[];
  /** Writes the object under a new revision, which it answers in `resourceVersion`. */
  put(storedAs: string, object: KubeObject): KubeObject;
  remove(storedAs: string, object: KubeObject): KubeObject;
  /** Changes after a revision, in order; undefined when they are no longer remembered. */
  since(revision: number): readonly Change[] | undefined;
  /** Forgets the changes up to now, as etcd's compaction does. */
  compact(): void;
  /** Hears every later change, synchronously, in order. The answer ends it. */
  subscribe(listener: (change: Change) => void): () => void;
}

/** How many changes a watch may be behind before it gets 410 Gone. */
const REMEMBERED_CHANGES = 2000;

/** Opens the cluster's objects in `storage`. Changes from before the process began are not remembered. */
export function createObjectStore(storage: Storage): ObjectStore {
  const counter = storage.collection<number>('cluster/revision');
  const history: Change[] = [];
  const listeners = new Set<(change: Change) => void>();
  let revision = counter.get('revision') ?? 1;
  let forgottenUpTo = revision;
  const objects = (storedAs: string) => storage.collection<KubeObject>(`cluster/objects/${storedAs}`);

  const commit = (type: Change['type'], storedAs: string, draft: KubeObject): KubeObject => {
    const id = objectId(draft.metadata.namespace, draft.metadata.name);
    const next = revision + 1;
    const object = deepFreeze({ ...draft, metadata: { ...draft.metadata, resourceVersion: String(next) } });
    const before = objects(storedAs).get(id);
    storage.atomically(() => {
      counter.set('revision', next);
      if (type === 'DELETED') objects(storedAs).delete(id);
      else objects(storedAs).set(id, object);
    });
    revision = next;
    tell({ type, storedAs, object, revision: next, ...(before === undefined ? {} : { before }) });
    return object;
  };
  const tell = (change: Change) => {
    history.push(change);
    if (history.length > REMEMBERED_CHANGES) forgottenUpTo = history.shift()?.revision ?? forgottenUpTo;
    for (const listener of listeners) listener(change);
  };

  return {
    revision: () => revision,
    get: <Place extends string>(storedAs: Place, namespace: string | undefined, name: string) => objects(storedAs).get(objectId(namespace, name)) as Stored<Place> | undefined,
    list<Place extends string>(storedAs: Place, namespace?: string) {
      const wanted = objects(storedAs).entries().filter(([, object]) => namespace === undefined || object.metadata.namespace === namespace);
      return wanted.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, object]) => object as Stored<Place>);
    },
    put(storedAs, object) {
      const exists = objects(storedAs).has(objectId(object.metadata.namespace, object.metadata.name));
      return commit(exists ? 'MODIFIED' : 'ADDED', storedAs, object);
    },
    remove: (storedAs, object) => commit('DELETED', storedAs, object),
    since: (from) => (from < forgottenUpTo ? undefined : history.filter((change) => change.revision > from)),
    compact() {
      history.length = 0;
      forgottenUpTo = revision;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** `namespace/name`; the name alone for what has no namespace. */
export function objectId(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
