import { assertInRange, validationError } from './refusals';

/** One page of a list, in the way of all ELBv2 Describe calls: 400 at most, the marker opaque. Throws for a marker that none of ours is. */
export function page<T>(items: readonly T[], { Marker, PageSize }: { Marker?: string | undefined; PageSize?: number | undefined }): { items: T[]; NextMarker?: string } {
  assertInRange(PageSize, { min: 1, max: 400 }, 'PageSize');
  const start = Marker === undefined || Marker === '' ? 0 : offsetOf(Marker);
  const end = start + (PageSize ?? 400);
  return { items: items.slice(start, end), ...(end < items.length && { NextMarker: Buffer.from(`at:${end}`).toString('base64url') }) };
}

function offsetOf(marker: string): number {
  const [, offset] = /^at:(\d+)$/.exec(Buffer.from(marker, 'base64url').toString()) ?? [];
  if (offset === undefined) throw validationError(`Invalid marker '${marker}'`);
  return Number(offset);
}
