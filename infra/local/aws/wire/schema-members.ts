import type { NormalizedSchema } from '@smithy/core/schema';

const known = new WeakMap<NormalizedSchema, ReadonlyMap<string, NormalizedSchema>>();

/** The members of a structure, looked up once per schema. */
export function membersOf(schema: NormalizedSchema): ReadonlyMap<string, NormalizedSchema> {
  const members = known.get(schema) ?? new Map(schema.structIterator());
  known.set(schema, members);
  return members;
}
