/**
 * JSON as Go's `encoding/json` reads it into a struct: field names match without regard to case, unknown fields are ignored,
 * null leaves a field empty, a value of another type is an error. Numbers keep their spelling, since Go takes `1` but not `1.0` for an integer.
 */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonFields;
export type JsonFields = ReadonlyMap<string, JsonValue>;

/** A number as it was written. */
export class JsonNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** A value of the wrong type, and where. */
export class JsonTypeError extends Error {
  override readonly name = 'JsonType';
}

/** Reads JSON text. Throws a SyntaxError where it is none, a JsonTypeError where it is nested too deeply. */
export function parseJson(raw: string): JsonValue {
  // `context.source` (the text of a primitive) is newer than TypeScript's library.
  const revive = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value === 'number') return new JsonNumber(context?.source ?? String(value));
    if (value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof JsonNumber)) return new Map(Object.entries(value));
    return value;
  };
  try {
    return JSON.parse(raw, revive) as JsonValue;
  } catch (error) {
    // The stack is full.
    if (error instanceof RangeError) throw new JsonTypeError('values are nested too deeply', { cause: error });
    throw error;
  }
}

/** The fields of an object by folded name; undefined for null or an absent value. */
export function jsonFields(value: JsonValue | undefined, where: string): JsonFields | undefined {
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof Map)) throw new JsonTypeError(`${where} must be an object`);
  return new Map([...value].map(([name, field]) => [foldName(name), field]));
}

/** The value of a field, whatever the case of its name. */
export function jsonField(fields: JsonFields, name: string): JsonValue | undefined {
  return fields.get(foldName(name));
}

/** The items of a list; undefined for null or an absent value. */
export function jsonList(value: JsonValue | undefined, where: string): readonly JsonValue[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new JsonTypeError(`${where} must be a list`);
  return value as readonly JsonValue[];
}

/** A text; undefined for null or an absent value. */
export function jsonText(value: JsonValue | undefined, where: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new JsonTypeError(`${where} must be a text`);
  return value;
}

/** A bool; undefined for null or an absent value. */
export function jsonBool(value: JsonValue | undefined, where: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw new JsonTypeError(`${where} must be true or false`);
  return value;
}

/** A signed 32-bit integer without fraction or exponent; undefined for null or an absent value. */
export function jsonInt32(value: JsonValue | undefined, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = value instanceof JsonNumber && /^-?[0-9]+$/.test(value.source) ? Number(value.source) : Number.NaN;
  if (Math.trunc(number) !== number || number < -(2 ** 31) || number >= 2 ** 31) throw new JsonTypeError(`${where} must be an integer (a signed 32-bit number, not a text)`);
  return number === 0 ? 0 : number;
}

// Both ways, so that the few letters that Go folds to ASCII (long s, Kelvin sign) meet their ASCII kin.
function foldName(name: string): string {
  return name.toUpperCase().toLowerCase();
}
