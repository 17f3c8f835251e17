/** A parsed YAML or JSON value. */
export type Plain = null | boolean | number | string | readonly Plain[] | PlainObject;
export interface PlainObject {
  readonly [key: string]: Plain | undefined;
}

/** Whether a value is an object with keys, not a list. */
export function isPlainObject(value: Plain | undefined): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `over` on top of `under`: objects key by key, everything else (lists too) replaced whole. */
export function mergeDeeply(under: Plain | undefined, over: Plain | undefined): Plain | undefined {
  if (over === undefined) return under;
  if (!isPlainObject(under) || !isPlainObject(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, mergeDeeply(under[key], over[key])]));
}
