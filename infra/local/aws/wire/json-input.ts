import type { NormalizedSchema } from '@smithy/core/schema';
import type { Refuse } from './refusal';
import { requiredCount } from './service-schema';

/** Reads parsed JSON by a schema: times become `Date`, blobs bytes; unknown and missing members and wrong types are refused by name. */
export function readJsonInput(schema: NormalizedSchema, json: unknown, refuse: Refuse): unknown {
  return schema.isUnitSchema() ? {} : readValue(schema, json ?? {}, { where: '', refuse });
}

/** One value of the input, named `where` in refusals. */
export function readJsonMember(schema: NormalizedSchema, json: unknown, at: { where: string; refuse: Refuse }): unknown {
  return readValue(schema, json, at);
}

interface At {
  readonly where: string;
  readonly refuse: Refuse;
}

function readValue(schema: NormalizedSchema, json: unknown, at: At): unknown {
  if (schema.isDocumentSchema()) return json;
  if (schema.isStructSchema()) return readStruct(schema, json, at);
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    if (!Array.isArray(json)) return at.refuse('wrong-type', at.where, 'expected a list');
    return json.map((item: unknown, index) => readValue(member, item, below(at, String(index))));
  }
  if (schema.isMapSchema()) {
    const member = schema.getValueSchema();
    return Object.fromEntries(Object.entries(objectAt(json, at)).map(([key, value]) => [key, value === null ? null : readValue(member, value, below(at, key))]));
  }
  return readSimple(schema, json, at);
}

function readStruct(schema: NormalizedSchema, json: unknown, at: At): Record<string, unknown> {
  const given = objectAt(json, at);
  const members = [...schema.structIterator()];
  const names = new Map(members.map(([name, member]) => [jsonName(name, member), { name, member }]));
  const value: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(given)) {
    // SDKs in other languages send null for "not set", and rest-json unions carry their type's name.
    if (item === null || key === '__type') continue;
    const found = names.get(key) ?? at.refuse('unknown-member', below(at, key).where);
    value[found.name] = readValue(found.member, item, below(at, key));
  }
  for (const [name] of members.slice(0, requiredCount(schema))) {
    if (value[name] === undefined) at.refuse('missing-member', below(at, name).where);
  }
  return value;
}

/** The name of a member in JSON. */
export function jsonName(name: string, member: NormalizedSchema): string {
  return member.getMergedTraits().jsonName ?? name;
}

function readSimple(schema: NormalizedSchema, json: unknown, at: At): unknown {
  if (schema.isStringSchema()) return typeof json === 'string' ? json : at.refuse('wrong-type', at.where, 'expected a string');
  if (schema.isBooleanSchema()) return typeof json === 'boolean' ? json : at.refuse('wrong-type', at.where, 'expected true or false');
  if (schema.isNumericSchema()) return typeof json === 'number' ? json : at.refuse('wrong-type', at.where, 'expected a number');
  if (schema.isBlobSchema()) return typeof json === 'string' ? Uint8Array.from(Buffer.from(json, 'base64')) : at.refuse('wrong-type', at.where, 'expected base64 text');
  if (schema.isTimestampSchema()) return readTime(json) ?? at.refuse('wrong-type', at.where, 'expected a time');
  return json;
}

function readTime(json: unknown): Date | undefined {
  const time = typeof json === 'number' ? new Date(json * 1000) : new Date(typeof json === 'string' ? json : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function objectAt(json: unknown, at: At): Record<string, unknown> {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isObject ? (json as Record<string, unknown>) : at.refuse('wrong-type', at.where === '' ? 'body' : at.where, 'expected an object');
}

function below({ where, refuse }: At, step: string): At {
  return { where: where === '' ? step : `${where}.${step}`, refuse };
}
