import type { AnnotationTable } from './annotation-row';
import { annotationKey } from './read-annotation';
import type { AnnotationSource } from './read-annotation';

/** An annotation that is not known, and the one that was probably meant. */
export interface NearMiss {
  readonly key: string;
  readonly meant: string;
}

/** More edits than these make another word. */
const MAX_EDITS = 2;

/** Unknown annotations under a prefix that look like known ones: a typing mistake, another case, a lost part of a family. */
export function nearMisses<Table extends AnnotationTable>({ prefix, table, annotations }: AnnotationSource<Table>): NearMiss[] {
  const rows = Object.values(table);
  return Object.keys(annotations ?? {})
    .filter((key) => key.startsWith(`${prefix}/`) && !rows.some((row) => isOfRow(key, annotationKey(prefix, row), row.suffix)))
    .flatMap((key) => {
      const meant = rows.map((row) => annotationKey(prefix, row)).find((known) => isNear(key, known));
      return meant === undefined ? [] : [{ key, meant: meant.endsWith('.') ? `${meant}…` : meant }];
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function isOfRow(key: string, known: string, suffix: string): boolean {
  return suffix.includes('<') ? key.startsWith(known) : key === known;
}

function isNear(key: string, known: string): boolean {
  const written = known.endsWith('.') ? key.slice(0, Math.max(key.lastIndexOf('.') + 1, 0)) : key;
  return written !== '' && distance(written.toLowerCase(), known.toLowerCase()) <= MAX_EDITS;
}

/** Levenshtein's distance, given up where it is certainly too large. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_EDITS) return MAX_EDITS + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      line.push(Math.min(change, (previous[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    previous = line;
  }
  return previous[b.length] ?? MAX_EDITS + 1;
}
