import type { ReasonCode } from '../reasons';

/** How the value of an annotation is read. */
export type AnnotationKind = 'text' | 'choice' | 'bool' | 'int32' | 'list' | 'map' | 'json';

/** One annotation: parsing, validation and the reference page come from this row alone. */
export interface AnnotationRow {
  /** Behind the prefix. A family ends in `.` and a part in angle brackets: `….<port>`. */
  readonly suffix: string;
  readonly kind: AnnotationKind;
  /** The values of a choice. */
  readonly values?: readonly string[];
  /** Whether a choice is compared without regard to case. */
  readonly anyCase?: boolean;
  /** Whether a value that cannot be read counts as absent, with a warning. */
  readonly lenient?: boolean;
  /** The reason when a choice is none of the values. */
  readonly code?: ReasonCode;
  /** What it changes. */
  readonly appliesTo: 'Service' | 'Load balancer' | 'Subnets and addresses' | 'Security groups' | 'Listeners' | 'Target groups' | 'Health checks' | 'TargetGroupBindings' | 'Tags';
  /** What holds without it, as a reader should see it. */
  readonly default: string;
  readonly meaning: string;
  readonly example: string;
}

export type AnnotationTable = Readonly<Record<string, AnnotationRow>>;

/** What reading a row gives. */
export type ValueOf<Row extends AnnotationRow> = Row extends { readonly kind: 'choice'; readonly values: readonly (infer Value)[] }
  ? Value
  : { text: string; choice: string; bool: boolean; int32: number; list: string[]; map: ReadonlyMap<string, string>; json: string }[Row['kind']];
