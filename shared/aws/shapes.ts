/** How this folder bends the SDK's types: what AWS always answers is not optional, what it accepts may be read-only. */

/** A shape whose named members AWS always answers. */
export type Known<Shape, Member extends keyof Shape> = Omit<Shape, Member> & { readonly [Key in Member]-?: NonNullable<Shape[Key]> };

/** A request as plain data: read-only lists, and text where the SDK lists the words it knew when it was built. */
export type Plain<Shape> = Shape extends string
  ? string
  : Shape extends number | boolean | Date | undefined
    ? Shape
    : Shape extends readonly (infer Item)[]
      ? readonly Plain<Item>[]
      : { readonly [Key in keyof Shape]: Plain<Shape[Key]> };

/** Items with the members that AWS always answers. An answer without one of them is none that we know how to read: an Error. */
export function known<Shape, Member extends keyof Shape & string>(items: readonly Shape[] | undefined, ...members: readonly Member[]): Known<Shape, Member>[] {
  return (items ?? []).map((item) => {
    const missing = members.find((member) => item[member] === undefined);
    if (missing !== undefined) throw new Error(`AWS answered an item without ${missing}, which it always has`);
    return item as Known<Shape, Member>;
  });
}

/** Tags and attributes as AWS lists them, as one object. */
export function byKey(pairs: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): Record<string, string> {
  return Object.fromEntries((pairs ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])));
}

/** The list in parts of at most `size`, in order. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** All pages of a list, in order. `read` gets the marker of the page before, nothing for the first. */
export async function allPages<Item>(read: (marker: string | undefined) => Promise<{ items: Item[] | undefined; next: string | undefined }>): Promise<Item[]> {
  const all: Item[] = [];
  let marker: string | undefined;
  do {
    const page = await read(marker);
    all.push(...(page.items ?? []));
    marker = page.next === '' ? undefined : page.next;
  } while (marker !== undefined);
  return all;
}

/** Pairs as AWS lists them, by key: the same request for the same content. */
export function listed(pairs: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(pairs)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}
