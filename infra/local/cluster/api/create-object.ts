import type { KubeObject } from '../kube-object';
import { draft } from '../kube-object';
import type { Kind } from '../kinds/kind';
import { trackUpdate } from '../patch/managed-fields';
import { alreadyExists, StatusError } from '../status-error';
import { checkNamespace, fillAll, newMetadata, validateCreate } from './admit';
import { decode } from './decode';
import type { WriteContext, WriteOptions } from './write-context';
import { toStored } from './write-context';

/** One create. */
export interface Creation {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly input: unknown;
  readonly options: WriteOptions;
  /** Given by server-side apply, which keeps its own account of who owns what. */
  readonly managedFields?: KubeObject['metadata']['managedFields'];
}

/** Stores a new object and answers it as stored. Throws 400, 403, 404 (namespace), 409 (exists) or 422. */
export function createObject(context: WriteContext, { kind, namespace, input, options, managedFields }: Creation): KubeObject {
  const sent = decode(input, { kind, options });
  const metadata = newMetadata(sent.metadata, { kind, namespace, context });
  checkNamespace(kind, metadata, context);
  const object = draft(toStored({ ...withoutStatus(sent, kind), metadata }, kind));
  kind.behaviour.prepareCreate?.(object);
  fillAll(object, kind);
  if (context.store.get(kind.storedAs, metadata.namespace, metadata.name) !== undefined) throw existsError(kind, metadata);
  validateCreate(object, kind, context);
  const writer = { manager: options.manager, now: context.clock.now() };
  const tracked = managedFields ?? trackUpdate(object, { before: undefined, kind: storageKind(kind, context), writer });
  const complete = { ...object, metadata: { ...object.metadata, managedFields: tracked } };
  return options.dryRun === true ? complete : context.store.put(kind.storedAs, complete);
}

function existsError(kind: Kind, { name, generateName }: KubeObject['metadata']): StatusError {
  const error = alreadyExists(kind, name);
  return generateName === undefined || !name.startsWith(generateName) ? error : new StatusError(409, 'AlreadyExists', `${error.message}, the server was not able to generate a unique name for the object`, error.details);
}

/** Nodes, and kinds without a status of its own, keep what the creator said; all others start without status. */
function withoutStatus(object: KubeObject, kind: Kind): KubeObject {
  if (!kind.subresources.has('status') || kind.storedAs === 'nodes') return object;
  const { status: _status, ...rest } = object;
  return rest;
}

/** Ownership is recorded in the fields of the stored version. */
export function storageKind(kind: Kind, context: WriteContext): Kind {
  return kind.conversion === undefined ? kind : context.kinds.byStorage(kind.storedAs);
}
