import type { DeleteOptions } from '../api/delete-object';
import { deleteObject } from '../api/delete-object';
import { createObject } from '../api/create-object';
import { getObject, listObjects } from '../api/list-objects';
import { patchObject } from '../api/patch-object';
import { scaleOf, withScale } from '../api/scale-object';
import { updateObject } from '../api/update-object';
import type { Watches } from '../api/watch-objects';
import type { WriteContext, WriteOptions } from '../api/write-context';
import { present } from '../api/write-context';
import { decode } from '../api/decode';
import type { KubeObject } from '../kube-object';
import { asText, isFields } from '../kube-object';
import { APPLY_PATCH, parseBody, patchType } from '../patch/apply-patch';
import { badRequest, methodNotAllowed, unsupportedMediaType } from '../status-error';
import type { KubeRequest, KubeResponse } from './messages';
import { jsonResponse } from './messages';
import type { Target } from './read-target';
import type { Representation } from './represent';
import { readRepresentation, representList, representObject, representWatch } from './represent';
import { answerReview } from './access-review';

/** A request that is known to be about a resource. */
export interface ResourceRequest {
  readonly verb: string;
  readonly target: Target;
  readonly params: URLSearchParams;
  readonly request: KubeRequest;
}

interface Served extends ResourceRequest {
  readonly context: WriteContext;
  readonly watches: Watches;
  readonly form: Representation;
  readonly warnings: string[];
}

/** Answers one request about a resource. Throws `StatusError` for every refusal. */
export function serveResource(parts: { context: WriteContext; watches: Watches }, asked: ResourceRequest): KubeResponse {
  const { kind, subresource } = asked.target;
  if (subresource === undefined && !kind.verbs.includes(asked.verb)) throw methodNotAllowed();
  const form = readRepresentation(asked.request.headers['accept'] ?? '', asked.params);
  const served: Served = { ...parts, ...asked, form, warnings: [] };
  const response = VERBS[asked.verb]?.(served);
  if (response === undefined) throw methodNotAllowed();
  const warning = served.warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
  return warning === '' ? response : { ...response, headers: { ...response.headers, warning } };
}

const VERBS: Readonly<Record<string, (served: Served) => KubeResponse>> = { get: serveGet, list: serveList, watch: serveWatch, create: serveCreate, update: serveUpdate, patch: servePatch, delete: serveDelete, deletecollection: serveDeleteCollection };

function addressOf({ target }: Served): { namespace: string | undefined; name: string } {
  if (target.name === undefined) throw methodNotAllowed();
  return { namespace: target.namespace, name: target.name };
}

function answer(object: KubeObject, { target, form, context }: Served, status = 200): KubeResponse {
  const shown = present(object, target.kind);
  if (target.subresource === 'scale') return jsonResponse(status, scaleOf(shown, target.kind));
  return jsonResponse(status, representObject(shown, { kind: target.kind, form, now: context.clock.now() }));
}

function serveGet(served: Served): KubeResponse {
  return answer(getObject(served.context, served.target.kind, addressOf(served)), served);
}

function serveList({ context, target, params, form }: Served): KubeResponse {
  const list = listObjects(context, target.kind, { namespace: target.namespace, params });
  return jsonResponse(200, representList(list, { kind: target.kind, form, now: context.clock.now() }));
}

function serveWatch({ context, watches, target, params, form, request }: Served): KubeResponse {
  const events = watches.open(context, target.kind, { namespace: target.namespace, params, signal: request.signal });
  return { ...jsonResponse(200, ''), events: representWatch(events, { kind: target.kind, form, now: () => context.clock.now() }) };
}

function serveCreate(served: Served): KubeResponse {
  const { context, target } = served;
  if (target.subresource !== undefined || target.name !== undefined) throw methodNotAllowed();
  const input = readBody(served.request);
  const options = writeOptions(served);
  if (target.kind.verbs.length === 1) return jsonResponse(201, answerReview(decode(input, { kind: target.kind, options })));
  return answer(createObject(context, { kind: target.kind, namespace: target.namespace, input, options }), served, 201);
}

function serveUpdate(served: Served): KubeResponse {
  const { context, target } = served;
  const address = addressOf(served);
  const input = readBody(served.request);
  const stated = isFields(input) && isFields(input['metadata']) ? input['metadata']['name'] : undefined;
  if (stated !== undefined && stated !== address.name) throw badRequest(`the name of the object (${asText(stated)}) does not match the name on the URL (${address.name})`);
  const isScale = target.subresource === 'scale';
  const desired = isScale ? withScale(getObject(context, target.kind, address), input, target.kind) : input;
  const options = { ...writeOptions(served), ...(isScale ? { subresource: undefined } : {}) };
  return answer(updateObject(context, { kind: target.kind, address, input: desired, options }), served);
}

function servePatch(served: Served): KubeResponse {
  const { context, target, params, request } = served;
  const type = patchType(request.headers['content-type'] ?? '', target.kind);
  if (type === APPLY_PATCH && (params.get('fieldManager') ?? '') === '') throw badRequest('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
  const patch = { kind: target.kind, address: addressOf(served), type, body: request.body ?? '', options: writeOptions(served), force: params.get('force') === 'true' };
  const { object, created } = patchObject(context, patch);
  return answer(object, served, created ? 201 : 200);
}

function serveDelete(served: Served): KubeResponse {
  const { context, target } = served;
  if (target.subresource !== undefined) throw methodNotAllowed();
  const { object, gone } = deleteObject(context, { kind: target.kind, address: addressOf(served), options: deleteOptions(served) });
  if (!gone) return answer(object, served);
  const { name, uid } = object.metadata;
  const details = { name, ...(target.kind.group === '' ? {} : { group: target.kind.group }), kind: target.kind.plural, uid };
  return jsonResponse(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function serveDeleteCollection(served: Served): KubeResponse {
  const { context, target, params } = served;
  const list = listObjects(context, target.kind, { namespace: target.namespace, params });
  const options = deleteOptions(served);
  for (const { metadata } of list.items) deleteObject(context, { kind: target.kind, address: metadata, options });
  return jsonResponse(200, list);
}

function readBody({ headers, body = '' }: KubeRequest): unknown {
  const type = headers['content-type']?.split(';')[0]?.trim() ?? 'application/json';
  const accepted = ['application/json', 'application/yaml'];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  return parseBody(body);
}

function writeOptions({ params, request, target, warnings }: Served): WriteOptions {
  const validation = params.get('fieldValidation');
  return {
    manager: (params.get('fieldManager') ?? '') || (request.headers['user-agent'] ?? 'unknown').split('/')[0] || 'unknown',
    subresource: target.subresource,
    dryRun: params.get('dryRun') === 'All',
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    warn: (text) => warnings.push(text),
  };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

function deleteOptions({ params, request }: Served): DeleteOptions {
  const body = (request.body ?? '') === '' ? {} : parseBody(request.body ?? '');
  const sent: Record<string, unknown> = isFields(body) ? body : {};
  const policy = POLICIES.find((each) => each === (params.get('propagationPolicy') ?? sent['propagationPolicy']));
  const grace = params.get('gracePeriodSeconds') ?? sent['gracePeriodSeconds'];
  const dryRun = params.get('dryRun') === 'All' || (Array.isArray(sent['dryRun']) && sent['dryRun'].includes('All'));
  const preconditions = isFields(sent['preconditions']) ? (sent['preconditions'] as NonNullable<DeleteOptions['preconditions']>) : undefined;
  return {
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(sent['orphanDependents'] === true ? { orphanDependents: true } : {}),
    ...(preconditions === undefined ? {} : { preconditions }),
    dryRun,
  };
}
