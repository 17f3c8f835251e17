import type { KubeObject, Metadata } from '../kube-object';
import { draft, fieldAt, isSameJson } from '../kube-object';
import type { Kind, Subresource } from '../kinds/kind';
import { trackUpdate } from '../patch/managed-fields';
import { conflict, notFound } from '../status-error';
import { fillAll, validateUpdate } from './admit';
import { storageKind } from './create-object';
import { decode } from './decode';
import type { ObjectAddress, WriteContext, WriteOptions } from './write-context';
import { toStored } from './write-context';

/** One update: the whole object, as it shall be. */
export interface Update {
  readonly kind: Kind;
  readonly address: ObjectAddress;
  readonly input: unknown;
  readonly options: WriteOptions;
  readonly managedFields?: Metadata['managedFields'];
}

/** Stores the new state and answers it. What does not change keeps its resourceVersion. Throws 400, 404, 409 or 422. */
export function updateObject(context: WriteContext, { kind, address, input, options, managedFields }: Update): KubeObject {
  const observed = context.store.get(kind.storedAs, address.namespace, address.name);
  if (observed === undefined) throw notFound(kind, address.name);
  const sent = toStored(decode(input, { kind, options }), kind);
  checkVersion(sent.metadata, { observed: observed.metadata, kind });
  const object = nextState(sent, { observed, kind, subresource: options.subresource });
  if (options.subresource === undefined) kind.behaviour.prepareUpdate?.(object, observed);
  fillAll(object, kind);
  validateUpdate(object, { observed, kind, context });
  if (managedFields === undefined && saysNothingNew(object, observed)) return observed;
  const writer = { manager: options.manager, now: context.clock.now(), subresource: options.subresource };
  object.metadata.managedFields = managedFields ?? trackUpdate(object, { before: observed, kind: storageKind(kind, context), writer });
  return store(withGeneration(object, observed, kind), { observed, kind, options, context });
}

/** A write that changes nothing changes no owners either. Many are: controllers write what they see. */
function saysNothingNew({ metadata, ...rest }: KubeObject, observed: KubeObject): boolean {
  return isSameJson({ ...rest, metadata: { ...metadata, managedFields: metadata.managedFields ?? observed.metadata.managedFields } }, observed) && !isFinished(observed);
}

function checkVersion(sent: Metadata, { observed, kind }: { observed: Metadata; kind: Kind }): void {
  if (sent.uid !== undefined && sent.uid !== '' && sent.uid !== observed.uid)
    throw conflict(kind, observed.name, `Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: ${observed.uid}`);
  if (sent.resourceVersion !== undefined && sent.resourceVersion !== '' && sent.resourceVersion !== observed.resourceVersion) throw conflict(kind, observed.name);
}

function nextState(sent: KubeObject, { observed, kind, subresource }: { observed: KubeObject; kind: Kind; subresource: Subresource | undefined }): KubeObject {
  if (subresource === 'status') return draft({ ...observed, status: sent.status });
  if (subresource === 'finalize') return draft({ ...observed, spec: sent.spec });
  const kept = kind.subresources.has('status') ? { status: observed.status } : {};
  const namespaceSpec = kind.storedAs === 'namespaces' ? { spec: observed.spec } : {};
  return draft({ ...sent, ...kept, ...namespaceSpec, metadata: carriedMetadata(sent.metadata, observed.metadata) });
}

function carriedMetadata(sent: Metadata, observed: Metadata): Metadata {
  const { deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, ...kept } = sent;
  const { deletionTimestamp, deletionGracePeriodSeconds, generation, namespace, generateName } = observed;
  return {
    ...kept,
    name: sent.name ?? observed.name,
    uid: observed.uid,
    resourceVersion: observed.resourceVersion,
    creationTimestamp: observed.creationTimestamp,
    ...(namespace === undefined ? {} : { namespace }),
    ...(generateName === undefined ? {} : { generateName }),
    ...(generation === undefined ? {} : { generation }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  };
}

/** Everything but metadata and (where it is a subresource) status counts as a change of the desired state. */
function withGeneration(object: KubeObject, observed: KubeObject, kind: Kind): KubeObject {
  if (!kind.hasGeneration) return object;
  const desired = ({ metadata: _metadata, status, ...rest }: KubeObject) => (kind.subresources.has('status') ? rest : { ...rest, status });
  const isSame = isSameJson(desired(object), desired(observed));
  return isSame ? object : { ...object, metadata: { ...object.metadata, generation: (observed.metadata.generation ?? 0) + 1 } };
}

function store(object: KubeObject, { observed, kind, options, context }: { observed: KubeObject; kind: Kind; options: WriteOptions; context: WriteContext }): KubeObject {
  if (options.dryRun === true) return object;
  if (isFinished(object)) return context.store.remove(kind.storedAs, object);
  return isSameJson(object, observed) ? observed : context.store.put(kind.storedAs, object);
}

/** A deleted object that nothing holds any more: no finalizer, no grace period that still runs. */
export function isFinished(object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp === undefined || (object.metadata.finalizers ?? []).length > 0) return false;
  const held = object.kind === 'Namespace' ? fieldAt(object, 'spec.finalizers') : undefined;
  return (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 && (!Array.isArray(held) || held.length === 0);
}
