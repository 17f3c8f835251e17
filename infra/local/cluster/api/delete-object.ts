import type { KubeObject, Metadata } from '../kube-object';
import { draft, fieldAt, timestamp } from '../kube-object';
import type { Kind } from '../kinds/kind';
import { conflict, notFound } from '../status-error';
import { isFinished } from './update-object';
import type { ObjectAddress, WriteContext } from './write-context';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** The body of a delete, as far as it is understood. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/**
 * Deletes at once, or marks with `deletionTimestamp` what a finalizer, a grace period or (a namespace) its contents still hold.
 * Answers the last state and whether it is gone. Throws 404, or 409 for a precondition that does not hold.
 */
export function deleteObject(context: WriteContext, { kind, address, options = {} }: { kind: Kind; address: ObjectAddress; options?: DeleteOptions }): { object: KubeObject; gone: boolean } {
  const observed = context.store.get(kind.storedAs, address.namespace, address.name);
  if (observed === undefined) throw notFound(kind, address.name);
  checkPreconditions(observed.metadata, { kind, options });
  const marked = mark(observed, { kind, options, now: context.clock.now() });
  const gone = isFinished(marked);
  if (options.dryRun === true) return { object: marked, gone };
  if (gone) return { object: context.store.remove(kind.storedAs, observed), gone };
  return { object: isAlreadyMarked(observed, marked) ? observed : context.store.put(kind.storedAs, marked), gone };
}

function checkPreconditions(metadata: Metadata, { kind, options }: { kind: Kind; options: DeleteOptions }): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const failed = (what: string, wanted: string, found: string) => conflict(kind, metadata.name, `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`);
  if (uid !== undefined && uid !== metadata.uid) throw failed('UID', uid, metadata.uid);
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) throw failed('ResourceVersion', resourceVersion, metadata.resourceVersion);
}

function mark(observed: KubeObject, { kind, options, now }: { kind: Kind; options: DeleteOptions; now: number }): KubeObject {
  const object = draft(observed);
  const { metadata } = object;
  const grace = graceSeconds(observed, { kind, options });
  if (metadata.deletionTimestamp === undefined) {
    if (metadata.generation !== undefined) metadata.generation += 1;
    metadata.deletionTimestamp = timestamp(now + grace * 1000);
    metadata.deletionGracePeriodSeconds = grace;
    const finalizers = propagationFinalizers(metadata.finalizers ?? [], options);
    if (finalizers.length > 0) metadata.finalizers = finalizers;
    else delete metadata.finalizers;
  } else if (grace < (metadata.deletionGracePeriodSeconds ?? 0)) metadata.deletionGracePeriodSeconds = grace;
  if (kind.storedAs === 'namespaces') object.status = { ...(object.status as object), phase: 'Terminating' };
  return object;
}

/** Only pods have a grace period; one that never reached a node has nothing to wait for. */
function graceSeconds(observed: KubeObject, { kind, options }: { kind: Kind; options: DeleteOptions }): number {
  if (kind.storedAs !== 'pods' || fieldAt(observed, 'spec.nodeName') === undefined) return 0;
  const own = fieldAt(observed, 'spec.terminationGracePeriodSeconds');
  return options.gracePeriodSeconds ?? (typeof own === 'number' ? own : 30);
}

function propagationFinalizers(finalizers: readonly string[], { propagationPolicy, orphanDependents }: DeleteOptions): string[] {
  const kept = finalizers.filter((finalizer) => finalizer !== FOREGROUND && finalizer !== ORPHAN);
  if (propagationPolicy === 'Foreground') return [...kept, FOREGROUND];
  if (propagationPolicy === 'Orphan' || orphanDependents === true) return [...kept, ORPHAN];
  return propagationPolicy === 'Background' ? kept : [...finalizers];
}

function isAlreadyMarked(observed: KubeObject, marked: KubeObject): boolean {
  return observed.metadata.deletionTimestamp !== undefined && observed.metadata.deletionGracePeriodSeconds === marked.metadata.deletionGracePeriodSeconds;
}
