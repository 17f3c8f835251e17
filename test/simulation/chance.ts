import { seededRandom } from '../../infra/local/seeded-random';

/** Everything that is decided by chance, from one seed. */
export interface Chance {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number in [from, to). */
  between(from: number, to: number): number;
  /** One of them. */
  pick<Item>(items: readonly Item[]): Item;
  /** One of them, by weight. */
  weigh<Item>(items: readonly (readonly [weight: number, item: Item])[]): Item;
  /** True this often. */
  happens(probability: number): boolean;
}

/** A source of chance of its own for each purpose, so that one purpose drawing more does not change what another one draws. */
export function chanceOf(seed: number, purpose: string): Chance {
  const next = seededRandom(hash(`${seed}/${purpose}`));
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from));
  const pick = <Item>(items: readonly Item[]) => {
    if (items.length === 0) throw new Error('expected something to pick from, found nothing');
    return items[between(0, items.length)] as Item;
  };
  return {
    next,
    between,
    pick,
    weigh(items) {
      let left = next() * items.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      return pick(items)[1];
    },
    happens: (probability) => next() < probability,
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
