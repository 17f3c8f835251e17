import { isFields } from '../kube-object';
import type { Definitions, Schema } from '../schema/schema';
import { fieldSchema, resolve } from '../schema/schema';

/** One step to a field: `f:spec`, `k:{"port":80,"protocol":"TCP"}`, `v:"some/finalizer"`. */
export type Step = string;

/** Fields and what they hold, by their path (the steps as JSON). Entries of keyed lists are there themselves, without a value. */
export type FieldValues = ReadonlyMap<string, unknown>;

interface Place {
  readonly schema: Schema;
  readonly definitions: Definitions;
}

/** Never anyone's own: identity and what the server fills in. */
const UNOWNED = new Set(
  ['apiVersion', 'kind', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'metadata.resourceVersion', 'metadata.generation', 'metadata.creationTimestamp', 'metadata.selfLink', 'metadata.deletionTimestamp', 'metadata.deletionGracePeriodSeconds', 'metadata.managedFields'].map(
    (path) => JSON.stringify(path.split('.').map((step) => `f:${step}`)),
  ),
);

/** Every field of an object that somebody can own, by path, down to leaves; atomic lists and maps are leaves. */
export function fieldValues(object: unknown, place: Place): FieldValues {
  const found = new Map<string, unknown>();
  collect(object, { place, at: '[', found });
  return found;
}

interface Walk {
  readonly place: Place;
  /** The path so far, as JSON without its closing bracket: paths are made for every field of every write. */
  readonly at: string;
  readonly found: Map<string, unknown>;
}

function collect(value: unknown, walk: Walk): void {
  const path = `${walk.at}]`;
  if (UNOWNED.has(path) || value === undefined || value === null) return;
  const schema = resolve(walk.place.schema, walk.place.definitions);
  const place = { schema, definitions: walk.place.definitions };
  if (isFields(value) && Object.keys(value).length > 0 && schema['x-kubernetes-map-type'] !== 'atomic') collectObject(value, { ...walk, place });
  else if (Array.isArray(value) && isMerged(schema)) collectList(value, { ...walk, place });
  else walk.found.set(path, value);
}

function isMerged(schema: Schema): boolean {
  return schema['x-kubernetes-list-type'] === 'map' || schema['x-kubernetes-list-type'] === 'set';
}

function collectObject(value: Record<string, unknown>, walk: Walk): void {
  for (const [name, inner] of Object.entries(value)) {
    const schema = fieldSchema(walk.place.schema, name) ?? {};
    collect(inner, { ...walk, place: { ...walk.place, schema }, at: next(walk.at, `f:${name}`) });
  }
}

function collectList(value: readonly unknown[], walk: Walk): void {
  const items = walk.place.schema.items ?? {};
  for (const entry of value) {
    const at = next(walk.at, entryStep(entry, walk.place));
    walk.found.set(`${at}]`, undefined);
    if (isFields(entry)) collectObject(entry, { ...walk, place: { ...walk.place, schema: resolve(items, walk.place.definitions) }, at });
  }
}

const next = (at: string, step: Step) => `${at}${at === '[' ? '' : ','}${JSON.stringify(step)}`;

/** The step to an entry of a keyed list or a set. Keys that are absent take their default. */
export function entryStep(entry: unknown, { schema, definitions }: Place): Step {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (keys === undefined || !isFields(entry)) return `v:${JSON.stringify(entry)}`;
  const items = resolve(schema.items ?? {}, definitions);
  const identity = [...keys].sort().map((key) => [key, entry[key] ?? items.properties?.[key]?.default]);
  return `k:${JSON.stringify(Object.fromEntries(identity))}`;
}

/** Paths as the nested object that `managedFields` shows. */
export function toFieldsV1(paths: Iterable<string>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const path of paths) {
    const steps = JSON.parse(path) as Step[];
    let at = root;
    for (const step of steps) {
      const inner = isFields(at[step]) ? at[step] : {};
      at[step] = inner;
      at = inner;
    }
    if (steps.at(-1)?.startsWith('f:') === false) at['.'] = {};
  }
  return root;
}

/** The reverse of `toFieldsV1`. */
export function fromFieldsV1(fields: unknown): Set<string> {
  const paths = new Set<string>();
  const visit = (value: unknown, at: string) => {
    const inner = isFields(value) ? Object.entries(value) : [];
    if (inner.length === 0 && at !== '[') paths.add(`${at}]`);
    for (const [step, value] of inner) {
      if (step === '.') paths.add(`${at}]`);
      else visit(value, next(at, step));
    }
  };
  visit(fields, '[');
  return paths;
}
