import type { NormalizedSchema } from '@smithy/core/schema';
import type { Refuse } from './refusal';

/** Reads a simple value from text (Query parameters, path labels, headers, query strings). Refuses what has the wrong form. */
export function readScalar(schema: NormalizedSchema, text: string, { where, refuse }: { where: string; refuse: Refuse }): unknown {
  if (schema.isBooleanSchema()) return text === 'true' ? true : text === 'false' ? false : refuse('wrong-type', where, `expected true or false, got ${text}`);
  if (schema.isNumericSchema()) return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : refuse('wrong-type', where, `expected a number, got ${text}`);
  if (schema.isTimestampSchema()) return readTime(text) ?? refuse('wrong-type', where, `expected a time, got ${text}`);
  if (schema.isBlobSchema()) return Uint8Array.from(Buffer.from(text, 'base64'));
  if (schema.isStringSchema()) return text;
  return refuse('wrong-type', where, 'expected a structure, got a simple value');
}

/** Writes a simple value as text: times as ISO 8601, blobs in base64. */
export function writeScalar(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}

function readTime(text: string): Date | undefined {
  const time = new Date(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
