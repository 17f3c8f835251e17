import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ManagedFields } from '../kube-object';
import { draft, isFields } from '../kube-object';
import type { Kind } from '../kinds/kind';
import type { Definitions, Schema } from '../schema/schema';
import { fieldSchema, resolve } from '../schema/schema';
import { applyConflict } from '../status-error';
import type { FieldValues, Step } from './field-set';
import { entryStep, fieldValues } from './field-set';
import type { Claim, Writer } from './managed-fields';
import { claimBy, isSameClaim, readClaims, writeClaims } from './managed-fields';

interface Place {
  readonly schema: Schema;
  readonly definitions: Definitions;
}

/** One server-side apply: what the writer states, over what is there. */
export interface Application {
  readonly observed: KubeObject | undefined;
  readonly configuration: KubeObject;
  readonly kind: Kind;
  readonly writer: Writer;
  readonly force: boolean;
}

/** The object after the apply and the claims on it. Throws 409 when another manager holds a field with another value and `force` is not set. */
export function serverSideApply({ observed, configuration, kind, writer, force }: Application): { object: KubeObject; managedFields: ManagedFields[] } {
  const stated = fieldValues(configuration, kind);
  const mine = claimBy(writer, { kind, operation: 'Apply', paths: new Set(stated.keys()) });
  const claims = readClaims(observed);
  const others = claims.filter((claim) => !isSameClaim(claim.entry, mine.entry));
  const rivals = observed === undefined ? [] : findRivals(others, stated, fieldValues(observed, kind));
  if (rivals.length > 0 && !force) throw applyConflict(rivals.map(({ claim, path }) => ({ manager: claim.entry.manager, apiVersion: claim.entry.apiVersion, field: readable(path) })));
  for (const { claim, path } of rivals) claim.paths.delete(path);
  const merged = merge(observed, configuration, kind) as KubeObject;
  const dropped = claims.find((claim) => isSameClaim(claim.entry, mine.entry));
  const object = removeUnclaimed(merged, { kind, dropped, mine, others });
  return { object, managedFields: writeClaims([...others, unchangedClaim(dropped, mine)]) };
}

/** A claim on the same fields keeps its time, so that applying the same again changes nothing. */
function unchangedClaim(before: Claim | undefined, mine: Claim): Claim {
  return before !== undefined && isDeepStrictEqual([...before.paths].sort(), [...mine.paths].sort()) ? before : mine;
}

function findRivals(others: readonly Claim[], stated: FieldValues, observed: FieldValues): { claim: Claim; path: string }[] {
  const differs = (path: string) => stated.has(path) && stated.get(path) !== undefined && !isDeepStrictEqual(stated.get(path), observed.get(path));
  return others.flatMap((claim) => [...claim.paths].filter(differs).map((path) => ({ claim, path })));
}

function readable(path: string): string {
  return (JSON.parse(path) as Step[]).map((step) => (step.startsWith('f:') ? `.${step.slice(2)}` : `[${step.slice(2).replace(/^\{(.*)\}$/, '$1').replaceAll(/"([^"]+)":/g, '$1=')}]`)).join('');
}

function merge(observed: unknown, configuration: unknown, declared: Place): unknown {
  const schema = resolve(declared.schema, declared.definitions);
  const place = { schema, definitions: declared.definitions };
  if (isFields(configuration) && schema['x-kubernetes-map-type'] !== 'atomic') return mergeObject(observed, configuration, place);
  if (!Array.isArray(configuration) || schema['x-kubernetes-list-type'] === undefined || schema['x-kubernetes-list-type'] === 'atomic') return draft(configuration);
  const list = Array.isArray(observed) ? [...observed] : [];
  const items = schema.items ?? {};
  for (const entry of configuration) {
    const step = entryStep(entry, place);
    const at = list.findIndex((known) => entryStep(known, place) === step);
    if (at < 0) list.push(draft(entry));
    else list[at] = merge(list[at], entry, { schema: items, definitions: place.definitions });
  }
  return list;
}

function mergeObject(observed: unknown, configuration: Record<string, unknown>, { schema, definitions }: Place): Record<string, unknown> {
  const merged: Record<string, unknown> = isFields(observed) ? { ...observed } : {};
  for (const [name, inner] of Object.entries(configuration)) {
    if (inner !== null && inner !== undefined) merged[name] = merge(merged[name], inner, { schema: fieldSchema(schema, name) ?? {}, definitions });
  }
  return merged;
}

/** What this manager stated before, states no more, and nobody else claims, goes. */
function removeUnclaimed(merged: KubeObject, { kind, dropped, mine, others }: { kind: Kind; dropped: Claim | undefined; mine: Claim; others: readonly Claim[] }): KubeObject {
  const gone = [...(dropped?.paths ?? [])].filter((path) => !mine.paths.has(path) && !others.some((claim) => claims(claim, path)));
  const object = draft(merged);
  for (const path of gone.sort((left, right) => left.length - right.length)) removeAt(object, JSON.parse(path) as Step[], kind);
  return object;
}

function claims(claim: Claim, path: string): boolean {
  const inside = `${path.slice(0, -1)},`;
  return claim.paths.has(path) || [...claim.paths].some((each) => each.startsWith(inside));
}

function removeAt(value: unknown, steps: readonly Step[], declared: Place): void {
  const [step = '', ...rest] = steps;
  const schema = resolve(declared.schema, declared.definitions);
  const place = { schema, definitions: declared.definitions };
  if (Array.isArray(value)) {
    const at = value.findIndex((entry) => entryStep(entry, place) === step);
    if (at < 0) return;
    if (rest.length === 0) value.splice(at, 1);
    else if (rest.length === 1 && isKey(rest[0], schema)) return;
    else removeAt(value[at], rest, { schema: schema.items ?? {}, definitions: place.definitions });
    return;
  }
  if (!isFields(value)) return;
  const name = step.slice(2);
  if (rest.length === 0) delete value[name];
  else removeAt(value[name], rest, { schema: fieldSchema(schema, name) ?? {}, definitions: place.definitions });
  if (isEmpty(value[name])) delete value[name];
}

/** What tells an entry apart stays as long as the entry does. */
function isKey(step: Step | undefined, schema: Schema): boolean {
  return schema['x-kubernetes-list-map-keys']?.some((key) => step === `f:${key}`) === true;
}

function isEmpty(value: unknown): boolean {
  return (Array.isArray(value) && value.length === 0) || (isFields(value) && Object.keys(value).length === 0);
}
