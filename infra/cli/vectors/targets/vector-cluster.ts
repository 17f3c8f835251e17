import type { ApiObject, ApiResource, ClusterClient, ClusterEvent } from '../../../../shared/kubernetes/cluster-client';
import type { Plain, PlainObject } from '../merge-deeply';

/** One write to the cluster. */
export interface ClusterWrite {
  readonly verb: 'create' | 'update' | 'patch' | 'delete';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly body: unknown;
}

/** The objects of a vector, as a cluster that is written to. */
export interface VectorCluster {
  readonly client: ClusterClient;
  readonly writes: ClusterWrite[];
  readonly events: ClusterEvent[];
  readonly objects: () => readonly ApiObject[];
  apply(object: ApiObject): void;
  /** An object with finalizers is only marked. */
  delete(target: { kind: string; namespace?: string; name: string }): void;
}

/** A cluster that holds a vector's objects and nothing else. Its time stands still. */
export function openVectorCluster(objects: readonly PlainObject[]): VectorCluster {
  const all = new Map<string, ApiObject>();
  const writes: ClusterWrite[] = [];
  const events: ClusterEvent[] = [];
  const keyOf = (kind: string, namespace: string | undefined, name: string) => `${kind}/${namespace ?? ''}/${name}`;
  const put = (object: ApiObject) => all.set(keyOf(object.kind ?? '', object.metadata.namespace, object.metadata.name), structuredClone(object));
  objects.forEach((object) => put(object as unknown as ApiObject));

  function apply(object: ApiObject): void {
    const before = all.get(keyOf(object.kind ?? '', object.metadata.namespace, object.metadata.name));
    if (!before || object.kind !== 'TargetGroupBinding') return void put(object);
    const { annotations = before.metadata.annotations, finalizers = before.metadata.finalizers } = object.metadata;
    put({ ...object, status: before['status'], metadata: { ...object.metadata, ...(annotations ? { annotations } : {}), ...(finalizers ? { finalizers } : {}) } });
  }

  function remove({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): void {
    const object = all.get(keyOf(kind, namespace, name));
    if (object?.metadata.finalizers?.length) object.metadata.deletionTimestamp = '2026-03-02T10:00:00Z';
    else all.delete(keyOf(kind, namespace, name));
  }

  const client: ClusterClient = {
    get: (resource, { namespace, name }) => Promise.resolve(structuredClone(all.get(keyOf(resource.kind, namespace, name)))),
    list: (resource, options = {}) => Promise.resolve(structuredClone(listed([...all.values()], resource, options))),
    async create(_, object) {
      put(object);
      writes.push(writeOf('create', object));
      return Promise.resolve(object);
    },
    async patch(resource, { namespace, name }, patch) {
      const object = all.get(keyOf(resource.kind, namespace, name));
      if (!object) return Promise.resolve(undefined);
      writes.push({ verb: 'patch', kind: resource.kind, namespace: namespace ?? '', name, body: patch.body });
      const changed = mergePatch(object as unknown as Plain, patch.body as Plain) as unknown as ApiObject;
      const leaving = changed.metadata.deletionTimestamp !== undefined && (changed.metadata.finalizers ?? []).length === 0;
      if (leaving) all.delete(keyOf(resource.kind, namespace, name));
      else put(changed);
      return Promise.resolve(changed);
    },
    async apply(resource, object) {
      const before = all.get(keyOf(resource.kind, object.metadata.namespace, object.metadata.name));
      put(object);
      writes.push(writeOf(before ? 'update' : 'create', object));
      return Promise.resolve(object);
    },
    async delete(resource, { namespace, name }) {
      const object = all.get(keyOf(resource.kind, namespace, name));
      if (object) writes.push(writeOf('delete', object));
      remove({ kind: resource.kind, name, ...(namespace === undefined ? {} : { namespace }) });
      return Promise.resolve();
    },
    async recordEvent(event) {
      events.push(event);
      return Promise.resolve();
    },
  };
  return { client, writes, events, objects: () => [...all.values()], apply, delete: remove };
}

function writeOf(verb: ClusterWrite['verb'], object: ApiObject): ClusterWrite {
  return { verb, kind: object.kind ?? '', namespace: object.metadata.namespace ?? '', name: object.metadata.name, body: object };
}

function listed(objects: readonly ApiObject[], resource: ApiResource, { namespace, labelSelector = '' }: { namespace?: string; labelSelector?: string }): ApiObject[] {
  const labels = labelSelector.split(',').filter((pair) => pair !== '').map((pair) => pair.split('='));
  return objects
    .filter(({ kind, metadata }) => kind === resource.kind && (namespace === undefined || metadata.namespace === namespace) && labels.every(([key = '', value]) => metadata.labels?.[key] === value))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Merge patch, with the one list that is patched strategically here: conditions, by type. */
function mergePatch(before: Plain, patch: Plain): Plain {
  if (Array.isArray(patch) && Array.isArray(before) && patch.every((item) => typeof item === 'object' && item !== null && 'type' in item)) {
    const byType = new Map([...before, ...patch].map((item) => [(item as PlainObject)['type'], item]));
    return [...byType.values()];
  }
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch) || typeof before !== 'object' || before === null || Array.isArray(before)) return patch;
  const merged: Record<string, Plain | undefined> = { ...(before as PlainObject) };
  for (const [name, value] of Object.entries(patch as PlainObject)) {
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = mergePatch(merged[name] ?? null, value);
  }
  return merged;
}
