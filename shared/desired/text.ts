/** White space as Go's `strings.TrimSpace` knows it: NEL counts, the byte order mark does not. */
const GO_SPACE = '(?:(?!\\uFEFF)[\\s\\u0085])+';
const AT_START = new RegExp(`^${GO_SPACE}`, 'u');
const AT_END = new RegExp(`${GO_SPACE}$`, 'u');

/** The text without white space at both ends. */
export function trimSpace(text: string): string {
  return text.replace(AT_START, '').replace(AT_END, '');
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
