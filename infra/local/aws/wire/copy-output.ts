import type { NormalizedSchema } from '@smithy/core/schema';
import { membersOf } from './schema-members';
import { writeScalar } from './scalar';

/**
 * An output as an SDK client reads it from the XML that `writeXmlOutput` writes, without the XML: nothing is shared with the operation's own values.
 * Throws, like it, if the output has a member that the schema does not know.
 */
export function copyOutput(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isStructSchema()) return copyStruct(schema, value as object);
  if (schema.isListSchema()) return (value as readonly unknown[]).map((item) => copyOutput(schema.getValueSchema(), item));
  if (schema.isMapSchema()) return Object.fromEntries(Object.entries(value as object).map(([name, item]) => [name, copyOutput(schema.getValueSchema(), item)]));
  if (schema.isStringSchema()) return writeScalar(value);
  if (schema.isTimestampSchema()) return new Date(writeScalar(value));
  return value;
}

function copyStruct(schema: NormalizedSchema, value: object): object {
  const members = membersOf(schema);
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const member = members.get(name);
    if (member === undefined) throw new Error(`Output ${schema.getName() ?? ''} has no member ${name}`);
    if (item !== undefined && item !== null) copy[name] = copyOutput(member, item);
  }
  return copy;
}
