import type { Metadata } from '../kube-object';
import type { FieldProblem } from './field-problem';
import { invalidValue, required } from './field-problem';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const RULES = {
  'dns-1123-subdomain': {
    pattern: `${LABEL}(\\.${LABEL})*`,
    limit: 253,
    text: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${LABEL}(\\.${LABEL})*')`,
  },
  'dns-1123-label': {
    pattern: LABEL,
    limit: 63,
    text: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
  },
  'dns-1035-label': {
    pattern: '[a-z]([-a-z0-9]*[a-z0-9])?',
    limit: 63,
    text: `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
  },
  'path-segment': { pattern: '(?!\\.{1,2}$)[^/%]+', limit: 253, text: `may not be '.' or '..' and may not contain '/' or '%'` },
} as const;

/** The grammar that a kind's names follow. */
export type NameRule = keyof typeof RULES;

const QUALIFIED_TEXT = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;
const VALUE_TEXT = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;
const ANNOTATIONS_LIMIT = 262_144;

/** Problems of a name under a rule; none if it is fine. */
export function checkName(name: string, { rule, field }: { rule: NameRule; field: string }): FieldProblem[] {
  const { pattern, limit, text } = RULES[rule];
  if (name.length > limit) return [invalidValue(field, name, `must be no more than ${limit} characters`)];
  return new RegExp(`^(?:${pattern})$`).test(name) ? [] : [invalidValue(field, name, text)];
}

/** Problems of names, labels, annotations and finalizers. */
export function checkMetadata(metadata: Metadata, rule: NameRule): FieldProblem[] {
  if (metadata.name === '') return [required('metadata.name', 'name or generateName is required')];
  return [
    ...checkName(metadata.name, { rule, field: 'metadata.name' }),
    ...checkLabels(metadata.labels ?? {}, 'metadata.labels'),
    ...checkAnnotations(metadata.annotations ?? {}),
    ...(metadata.finalizers ?? []).filter((name) => !isQualified(name)).map((name) => invalidValue('metadata.finalizers', name, QUALIFIED_TEXT)),
  ];
}

/** Problems of a label map. */
export function checkLabels(labels: Record<string, string>, field: string): FieldProblem[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...(isQualified(key) ? [] : [invalidValue(field, key, QUALIFIED_TEXT)]),
    ...(value.length > 63 ? [invalidValue(field, value, 'must be no more than 63 characters')] : []),
    ...(new RegExp(`^(?:${QUALIFIED})?$`).test(value) ? [] : [invalidValue(field, value, VALUE_TEXT)]),
  ]);
}

function checkAnnotations(annotations: Record<string, string>): FieldProblem[] {
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return [
    ...Object.keys(annotations).filter((key) => !isQualified(key.toLowerCase())).map((key) => invalidValue('metadata.annotations', key, QUALIFIED_TEXT)),
    ...(size > ANNOTATIONS_LIMIT ? [{ field: 'metadata.annotations', reason: 'FieldValueTooLong' as const, detail: `may not be more than ${ANNOTATIONS_LIMIT} bytes` }] : []),
  ];
}

function isQualified(key: string): boolean {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2 || name.length > 63 || !new RegExp(`^${QUALIFIED}$`).test(name)) return false;
  return parts.length === 1 || new RegExp(`^${LABEL}(\\.${LABEL})*$`).test(parts[0] ?? '');
}
