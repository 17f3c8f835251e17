const DECIMAL = /^[+-]?[0-9]+$/;

/** Go's `strconv.ParseInt(raw, 10, bits)`: decimal with an optional sign, leading zeros allowed, in range. Undefined for anything else. */
export function parseInteger(raw: string, bits: 32 | 64): bigint | undefined {
  if (!DECIMAL.test(raw)) return undefined;
  const value = BigInt(raw.startsWith('+') ? raw.slice(1) : raw);
  return BigInt.asIntN(bits, value) === value ? value : undefined;
}

/** A signed 32-bit number in decimal; undefined for anything else. */
export function parseInt32(raw: string): number | undefined {
  const value = parseInteger(raw, 32);
  return value === undefined ? undefined : Number(value);
}
