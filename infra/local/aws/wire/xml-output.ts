import type { NormalizedSchema } from '@smithy/core/schema';
import { writeScalar } from './scalar';
import { membersOf } from './schema-members';
import type { OperationSchema, ServiceSchema } from './service-schema';

/**
 * The XML document that answers a Query or EC2 Query request. Throws if the output has a member that the schema does not know: that is a
 * mistake of the service, not of the caller.
 */
export function writeXmlOutput(service: ServiceSchema, operation: OperationSchema, { output, requestId }: { output: unknown; requestId: string }): string {
  const isUnit = operation.output.isUnitSchema();
  const members = isUnit ? '' : writeMembers(operation.output, output ?? {});
  const inner =
    service.protocol === 'ec2'
      ? `${element('requestId', requestId)}${isUnit ? '<return>true</return>' : members}`
      : `<${operation.name}Result>${members}</${operation.name}Result><ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${operation.name}Response xmlns="${service.xmlNamespace ?? ''}">${inner}</${operation.name}Response>`;
}

/** One element with escaped text. */
export function element(name: string, text: string): string {
  return `<${name}>${escapeText(text)}</${name}>`;
}

/** Text that is safe inside an element. Control characters that XML 1.0 cannot carry become U+FFFD; a carriage return must not be normalised away. */
export function escapeText(text: string): string {
  if (!special.test(text)) return text;
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&apos;')
    .replace(/\r/g, '&#13;')
    .replace(unprintable, '\uFFFD');
}

// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
// oxlint-disable-next-line no-control-regex
const special = /[&<>"'\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/;

function writeMembers(schema: NormalizedSchema, value: object): string {
  const members = membersOf(schema);
  return Object.entries(value)
    .map(([name, item]) => {
      const member = members.get(name);
      if (member === undefined) throw new Error(`Output ${schema.getName() ?? ''} has no member ${name}`);
      return writeNamed(member.getMergedTraits().xmlName ?? name, member, item);
    })
    .join('');
}

function writeNamed(name: string, schema: NormalizedSchema, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (schema.isStructSchema()) return `<${name}>${writeMembers(schema, value)}</${name}>`;
  if (schema.isListSchema()) return writeList(name, schema, value as unknown[]);
  if (schema.isMapSchema()) return writeMap(name, schema, value);
  return element(name, writeScalar(value));
}

function writeList(name: string, schema: NormalizedSchema, items: readonly unknown[]): string {
  const member = schema.getValueSchema();
  if (schema.getMergedTraits().xmlFlattened !== undefined) return items.map((item) => writeNamed(name, member, item)).join('');
  const itemName = member.getMergedTraits().xmlName ?? 'member';
  return `<${name}>${items.map((item) => writeNamed(itemName, member, item)).join('')}</${name}>`;
}

function writeMap(name: string, schema: NormalizedSchema, value: object): string {
  const member = schema.getValueSchema();
  const entries = Object.entries(value).map(([key, item]) => `<entry>${element('key', key)}${writeNamed('value', member, item)}</entry>`);
  return `<${name}>${entries.join('')}</${name}>`;
}
