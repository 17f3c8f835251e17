import { createObject } from '../api/create-object';
import type { DeleteOptions } from '../api/delete-object';
import { deleteObject } from '../api/delete-object';
import { updateObject } from '../api/update-object';
import type { WriteContext } from '../api/write-context';
import type { Subresource } from '../kinds/kind';
import type { KubeObject } from '../kube-object';
import type { Stored } from '../objects';
import { StatusError } from '../status-error';

/** The API server as the cluster's own controllers use it: synchronously, by the place where a kind is stored. */
export interface ClusterApi {
  get<Place extends string>(storedAs: Place, namespace: string | undefined, name: string): Stored<Place> | undefined;
  list<Place extends string>(storedAs: Place, namespace?: string): Stored<Place>[];
  create(storedAs: string, object: NewObject): KubeObject;
  /** Throws `StatusError` 409 when the object has changed since it was read. */
  update(storedAs: string, object: KubeObject, subresource?: Subresource): KubeObject;
  /** Deletes; an object that is gone already is fine. */
  remove(storedAs: string, object: KubeObject, options?: DeleteOptions): void;
  readonly context: WriteContext;
}

/** What a controller states of an object that it creates. */
export interface NewObject {
  readonly metadata: { readonly name?: string; readonly generateName?: string; readonly namespace?: string; readonly labels?: Record<string, string>; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** The API for one controller; `manager` is the name under which its writes are recorded. */
export function clusterApi(context: WriteContext, manager: string): ClusterApi {
  const kindOf = (storedAs: string) => context.kinds.byStorage(storedAs);
  return {
    context,
    get: context.store.get,
    list: context.store.list,
    create: (storedAs, object) => createObject(context, { kind: kindOf(storedAs), namespace: object.metadata.namespace, input: object, options: { manager } }),
    update: (storedAs, object, subresource) => updateObject(context, { kind: kindOf(storedAs), address: object.metadata, input: object, options: { manager, subresource } }),
    remove(storedAs, object, options) {
      try {
        deleteObject(context, { kind: kindOf(storedAs), address: object.metadata, options: { ...options, preconditions: { uid: object.metadata.uid } } });
      } catch (error) {
        if (!(error instanceof StatusError) || error.code !== 404) throw error;
      }
    },
  };
}
