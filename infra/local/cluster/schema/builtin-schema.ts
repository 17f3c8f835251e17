import type { ModelField } from './client-models';
import { modelFields } from './client-models';
import { KEY_DEFAULTS, listKeys, OBJECT_STRATEGIES } from './list-keys';
import type { Schema } from './schema';
import { REFERENCE_PREFIX } from './schema';

const QUANTITY_MAPS = new Set(['limits', 'requests', 'capacity', 'allocatable', 'overhead']);
const ATOMIC_MAPS = new Set(['V1ServiceSpec.selector', 'V1PodSpec.nodeSelector']);
const ATOMIC_OBJECTS = new Set(['V1LabelSelector', 'V1ObjectReference', 'V1LocalObjectReference', 'V1TypedLocalObjectReference', 'V1OwnerReference']);
const FREE_FORM = new Set(['any', 'object', 'V1FieldsV1']);

const cache = new Map<string, Schema>();

/** `V1ServiceSpec` → `io.k8s.V1ServiceSpec.ServiceSpec`: unique, and its last part is what `kubectl explain` shows. */
export function definitionName(model: string): string {
  return `io.k8s.${model}.${model.replace(/^(?:Core|Events|Discovery|Rbac|Apiextensions|Admissionregistration)?V\d+(?:(?:alpha|beta)\d+)?/, '')}`;
}

/** The reverse of `definitionName`. */
export function modelOfDefinition(name: string): string {
  return name.split('.')[2] ?? '';
}

/** The schema of a built-in type by the name of its definition. Throws for a name that is none: a mistake in our own tables. */
export function builtinDefinition(name: string): Schema {
  const model = modelOfDefinition(name);
  const known = cache.get(model);
  if (known !== undefined) return known;
  const fields = modelFields(model);
  if (fields === undefined) throw new Error(`No model "${model}" behind the definition "${name}"`);
  const properties = Object.fromEntries(fields.map((field) => [field.baseName, fieldSchemaOf(model, field)]));
  const schema: Schema = { type: 'object', properties, ...(ATOMIC_OBJECTS.has(model) ? { 'x-kubernetes-map-type': 'atomic' as const } : {}) };
  cache.set(model, schema);
  return schema;
}

function fieldSchemaOf(model: string, field: ModelField): Schema {
  const schema = typeSchema(field.type, field.format);
  const fallback = KEY_DEFAULTS[`${model}.${field.baseName}`];
  const strategy = OBJECT_STRATEGIES[`${model}.${field.baseName}`];
  if (strategy !== undefined) return { allOf: [schema], 'x-kubernetes-patch-strategy': strategy };
  if (fallback !== undefined) return { ...schema, default: fallback };
  if (schema.type === 'array') return { ...schema, ...listWords(model, field) };
  if (ATOMIC_MAPS.has(`${model}.${field.baseName}`)) return { ...schema, 'x-kubernetes-map-type': 'atomic' };
  const isQuantities = QUANTITY_MAPS.has(field.baseName) && typeof schema.additionalProperties === 'object';
  return isQuantities ? { type: 'object', additionalProperties: { type: 'string', format: 'quantity' } } : schema;
}

function listWords(model: string, field: ModelField): Partial<Schema> {
  const keys = listKeys(model, field.baseName);
  if (keys === undefined) return { 'x-kubernetes-list-type': 'atomic' };
  return {
    ...(keys.patchKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': keys.patchKey }),
    ...(keys.patchKey === undefined && keys.mapKeys !== undefined ? {} : { 'x-kubernetes-patch-strategy': field.baseName === 'volumes' ? 'merge,retainKeys' : 'merge' }),
    ...(keys.mapKeys === undefined ? { 'x-kubernetes-list-type': 'set' } : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys.mapKeys }),
  };
}

function typeSchema(type: string, format: string): Schema {
  const list = /^(?:Array|Set)<(.*)>$/.exec(type)?.[1];
  if (list !== undefined) return { type: 'array', items: typeSchema(list, '') };
  const values = /^\{ \[key: string\]: (.*?);? \}$/.exec(type)?.[1];
  if (values !== undefined) return { type: 'object', additionalProperties: typeSchema(values.trim(), '') };
  if (FREE_FORM.has(type)) return { 'x-kubernetes-preserve-unknown-fields': true };
  return scalarSchema(type, format) ?? { $ref: `${REFERENCE_PREFIX}${definitionName(type)}` };
}

function scalarSchema(type: string, format: string): Schema | undefined {
  if (type === 'IntOrString') return { 'x-kubernetes-int-or-string': true, format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
  if (type === 'Date' || type === 'V1MicroTime') return { type: 'string', format: 'date-time', nullable: true };
  if (type === 'number') return format.startsWith('int') ? { type: 'integer', format } : { type: 'number', ...(format === '' ? {} : { format }) };
  return type === 'string' || type === 'boolean' ? { type, ...(format === '' ? {} : { format }) } : undefined;
}
