import { metadataOnly } from '../api/list-objects';
import type { Kind } from '../kinds/kind';
import type { KubeObject } from '../kube-object';
import { corePrinters } from './core-printers';
import { customPrinter } from './custom-printer';
import { groupPrinters, plainPrinter } from './group-printers';
import type { Printer } from './printer';

/** How much of each object a table carries along: `Metadata` unless asked. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** What a table is made of. */
export interface TableContent {
  readonly objects: readonly KubeObject[];
  readonly metadata: object;
  readonly now: number;
  readonly include: IncludeObject;
  /** The later events of a watch carry no column definitions. */
  readonly withColumns?: boolean;
}

/** The `meta.k8s.io/v1 Table` that `kubectl get` asks for. `now` in milliseconds. */
export function tableOf(kind: Kind, { objects, metadata, now, include, withColumns = true }: TableContent): object {
  const { columns, cells } = printerOf(kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns ? columns : null,
    rows: objects.map((object) => ({ cells: cells(kind.conversion?.toStored(object) ?? object, now), ...rowObject(object, include) })),
  };
}

function printerOf(kind: Kind): Printer {
  if (kind.custom !== undefined) return customPrinter(kind.custom);
  return corePrinters[kind.storedAs] ?? groupPrinters[kind.storedAs] ?? plainPrinter;
}

function rowObject(object: KubeObject, include: IncludeObject): object {
  if (include === 'None') return {};
  return { object: include === 'Object' ? object : metadataOnly(object) };
}
