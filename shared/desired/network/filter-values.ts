const ANY = Symbol('any text');
const ONE = Symbol('any one character');

/** Whether a value is one that EC2's filter value means: `*` is any text, `?` any one character, a backslash takes the next character as it is. */
export function matchesFilter(value: string, filter: string): boolean {
  const characters = Array.from(value);
  const parts = filterParts(filter);
  let at = 0;
  let part = 0;
  // The last star and where its text ends: no earlier one has to be tried again, so that many stars cost no more than one.
  let star = -1;
  let starEnd = 0;
  while (at < characters.length) {
    const wanted = parts[part];
    if (wanted === ANY) {
      [star, starEnd] = [part, at];
      part += 1;
    } else if (wanted === ONE || wanted === characters[at]) {
      at += 1;
      part += 1;
    } else if (star >= 0) {
      starEnd += 1;
      [at, part] = [starEnd, star + 1];
    } else {
      return false;
    }
  }
  return parts.slice(part).every((rest) => rest === ANY);
}

function filterParts(filter: string): (string | symbol)[] {
  return [...filter.matchAll(/\\(?<escaped>[\s\S])|[\s\S]/gu)].map(([character, escaped]) => {
    if (escaped !== undefined) return escaped;
    if (character === '*') return ANY;
    return character === '?' ? ONE : character;
  });
}
