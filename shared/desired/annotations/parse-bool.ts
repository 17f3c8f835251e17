const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Go's `strconv.ParseBool`: twelve spellings, nothing else. Undefined for anything else. */
export function parseBool(raw: string): boolean | undefined {
  if (TRUE.has(raw)) return true;
  return FALSE.has(raw) ? false : undefined;
}
