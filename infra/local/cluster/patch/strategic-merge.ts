import { isDeepStrictEqual } from 'node:util';
import { asText, isFields } from '../kube-object';
import type { Definitions, Schema } from '../schema/schema';
import { fieldSchema, resolve } from '../schema/schema';
import { badRequest } from '../status-error';

/** Where in the schema a merge stands. */
interface Place {
  readonly schema: Schema;
  readonly definitions: Definitions;
}

type Fields = Record<string, unknown>;

/**
 * A strategic merge patch: like a JSON merge patch, but lists that have a merge key are merged entry by entry.
 * Understands `$patch: delete | replace | merge`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…` and `$retainKeys`.
 * Source: Kubernetes, "Strategic Merge Patch" (sig-api-machinery). Throws 400 for a patch that contradicts itself.
 */
export function strategicMerge(value: unknown, patch: unknown, place: Place): unknown {
  if (!isFields(patch)) return patch;
  const directive = patch['$patch'];
  if (directive === 'replace') return clean(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw badRequest(`Unknown patch type found: ${asText(directive)}`);
  const merged: Fields = isFields(value) ? { ...value } : {};
  dropUnlisted(merged, patch['$retainKeys']);
  for (const [name, inner] of Object.entries(patch)) {
    if (!name.startsWith('$')) mergeField(merged, { name, inner, patch, place });
  }
  for (const [name, inner] of Object.entries(patch)) {
    if (name.startsWith('$deleteFromPrimitiveList/')) removeValues(merged, name.slice('$deleteFromPrimitiveList/'.length), inner);
    if (name.startsWith('$setElementOrder/')) orderList(merged, { name: name.slice('$setElementOrder/'.length), order: inner, place });
  }
  return merged;
}

function dropUnlisted(merged: Fields, retained: unknown): void {
  if (!Array.isArray(retained)) return;
  for (const name of Object.keys(merged)) if (!retained.includes(name)) delete merged[name];
}

interface FieldPatch {
  readonly name: string;
  readonly inner: unknown;
  readonly patch: Fields;
  readonly place: Place;
}

function mergeField(merged: Fields, { name, inner, place }: FieldPatch): void {
  if (inner === null) {
    delete merged[name];
    return;
  }
  const schema = innerSchema(place, name);
  const next = { schema, definitions: place.definitions };
  if (schema['x-kubernetes-patch-strategy'] === 'replace') merged[name] = clean(inner);
  else if (Array.isArray(inner)) merged[name] = mergeList(merged[name], inner, next);
  else merged[name] = strategicMerge(merged[name], inner, next);
}

function innerSchema({ schema, definitions }: Place, name: string): Schema {
  const known = fieldSchema(schema, name);
  return known === undefined ? {} : resolve(known, definitions);
}

function mergeList(value: unknown, patch: unknown[], place: Place): unknown[] {
  const replacement = patch.filter((entry) => !isFields(entry) || entry['$patch'] !== 'replace');
  if (replacement.length < patch.length) return replacement.map(clean);
  const key = place.schema['x-kubernetes-patch-merge-key'];
  const list = Array.isArray(value) ? value : [];
  if (place.schema['x-kubernetes-patch-strategy']?.includes('merge') !== true) return patch.map(clean);
  if (key === undefined) return [...list, ...patch.filter((entry) => !list.some((known) => isDeepStrictEqual(known, entry)))];
  return mergeEntries(list, patch, { key, place });
}

function mergeEntries(list: readonly unknown[], patch: readonly unknown[], { key, place }: { key: string; place: Place }): unknown[] {
  const items = resolve(place.schema.items ?? {}, place.definitions);
  let merged = [...list];
  for (const entry of patch) {
    if (!isFields(entry) || entry[key] === undefined) throw badRequest(`map: ${JSON.stringify(entry)} does not contain declared merge key: ${key}`);
    const at = merged.findIndex((known) => isFields(known) && known[key] === entry[key]);
    if (entry['$patch'] === 'delete') merged = merged.filter((known) => !isFields(known) || known[key] !== entry[key]);
    else if (at < 0) merged.push(strategicMerge({}, entry, { schema: items, definitions: place.definitions }));
    else merged[at] = strategicMerge(merged[at], entry, { schema: items, definitions: place.definitions });
  }
  return merged;
}

function removeValues(merged: Fields, name: string, values: unknown): void {
  const list = merged[name];
  if (Array.isArray(list) && Array.isArray(values)) merged[name] = list.filter((known) => !values.some((value) => isDeepStrictEqual(known, value)));
}

/** Entries named in the order come in that order; the others keep their place behind the one before them. */
function orderList(merged: Fields, { name, order, place }: { name: string; order: unknown; place: Place }): void {
  const list = merged[name];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const key = innerSchema(place, name)['x-kubernetes-patch-merge-key'];
  const identity = (entry: unknown) => (key !== undefined && isFields(entry) ? entry[key] : entry);
  const rank = new Map(order.map((entry, index) => [identity(entry), index]));
  const known = list.filter((entry) => rank.has(identity(entry))).sort((left, right) => (rank.get(identity(left)) ?? 0) - (rank.get(identity(right)) ?? 0));
  let next = 0;
  merged[name] = list.map((entry: unknown) => (rank.has(identity(entry)) ? known[next++] : entry));
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name, inner]) => !name.startsWith('$') && inner !== null).map(([name, inner]) => [name, clean(inner)]));
}
