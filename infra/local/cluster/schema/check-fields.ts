import { isFields } from '../kube-object';
import type { Definitions, Schema } from './schema';
import { fieldSchema, resolve } from './schema';

/** What reading an object against its schema found. */
export interface FieldCheck {
  /** Paths that the schema does not know: `spec.prots`. */
  readonly unknown: string[];
  /** The first value of a wrong type, worded as the API server's decoder does. */
  readonly mistyped: string | undefined;
  /** The value without unknown fields and without nulls. */
  readonly pruned: unknown;
}

interface Pass {
  readonly definitions: Definitions;
  readonly unknown: string[];
  readonly mistyped: string[];
  /** Custom resources word a wrong type differently, and later; their values are checked by `checkValues`. */
  readonly checkTypes: boolean;
}

/** Reads `value` against `schema`: drops what is not known and tells about it. */
export function checkFields(value: unknown, { schema, definitions, checkTypes = true }: { schema: Schema; definitions: Definitions; checkTypes?: boolean }): FieldCheck {
  const pass: Pass = { definitions, unknown: [], mistyped: [], checkTypes };
  const pruned = read(value, { schema, path: '', owner: '', pass });
  return { unknown: pass.unknown, mistyped: pass.mistyped[0], pruned };
}

interface Place {
  readonly schema: Schema;
  readonly path: string;
  /** The type that has the field, as the decoder's messages name it. */
  readonly owner: string;
  readonly pass: Pass;
}

function read(value: unknown, { schema: declared, path, owner, pass }: Place): unknown {
  const schema = resolve(declared, pass.definitions);
  if (pass.checkTypes && !hasType(value, schema)) pass.mistyped.push(mistypedText({ value, schema, path, owner }));
  if (Array.isArray(value)) return readList(value, { schema, path, owner, pass });
  if (!isFields(value)) return schema.format === 'quantity' && typeof value === 'number' ? String(value) : value;
  return readObject(value, { schema, path, owner: declared.$ref?.split('.').at(-1) ?? owner, pass });
}

function readList(value: unknown[], { schema, path, owner, pass }: Place): unknown[] {
  const items = schema.items;
  return items === undefined ? value : value.map((entry, index) => read(entry, { schema: items, path: `${path}[${index}]`, owner, pass }));
}

function readObject(value: Record<string, unknown>, { schema, path, owner, pass }: Place): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const known = fieldSchema(schema, name);
    if (known === undefined) pass.unknown.push(at);
    else if (inner !== null && inner !== undefined) kept[name] = read(inner, { schema: known, path: at, owner, pass });
  }
  return kept;
}

function hasType(value: unknown, schema: Schema): boolean {
  if (value === null || schema['x-kubernetes-preserve-unknown-fields'] === true) return true;
  if (schema['x-kubernetes-int-or-string'] === true) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' || (schema.format === 'quantity' && typeof value === 'number');
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isFields(value);
    default:
      return true;
  }
}

const GO_TYPES: Record<string, string> = { boolean: 'bool', array: '[]', object: 'map[string]', number: 'float64', string: 'string', integer: 'int32' };

function mistypedText({ value, schema, path, owner }: { value: unknown; schema: Schema; path: string; owner: string }): string {
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const wanted = schema.type === 'integer' ? (schema.format ?? 'int32') : (GO_TYPES[schema.type ?? ''] ?? schema.format ?? 'value');
  return `json: cannot unmarshal ${found} into Go struct field ${owner}.${path.replaceAll(/\[\d+\]/g, '')} of type ${wanted}`;
}
