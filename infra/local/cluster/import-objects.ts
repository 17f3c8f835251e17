import type { Clock } from '../clock';
import type { Storage } from '../storage';
import { createKindRegistry } from './kinds/kind-registry';
import { timestamp, type KubeObject } from './kube-object';
import { createObjectStore } from './store/object-store';

/** An object as a manifest or a dump of a cluster has it. */
export interface ImportedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/**
 * Puts objects into the storage of a cluster that is yet to be started, just as they are: uid, status, finalizers, a deletion that is under way. No defaults, no checks.
 * Missing uids, times and namespaces are added. Custom kinds need their definition among the objects, before them. Throws an Error for a kind that nobody serves.
 */
export function importObjects(objects: readonly ImportedObject[], { storage, clock }: { storage: Storage; clock: Pick<Clock, 'now'> }): void {
  const store = createObjectStore(storage);
  const kinds = createKindRegistry();
  const createdAt = timestamp(clock.now());
  let serial = 0;
  const put = ({ metadata, ...object }: ImportedObject) => {
    const kind = kinds.byKind(object.apiVersion, object.kind);
    if (kind === undefined) throw new Error(`expected a kind that the cluster serves, found ${object.apiVersion} ${object.kind}; its definition has to come before ${metadata.name}`);
    serial += 1;
    const uid = `00000000-0000-4000-8000-${serial.toString().padStart(12, '0')}`;
    store.put(kind.storedAs, structuredClone({ ...object, metadata: { uid, creationTimestamp: createdAt, ...metadata } }) as KubeObject);
    if (object.kind === 'CustomResourceDefinition') kinds.serveCustom(store.list('customresourcedefinitions.apiextensions.k8s.io'));
  };
  for (const name of new Set(objects.flatMap(({ metadata: { namespace } }) => namespace ?? []))) {
    put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
  }
  objects.forEach(put);
}
