import type { Operation } from 'fast-json-patch';
import jsonPatch from 'fast-json-patch';
import { parse } from 'yaml';
import type { KubeObject } from '../kube-object';
import { draft, isFields } from '../kube-object';
import type { Kind } from '../kinds/kind';
import { badRequest, StatusError, unsupportedMediaType } from '../status-error';
import { mergeJson } from './json-merge';
import { strategicMerge } from './strategic-merge';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** The kinds of patch that a kind takes; kubectl reads them from OpenAPI. Custom resources take no strategic merge. */
export function patchTypes({ custom }: Kind): string[] {
  return [JSON_PATCH, MERGE_PATCH, ...(custom === undefined ? [STRATEGIC_PATCH] : []), APPLY_PATCH];
}

/** A patch's type without parameters; throws 415 for one that this kind does not take. */
export function patchType(contentType: string, kind: Kind): string {
  const type = contentType.split(';')[0]?.trim() ?? '';
  const accepted = patchTypes(kind);
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  return type;
}

/** The object after a JSON, merge or strategic merge patch. Throws 400 or 422 for a patch that cannot be applied. */
export function applyPatch(observed: KubeObject, { type, body, kind }: { type: string; body: string; kind: Kind }): KubeObject {
  const patch = parseBody(body);
  if (type === JSON_PATCH) return applyJsonPatch(observed, patch);
  if (!isFields(patch)) throw badRequest(`a ${type} must be a JSON object`);
  const merged = type === STRATEGIC_PATCH ? strategicMerge(observed, patch, kind) : mergeJson(observed, patch);
  return draft(merged as KubeObject);
}

/** Reads a body that is JSON or YAML. Throws 400 if it is neither. */
export function parseBody(body: string): unknown {
  try {
    return body.trimStart().startsWith('{') || body.trimStart().startsWith('[') ? JSON.parse(body) : parse(body);
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function applyJsonPatch(observed: KubeObject, patch: unknown): KubeObject {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch must be a list of operations');
  try {
    return jsonPatch.applyPatch(draft(observed), patch as Operation[], true).newDocument;
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${text}`);
  }
}
