import type { Attribute } from '../../model/model';
import type { Difference } from '../change';
import { sortedByKey } from '../default-attributes';

/** Only the desired keys count: what is not stated is left alone, and is never set back (LBC's behaviour §5.5). */
export function compareAttributes(desired: readonly Attribute[], observed: readonly Attribute[] | undefined): Difference[] {
  const seen = new Map((observed ?? []).map(({ key, value }) => [key, value]));
  const set = sortedByKey(desired).filter(({ key, value }) => seen.get(key) !== value);
  if (set.length === 0) return [];
  return [{ kind: 'attributes', from: set.flatMap(({ key }) => (seen.has(key) ? [{ key, value: seen.get(key) ?? '' }] : [])), set }];
}
