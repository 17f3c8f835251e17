import { isFields } from '../kube-object';
import type { Schema } from './schema';

/** Fills in the defaults of a CRD's schema, in place, as deep as objects exist. */
export function fillDefaults(value: unknown, schema: Schema): void {
  const items = schema.items;
  if (Array.isArray(value) && items !== undefined) for (const entry of value) fillDefaults(entry, items);
  if (!isFields(value)) return;
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (value[name] === undefined && inner.default !== undefined) value[name] = structuredClone(inner.default);
    fillDefaults(value[name], inner);
  }
  const values = schema.additionalProperties;
  if (typeof values === 'object') for (const inner of Object.values(value)) fillDefaults(inner, values);
}
