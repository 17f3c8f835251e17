/** The text without white space at both ends. In one go over them: a pattern at the end would try every blank inside a long text. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charAt(start))) start += 1;
  while (end > start && isSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** White space as Go's `strings.TrimSpace` knows it: NEL counts, the byte order mark does not. */
function isSpace(character: string): boolean {
  return /[\s\u0085]/.test(character) && character !== '\uFEFF';
}

/** Order of two texts by their UTF-8 bytes, as Go sorts. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A copy in the order of UTF-8 bytes. */
export function sortedText(texts: Iterable<string>): string[] {
  return [...texts].sort(compareText);
}

/** A value as a person should see it in a message: quoted, and cut where it is very long. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
}

/** `one, two or three`. */
export function oneOf(values: readonly string[]): string {
  const quoted = values.map(quote);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
}
