import { assertInRange, validationError } from './refusals';

/**
 * One page of a list, in the way of all ELBv2 Describe calls: 400 at most, the marker opaque. `key` finds the place again when something before it was
 * deleted. Throws for a marker that none of ours is.
 */
export function page<T>(items: readonly T[], { Marker, PageSize }: { Marker?: string | undefined; PageSize?: number | undefined }, key: (item: T) => string): { items: T[]; NextMarker?: string } {
  assertInRange(PageSize, { min: 1, max: 400 }, 'PageSize');
  const start = Marker === undefined || Marker === '' ? 0 : startOf(Marker, items.map(key));
  const end = start + (PageSize ?? 400);
  const next = items[end];
  return { items: items.slice(start, end), ...(next !== undefined && { NextMarker: Buffer.from(`at:${end}:${key(next)}`).toString('base64url') }) };
}

function startOf(marker: string, keys: readonly string[]): number {
  const [, offset, first = ''] = /^at:(\d+):(.*)$/s.exec(Buffer.from(marker, 'base64url').toString()) ?? [];
  if (offset === undefined) throw validationError(`Invalid marker '${marker}'`);
  const found = keys.indexOf(first);
  return found < 0 ? Number(offset) : found;
}
