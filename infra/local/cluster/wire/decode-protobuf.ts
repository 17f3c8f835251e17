import table from './field-numbers.json';
import type { WireField } from './read-fields';
import { readFields, signedNumber } from './read-fields';

/** Kubernetes' protobuf bodies begin with these bytes. Source: Kubernetes, "API concepts: Protobuf encoding". */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

const messages: Readonly<Record<string, string>> = table.messages;
const kinds: Readonly<Record<string, string>> = table.kinds;

interface Field {
  readonly name: string;
  readonly type: string;
}

/** A body in Kubernetes' protobuf encoding as the object that JSON would show; undefined if it is not one, or of a kind that is not known here. */
export function decodeProtobuf(body: Uint8Array): Record<string, unknown> | undefined {
  const bytes = Buffer.from(body);
  if (!bytes.subarray(0, 4).equals(MAGIC)) return undefined;
  const envelope = readFields(bytes.subarray(4));
  const [apiVersion = '', kind = ''] = [1, 2].map((number) => textOf(readFields(bytesOf(envelope, 1)), number));
  const message = kinds[`${apiVersion} ${kind}`] ?? kinds[kind];
  return message === undefined ? undefined : { apiVersion, kind, ...decodeMessage(message, bytesOf(envelope, 2)) };
}

function bytesOf(fields: readonly WireField[], number: number): Buffer {
  const found = fields.find((field) => field.number === number)?.value;
  return Buffer.isBuffer(found) ? found : Buffer.alloc(0);
}

function textOf(fields: readonly WireField[], number: number): string {
  return bytesOf(fields, number).toString('utf8');
}

function fieldsOf(message: string): Map<number, Field> {
  const words = (messages[message] ?? '').split(' ').filter((word) => word !== '');
  return new Map(words.map((word) => {
    const [number, name = '', ...type] = word.split(':');
    return [Number(number), { name, type: type.join(':') }];
  }));
}

function decodeMessage(message: string, bytes: Buffer): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  const known = fieldsOf(message);
  for (const { number, value } of readFields(bytes)) {
    const field = known.get(number);
    if (field !== undefined) put(object, field, value);
  }
  return object;
}

/** Go writes every field that is not a pointer, zero or not; as JSON has it, only pointers may be zero. */
function put(object: Record<string, unknown>, { name, type }: Field, value: WireField['value']): void {
  if (type.startsWith('[]')) {
    const list = Array.isArray(object[name]) ? (object[name] as unknown[]) : [];
    object[name] = [...list, decodeValue(type.slice(2), value)];
  } else if (type.startsWith('{}')) {
    const entry = readFields(asBuffer(value));
    const inner = entry.find(({ number }) => number === 2)?.value ?? Buffer.alloc(0);
    object[name] = { ...(object[name] as object | undefined), [textOf(entry, 1)]: decodeValue(type.slice(2), inner) };
  } else {
    const decoded = decodeValue(type.replace('*', ''), value);
    if (name === '') Object.assign(object, decoded);
    else if (type.startsWith('*') || !isZero(decoded)) object[name] = decoded;
  }
}

function isZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false || value === undefined;
}

function asBuffer(value: WireField['value']): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

function decodeValue(type: string, value: WireField['value']): unknown {
  if (messages[type] !== undefined) return decodeMessage(type, asBuffer(value));
  if (type.startsWith('items ')) return readFields(asBuffer(value)).map((field) => decodeValue(type.slice(6), field.value));
  switch (type) {
    case 'int':
      return signedNumber(value);
    case 'bool':
      return signedNumber(value) !== 0;
    case 'double':
      return asBuffer(value).readDoubleLE();
    case 'bytes':
      return asBuffer(value).toString('base64');
    case 'quantity':
      return textOf(readFields(asBuffer(value)), 1);
    case 'intOrString':
      return intOrString(readFields(asBuffer(value)));
    case 'time':
    case 'microTime':
      return timeText(readFields(asBuffer(value)), type);
    case 'json':
    case 'raw':
      return parsed(textOf(readFields(asBuffer(value)), 1));
    default:
      return asBuffer(value).toString('utf8');
  }
}

function numberAt(fields: readonly WireField[], number: number): number {
  return signedNumber(fields.find((field) => field.number === number)?.value ?? 0n);
}

function intOrString(fields: readonly WireField[]): number | string {
  return numberAt(fields, 1) === 0 ? numberAt(fields, 2) : textOf(fields, 3);
}

function timeText(fields: readonly WireField[], type: 'time' | 'microTime'): string | undefined {
  if (fields.length === 0) return undefined;
  const seconds = new Date(numberAt(fields, 1) * 1000).toISOString().slice(0, 19);
  const micros = Math.floor(numberAt(fields, 2) / 1000).toString().padStart(6, '0');
  return type === 'time' ? `${seconds}Z` : `${seconds}.${micros}Z`;
}

function parsed(text: string): unknown {
  return text === '' ? {} : JSON.parse(text);
}
