/** One broken rule of one field, worded as the API server words it. */
export interface FieldProblem {
  readonly field: string;
  readonly reason: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueNotSupported' | 'FieldValueDuplicate' | 'FieldValueForbidden' | 'FieldValueTypeInvalid' | 'FieldValueTooLong';
  readonly value?: unknown;
  readonly detail: string;
}

/** A value that must be there is not. */
export function required(field: string, detail = ''): FieldProblem {
  return { field, reason: 'FieldValueRequired', detail };
}

/** A value that cannot be. */
export function invalidValue(field: string, value: unknown, detail: string): FieldProblem {
  return { field, reason: 'FieldValueInvalid', value, detail };
}

/** A value out of a closed list. */
export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): FieldProblem {
  return { field, reason: 'FieldValueNotSupported', value, detail: `supported values: ${supported.map((each) => `"${each}"`).join(', ')}` };
}

/** The same value a second time. */
export function duplicateValue(field: string, value: unknown): FieldProblem {
  return { field, reason: 'FieldValueDuplicate', value, detail: '' };
}

/** A field that may not be set here. */
export function forbiddenValue(field: string, detail: string): FieldProblem {
  return { field, reason: 'FieldValueForbidden', detail };
}

const LABELS: Record<FieldProblem['reason'], string> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueTooLong: 'Too long',
};

/** `spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive` */
export function formatProblem({ field, reason, value, detail }: FieldProblem): string {
  const shown = value === undefined ? [] : [JSON.stringify(value)];
  return [field, LABELS[reason], ...shown, ...(detail === '' ? [] : [detail])].join(': ');
}
