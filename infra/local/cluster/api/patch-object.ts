import type { KubeObject, Metadata } from '../kube-object';
import { isFields } from '../kube-object';
import type { Kind } from '../kinds/kind';
import { APPLY_PATCH, applyPatch, parseBody } from '../patch/apply-patch';
import { serverSideApply } from '../patch/server-side-apply';
import { badRequest, conflict, notFound } from '../status-error';
import { createObject } from './create-object';
import { decode } from './decode';
import { scaleOf, withScale } from './scale-object';
import { updateObject } from './update-object';
import type { ObjectAddress, WriteContext, WriteOptions } from './write-context';
import { present } from './write-context';

/** One patch. */
export interface Patch {
  readonly kind: Kind;
  readonly address: ObjectAddress;
  readonly type: string;
  readonly body: string;
  readonly options: WriteOptions;
  readonly force: boolean;
}

/** Patches and answers the new state, and whether server-side apply created it. Throws 400, 404, 409, 415 or 422. */
export function patchObject(context: WriteContext, patch: Patch): { object: KubeObject; created: boolean } {
  if (patch.type === APPLY_PATCH) return applyConfiguration(context, patch);
  const { kind, address, options } = patch;
  const observed = context.store.get(kind.storedAs, address.namespace, address.name);
  if (observed === undefined) throw notFound(kind, address.name);
  const shown = present(observed, kind);
  if (options.subresource === 'scale') return { object: patchScale(context, { patch, shown }), created: false };
  const patched = applyPatch(shown, patch);
  return { object: updateObject(context, { kind, address, input: withVersion(patched, observed.metadata), options }), created: false };
}

/** A patch is against what is there now, unless it names a version itself. */
function withVersion(patched: KubeObject, observed: Metadata): KubeObject {
  return { ...patched, metadata: { ...patched.metadata, uid: patched.metadata.uid ?? observed.uid, resourceVersion: patched.metadata.resourceVersion ?? observed.resourceVersion } };
}

function patchScale(context: WriteContext, { patch, shown }: { patch: Patch; shown: KubeObject }): KubeObject {
  const { kind, address, options } = patch;
  const scale = applyPatch(scaleOf(shown, kind), { ...patch, kind: { ...kind, schema: {} } });
  return updateObject(context, { kind, address, input: withScale(shown, scale, kind), options: { ...options, subresource: undefined } });
}

function applyConfiguration(context: WriteContext, { kind, address, body, options, force }: Patch): { object: KubeObject; created: boolean } {
  const input = parseBody(body);
  if (!isFields(input)) throw badRequest('an apply patch must be an object');
  const configuration = decode(input, { kind, options });
  checkConfiguration(configuration, address);
  const observed = context.store.get(kind.storedAs, address.namespace, address.name);
  const wanted = configuration.metadata.uid;
  if (observed === undefined && wanted !== undefined) throw conflict(kind, address.name, `uid mismatch: the provided object specified uid ${wanted}, and no existing object was found`);
  const writer = { manager: options.manager, now: context.clock.now(), subresource: options.subresource };
  const application = { observed: observed === undefined ? undefined : present(observed, kind), configuration: stated(configuration, options), kind, writer, force };
  const { object, managedFields } = serverSideApply(application);
  if (observed !== undefined) return { object: updateObject(context, { kind, address, input: object, options, managedFields }), created: false };
  if (options.subresource !== undefined) throw notFound(kind, address.name);
  return { object: createObject(context, { kind, namespace: address.namespace, input: { ...object, metadata: { ...object.metadata, name: address.name } }, options, managedFields }), created: true };
}

function checkConfiguration(configuration: KubeObject, { name }: ObjectAddress): void {
  if (configuration.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const stated = configuration.metadata.name;
  if (stated !== undefined && stated !== name) throw badRequest(`the name of the object (${stated}) does not match the name on the URL (${name})`);
}

/** Of an apply to a subresource only that part counts. */
function stated(configuration: KubeObject, { subresource }: WriteOptions): KubeObject {
  if (subresource !== 'status') {
    const { status: _status, ...rest } = configuration;
    return rest;
  }
  const { spec: _spec, ...rest } = configuration;
  return rest;
}
