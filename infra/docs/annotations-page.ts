import type { AnnotationRow } from '../../shared/desired/annotations/annotation-row';
import { SERVICE_ANNOTATIONS, SERVICE_PREFIX } from '../../shared/desired/annotations/service-table';
import { GENERATED, markdownTable } from './markdown';

const KINDS: Readonly<Record<AnnotationRow['kind'], string>> = {
  text: 'text',
  choice: 'one of',
  bool: 'bool',
  int32: 'integer',
  list: 'list',
  map: 'map',
  json: 'JSON',
};

const HOW_VALUES_ARE_READ = `
## How values are read

Keys are compared exactly. A value is always a YAML string: write \`"true"\` and \`"80"\` in quotes.

${markdownTable(
  ['Type', 'Written as'],
  [
    ['text', 'as it stands; blanks are not taken away; present but empty counts as present'],
    ['bool', '`true`, `True`, `TRUE`, `t`, `T`, `1` or `false`, `False`, `FALSE`, `f`, `F`, `0`'],
    ['integer', 'decimal, with an optional sign, 32 bits'],
    ['list', 'items between commas; blanks around them and empty items are dropped; there is no escape'],
    ['map', '`key=value,key2=value2`; a backslash takes the next character as it is, so a comma inside a value is `\\,` when another pair follows; of equal keys the last wins'],
    ['JSON', 'field names are compared without regard to case, unknown fields are ignored, numbers are not written as text'],
  ],
)}

A value that cannot be read is answered with an Event on the Service that says what was expected and found ([reasons](../reasons.md)); what exists stays as it is.`;

/** The reference page of all annotations on Services, made from their table alone. */
export function serviceAnnotationsPage(): string {
  const rows: readonly AnnotationRow[] = Object.values(SERVICE_ANNOTATIONS);
  const groups = Map.groupBy(rows, ({ appliesTo }) => appliesTo);
  const sections = [...groups].map(([appliesTo, ofGroup]) => `## ${appliesTo}\n\n${ofGroup.map(section).join('\n\n')}`);
  return `${[GENERATED, '# Annotations on Services', `All keys start with \`${SERVICE_PREFIX}/\`.`, ...sections].join('\n\n')}\n${HOW_VALUES_ARE_READ}\n`;
}

function section(row: AnnotationRow): string {
  return [`### \`${row.suffix}\``, row.meaning, `- Type: ${typeOf(row)}\n- Default: ${row.default}\n- Example: \`${SERVICE_PREFIX}/${exampleKey(row)}: ${JSON.stringify(row.example)}\``].join('\n\n');
}

function typeOf({ kind, values, anyCase }: AnnotationRow): string {
  if (kind !== 'choice') return KINDS[kind];
  return `${KINDS.choice} ${(values ?? []).map((value) => `\`${value}\``).join(', ')}${anyCase ? ' (in any case)' : ''}`;
}

function exampleKey({ suffix }: AnnotationRow): string {
  return suffix.replace('<protocol>', 'TCP').replace('<port>', '443');
}
