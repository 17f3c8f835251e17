import { FOREGROUND, ORPHAN } from '../api/delete-object';
import type { KubeObject } from '../kube-object';
import { draft } from '../kube-object';
import type { ClusterApi } from './cluster-api';
import type { Controller } from './run-controller';
import { keyOf, splitKey } from './run-controller';

interface Placed {
  readonly storedAs: string;
  readonly object: KubeObject;
}

/** Deletes what has lost all of its owners, and carries out foreground and orphaning deletion. Keys: place, a blank, `namespace/name`. */
export function garbageCollector(api: ClusterApi): Controller {
  const places = () => [...new Set(api.context.kinds.all().filter((kind) => kind.verbs.includes('list')).map((kind) => kind.storedAs))];
  const everything = () => places().flatMap((storedAs) => api.list(storedAs).map((object) => ({ storedAs, object })));
  const dependentsOf = (uid: string) => everything().filter(({ object }) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true);
  const ownersOf = (object: KubeObject) => (object.metadata.ownerReferences ?? []).flatMap((reference) => {
    const kind = api.context.kinds.byKind(reference.apiVersion, reference.kind);
    if (kind === undefined) return [];
    const found = api.get(kind.storedAs, kind.namespaced ? object.metadata.namespace : undefined, reference.name);
    return found?.metadata.uid === reference.uid ? [{ storedAs: kind.storedAs, object: found }] : [];
  });
  return {
    allKeys: () => everything().filter(concerns).map(placeKey),
    keysOf({ storedAs, object, type }) {
      if (storedAs === 'events') return [];
      if (type !== 'DELETED') return concerns({ storedAs, object }) ? [placeKey({ storedAs, object })] : [];
      return [...dependentsOf(object.metadata.uid), ...ownersOf(object)].map(placeKey);
    },
    reconcile(key) {
      const [storedAs = '', id = ''] = key.split(' ');
      if (!places().includes(storedAs)) return undefined;
      const object = api.get(storedAs, ...splitKey(id));
      if (object === undefined) return undefined;
      if (holds(object, ORPHAN)) orphan(api, { storedAs, object, dependents: dependentsOf(object.metadata.uid) });
      else if (holds(object, FOREGROUND)) deleteForeground(api, { storedAs, object, dependents: dependentsOf(object.metadata.uid) });
      else if (isAbandoned(object, ownersOf(object))) api.remove(storedAs, object, object.metadata.ownerReferences?.some(isBlocking) === true ? {} : { propagationPolicy: 'Background' });
      return undefined;
    },
  };
}

const isBlocking = ({ blockOwnerDeletion }: { blockOwnerDeletion?: boolean }) => blockOwnerDeletion === true;
const placeKey = ({ storedAs, object }: Placed) => `${storedAs} ${keyOf(object)}`;
const holds = ({ metadata }: KubeObject, finalizer: string) => metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;

function concerns({ object }: Placed): boolean {
  return (object.metadata.ownerReferences ?? []).length > 0 || holds(object, ORPHAN) || holds(object, FOREGROUND);
}

/** It names owners, none of them is there any more, and it is not on its way out itself. */
function isAbandoned({ metadata }: KubeObject, owners: readonly Placed[]): boolean {
  return metadata.deletionTimestamp === undefined && (metadata.ownerReferences ?? []).length > 0 && owners.length === 0;
}

interface Deletion extends Placed {
  readonly dependents: readonly Placed[];
}

function orphan(api: ClusterApi, { storedAs, object, dependents }: Deletion): void {
  for (const dependent of dependents) {
    const copy = draft(dependent.object);
    copy.metadata.ownerReferences = (copy.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== object.metadata.uid);
    api.update(dependent.storedAs, copy);
  }
  withoutFinalizer(api, { storedAs, object }, ORPHAN);
}

/** The owner waits for the dependents that block it; the others are deleted, too, but not waited for. */
function deleteForeground(api: ClusterApi, { storedAs, object, dependents }: Deletion): void {
  for (const { storedAs: place, object: dependent } of dependents) if (dependent.metadata.deletionTimestamp === undefined) api.remove(place, dependent, { propagationPolicy: 'Foreground' });
  const remaining = dependents.filter((each) => api.get(each.storedAs, each.object.metadata.namespace, each.object.metadata.name) !== undefined);
  const isBlocked = remaining.some((each) => each.object.metadata.ownerReferences?.some((owner) => owner.uid === object.metadata.uid && isBlocking(owner)) === true);
  if (!isBlocked) withoutFinalizer(api, { storedAs, object }, FOREGROUND);
}

function withoutFinalizer(api: ClusterApi, { storedAs, object }: Placed, finalizer: string): void {
  const copy = draft(object);
  copy.metadata.finalizers = (copy.metadata.finalizers ?? []).filter((each) => each !== finalizer);
  api.update(storedAs, copy);
}
