import type { CustomKind } from '../kinds/kind';
import type { KubeObject } from '../kube-object';
import { asText, isFields } from '../kube-object';
import { formatDuration } from './duration';
import type { Printer } from './printer';
import { columns } from './printer';

/** The table of a custom resource: its name and what its CRD's `additionalPrinterColumns` point at. */
export function customPrinter({ columns: custom }: CustomKind): Printer {
  return {
    columns: [...columns('Name'), ...custom.map(({ jsonPath: _path, ...column }) => ({ ...column, format: column.format ?? '', description: column.description ?? '' }))],
    cells: (object, now) => [object.metadata.name, ...custom.map(({ jsonPath, type }) => cell(valuesAt(object, jsonPath), type, now))],
  };
}

function cell(values: readonly unknown[], type: string, now: number): unknown {
  const [value] = values;
  if (value === undefined || value === null) return type === 'date' ? '<unknown>' : null;
  if (type === 'date') return formatDuration(now - Date.parse(asText(value)));
  if (type !== 'string') return value;
  return values.map(asText).join(',');
}

/** The values at a simple JSON path: `.spec.serviceRef.name`, `.items[0].x`, `.list[*].x`, `.conditions[?(@.type=="Ready")].status`. */
export function valuesAt(object: KubeObject, path: string): unknown[] {
  const steps = path.match(/\.[^.[\]]+|\[[^\]]*\]|\['[^']*'\]/g) ?? [];
  return steps.reduce<unknown[]>((values, step) => values.flatMap((value) => next(value, step)), [object]);
}

function next(value: unknown, step: string): unknown[] {
  if (step.startsWith('.')) return isFields(value) && step.slice(1) in value ? [value[step.slice(1)]] : [];
  const inside = step.slice(1, -1);
  const filter = /^\?\(@\.([^=!\s]+)\s*==\s*['"]([^'"]*)['"]\)$/.exec(inside);
  if (inside.startsWith("'")) return isFields(value) ? [value[inside.slice(1, -1)]] : [];
  if (!Array.isArray(value)) return [];
  if (inside === '*') return value;
  if (filter !== null) return value.filter((entry) => isFields(entry) && String(entry[filter[1] ?? '']) === filter[2]);
  const entry: unknown = value.at(Number(inside));
  return entry === undefined ? [] : [entry];
}
