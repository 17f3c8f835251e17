import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { AwsError } from '../operation';

/** An attribute of a message as it is stored: binary values in base64. */
export interface StoredAttribute {
  readonly type: string;
  readonly text?: string;
  readonly binary?: string;
}

/** A message as it is stored. Times in milliseconds on the local clock. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, StoredAttribute>>;
  readonly senderId: string;
  readonly traceHeader?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly sequenceNumber?: string;
  readonly sentAt: number;
  /** From when on it may be received (again). */
  readonly visibleAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt?: number;
  /** Of the last receive; kept when the message becomes visible again, because a late delete still counts. */
  readonly receiptHandle?: string;
  /** Whether somebody holds it until `visibleAt`. */
  readonly inFlight: boolean;
  readonly deadLetterSourceArn?: string;
}

/** MD5 as SQS shows it. */
export function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}

/** AWS: "Calculating the MD5 message digest for message attributes". Undefined without attributes. */
export function md5OfAttributes(attributes: Readonly<Record<string, StoredAttribute>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (part: Uint8Array) => hash.update(lengthOf(part)).update(part);
  for (const name of names) {
    const { type = '', text, binary = '' } = attributes[name] ?? {};
    add(Buffer.from(name, 'utf8'));
    add(Buffer.from(type, 'utf8'));
    hash.update(Uint8Array.of(text === undefined ? 2 : 1));
    add(text === undefined ? Buffer.from(binary, 'base64') : Buffer.from(text, 'utf8'));
  }
  return hash.digest('hex');
}

function lengthOf(part: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}

/** Checks and stores the attributes of a message. Throws `InvalidParameterValue`. */
export function storeAttributes(given: Readonly<Record<string, MessageAttributeValue>> = {}): Record<string, StoredAttribute> {
  const names = Object.keys(given);
  if (names.length > 10) throw new AwsError('InvalidParameterValue', 'Number of message attributes [10] exceeds the allowed maximum.');
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, storeAttribute(name, value)]));
}

function storeAttribute(name: string, { DataType: type = '', StringValue: text, BinaryValue: binary }: MessageAttributeValue): StoredAttribute {
  if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name)) throw new AwsError('InvalidParameterValue', `Message attribute name '${name}' is invalid.`);
  if (!/^(String|Number|Binary)(\..+)?$/.test(type)) throw new AwsError('InvalidParameterValue', `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`);
  if (type.startsWith('Binary')) {
    if (binary === undefined || binary.length === 0) throw new AwsError('InvalidParameterValue', `The message attribute '${name}' must contain a non-empty message attribute value.`);
    return { type, binary: Buffer.from(binary).toString('base64') };
  }
  if (text === undefined || text === '') throw new AwsError('InvalidParameterValue', `The message attribute '${name}' must contain a non-empty message attribute value.`);
  return { type, text };
}

/** The attributes that a receiver asked for by name, by prefix (`app.*`) or all of them (`All`, `.*`). */
export function pickAttributes(attributes: Message['attributes'], wanted: readonly string[] = []): Message['attributes'] {
  const isWanted = (name: string) => wanted.some((want) => want === 'All' || want === '.*' || want === name || (want.endsWith('.*') && name.startsWith(want.slice(0, -1))));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}

/** Bytes that count against the limit: body and attributes. */
export function sizeOf(body: string, attributes: Message['attributes']): number {
  const bytes = (text: string) => Buffer.byteLength(text, 'utf8');
  const ofAttribute = ({ type, text, binary = '' }: StoredAttribute) => bytes(type) + (text === undefined ? Buffer.from(binary, 'base64').length : bytes(text));
  return bytes(body) + Object.entries(attributes).reduce((sum, [name, value]) => sum + bytes(name) + ofAttribute(value), 0);
}

/** Throws `InvalidMessageContents` for characters that SQS refuses: all but tab, newline, return and U+0020 to U+FFFD, U+10000 to U+10FFFF. */
export function checkBody(body: string): void {
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(body)) throw new AwsError('InvalidMessageContents', 'Invalid characters found. Valid characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.');
}
