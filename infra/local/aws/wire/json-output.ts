import type { NormalizedSchema } from '@smithy/core/schema';
import { jsonName } from './json-input';

/**
 * Writes an operation's output as a JSON value by its schema: times as seconds, blobs in base64. Throws if the output has a member that the schema
 * does not know: that is a mistake of the service, not of the caller.
 */
export function writeJsonOutput(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isUnitSchema()) return {};
  return writeValue(schema, value ?? {});
}

function writeValue(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined || value === null || schema.isDocumentSchema()) return value;
  if (schema.isStructSchema()) return writeStruct(schema, value);
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    return (value as unknown[]).map((item) => writeValue(member, item));
  }
  if (schema.isMapSchema()) {
    const member = schema.getValueSchema();
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, writeValue(member, item)]));
  }
  if (value instanceof Date) return schema.getSchema() === 5 ? value.toISOString() : value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value;
}

function writeStruct(schema: NormalizedSchema, value: object): Record<string, unknown> {
  const members = new Map(schema.structIterator());
  const written: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const member = members.get(name);
    if (member === undefined) throw new Error(`Output ${schema.getName() ?? ''} has no member ${name}`);
    if (item !== undefined) written[jsonName(name, member)] = writeValue(member, item);
  }
  return written;
}
