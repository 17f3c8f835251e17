import { oneOf, quote } from '../text';
import { refuse } from '../refusal';
import type { AnnotationRow, AnnotationTable, ValueOf } from './annotation-row';
import { parseBool } from './parse-bool';
import { parseInt32 } from './parse-integer';
import { parseList } from './parse-list';
import { parseMap } from './parse-map';

/** Reads annotations by their name in a table. Undefined: it is not there; an empty value is there. Refuses what its row does not allow. */
export interface AnnotationReader<Table extends AnnotationTable> {
  <Name extends keyof Table & string>(name: Name, member?: string): ValueOf<Table[Name]> | undefined;
  /** The value as it was written. */
  readonly raw: (name: keyof Table & string, member?: string) => string | undefined;
  /** The full key, for messages. */
  readonly key: (name: keyof Table & string, member?: string) => string;
}

export interface AnnotationSource<Table extends AnnotationTable> {
  readonly prefix: string;
  readonly table: Table;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** A reader of one object's annotations. Values are read when they are asked for, so the first mistake in the order of building is the one reported. */
export function annotationReader<const Table extends AnnotationTable>(source: AnnotationSource<Table>): AnnotationReader<Table> {
  const annotations = new Map(Object.entries(source.annotations ?? {}));
  const rowOf = (name: keyof Table & string): AnnotationRow => source.table[name] as AnnotationRow;
  const key = (name: keyof Table & string, member?: string): string => annotationKey(source.prefix, rowOf(name), member);
  const read = <Name extends keyof Table & string>(name: Name, member?: string): ValueOf<Table[Name]> | undefined => {
    const raw = annotations.get(key(name, member));
    return raw === undefined ? undefined : (parseValue(rowOf(name), key(name, member), raw) as ValueOf<Table[Name]>);
  };
  return Object.assign(read, { key, raw: (name: keyof Table & string, member?: string) => annotations.get(key(name, member)) });
}

/** The full key of an annotation; `member` is the last part of a family (`443`, `TCP-443`). */
export function annotationKey(prefix: string, row: AnnotationRow, member = ''): string {
  return `${prefix}/${row.suffix.replace(/<.*$/, member)}`;
}

function parseValue(row: AnnotationRow, key: string, raw: string): unknown {
  switch (row.kind) {
    case 'text':
    case 'json':
      return raw;
    case 'list':
      return parseList(raw);
    case 'choice':
      return parseChoice(row, key, raw);
    case 'bool':
      return parseBool(raw) ?? (row.lenient ? undefined : refuse('MalformedBool', `annotation ${key} must be true or false, got ${quote(raw)}; write true or false`));
    case 'int32':
      return parseInt32(raw) ?? refuse('MalformedNumber', `annotation ${key} must be a whole number in decimal, like ${row.example}, got ${quote(raw)}; correct it or remove the annotation`);
    default:
      return parseMap(raw) ?? refuse('MalformedMap', `annotation ${key} must be pairs like ${row.example}, got ${quote(raw)}; every item needs a key and an equals sign, and a comma inside a value is written \\,`);
  }
}

function parseChoice(row: AnnotationRow, key: string, raw: string): string {
  const values = row.values ?? [];
  const wanted = row.anyCase ? raw.toUpperCase() : raw;
  const found = values.find((value) => value === wanted);
  return found ?? refuse(row.code ?? 'IgnoredAnnotationValue', `annotation ${key} must be ${oneOf(values)}${row.anyCase ? '' : ' (exactly so)'}, got ${quote(raw)}; correct it or remove the annotation`);
}
