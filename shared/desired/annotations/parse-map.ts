import { trimSpace } from '../text';

/**
 * `k=v,k2=v2` (LBC's behaviour §0.1 and §A.1): a backslash makes the next character literal; a comma ends a pair only if an equals sign
 * follows somewhere; a trailing comma belongs to the last value; of equal keys the last wins. Undefined where it is no map.
 */
export function parseMap(raw: string): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const item of splitPairs(raw)) {
    const equals = item.indexOf('=');
    const key = trimSpace(item.slice(0, Math.max(equals, 0)));
    if (key === '') return undefined;
    pairs.set(key, trimSpace(item.slice(equals + 1)));
  }
  return pairs;
}

function splitPairs(raw: string): string[] {
  const items: string[] = [];
  // What stands behind a comma is known from both ends, without looking at it anew for each.
  const lastEquals = raw.lastIndexOf('=');
  const end = trimSpace(`|${raw}`).length - 1;
  let item = '';
  for (let at = 0; at < raw.length; at += 1) {
    const character = raw.charAt(at);
    if (character === '\\' && at + 1 < raw.length) {
      at += 1;
      item += raw.charAt(at);
      continue;
    }
    if (character !== ',') {
      item += character;
      continue;
    }
    if (at + 1 >= end) {
      item += ',';
      continue;
    }
    items.push(trimSpace(item));
    // Without another equals sign the rest is one item, which then has no key.
    if (lastEquals < at) return [...items, trimSpace(raw.slice(at + 1))];
    item = '';
  }
  return item === '' ? items : [...items, trimSpace(item)];
}
