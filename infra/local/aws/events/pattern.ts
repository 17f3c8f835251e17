import ipaddr from 'ipaddr.js';

/** Why a pattern is refused; the caller answers `InvalidEventPatternException`. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** Whether an event (or a part of it) fits. */
export type Matcher = (value: unknown) => boolean;

/** Where in the pattern we are, for messages. */
type Path = readonly string[];

/**
 * Compiles an event pattern. AWS: "Amazon EventBridge event patterns" and "Comparison operators for use in event patterns": exact values, null, exists,
 * prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, cidr, `$or`. A list in the event fits if one of its values does. Throws PatternError.
 */
export function compilePattern(text: string): Matcher {
  return compileObject(parsePattern(text), []);
}

function parsePattern(text: string): Record<string, unknown> {
  try {
    const pattern: unknown = JSON.parse(text);
    if (isObject(pattern) && Object.keys(pattern).length > 0) return pattern;
  } catch {
    throw new PatternError('Event pattern is not valid. Reason: it is not valid JSON');
  }
  throw new PatternError('Event pattern is not valid. Reason: Event pattern must be a non-empty JSON object');
}

function compileObject(pattern: Readonly<Record<string, unknown>>, path: Path): Matcher {
  const fields = Object.entries(pattern).map(([name, wanted]) => (name === '$or' ? compileOr(wanted, path) : compileField(name, wanted, [...path, name])));
  return (event) => fields.every((fits) => fits(event));
}

function compileOr(alternatives: unknown, path: Path): Matcher {
  if (!Array.isArray(alternatives) || alternatives.length < 2 || !alternatives.every(isObject)) throw refusal(path, '"$or" must be an array of at least two objects');
  const matchers = alternatives.map((alternative) => compileObject(alternative, path));
  return (event) => matchers.some((fits) => fits(event));
}

function compileField(name: string, wanted: unknown, path: Path): Matcher {
  const below = (fits: Matcher) => (event: unknown) => candidates(event).some((candidate) => fits(isObject(candidate) ? candidate[name] : undefined));
  if (isObject(wanted)) {
    if (Object.keys(wanted).length === 0) throw refusal(path, 'Empty objects are not allowed');
    const fits = compileObject(wanted, path);
    return below((value) => fits(value));
  }
  if (!Array.isArray(wanted)) throw refusal(path, 'must be an object or an array');
  if (wanted.length === 0) throw refusal(path, 'Empty arrays are not allowed');
  const matchers = wanted.map((value: unknown) => compileValue(value, path));
  return below((value) => matchers.some((fits) => fits(value)));
}

/** A list of objects in the event fits if one of them does. */
function candidates(event: unknown): readonly unknown[] {
  return Array.isArray(event) ? event : [event];
}

/** One entry of the list of wanted values. Absence is only seen by `exists` and `anything-but` never fits it. */
function compileValue(wanted: unknown, path: Path): Matcher {
  if (!isObject(wanted)) {
    if (Array.isArray(wanted)) throw refusal(path, 'Arrays inside of arrays are not allowed');
    return anyOf((value) => value === wanted);
  }
  const [[operator, operand], ...more] = Object.entries(wanted) as [[string, unknown], ...[string, unknown][]];
  if (operator === undefined || more.length > 0) throw refusal(path, 'Only one key allowed in match expression');
  if (operator === 'exists') return compileExists(operand, path);
  return anyOf(compileComparison(operator, operand, path));
}

/** Fits if the value, or one member of a list, does. */
function anyOf(fits: Matcher): Matcher {
  return (value) => value !== undefined && (Array.isArray(value) ? value.some(fits) : fits(value));
}

function compileExists(operand: unknown, path: Path): Matcher {
  if (typeof operand !== 'boolean') throw refusal(path, 'exists match pattern must be either true or false.');
  // Only leaves exist: an object is not one, and an empty list holds none. AWS: "Exists matching works only on leaf nodes".
  const exists = (value: unknown) => value !== undefined && !isObject(value) && !(Array.isArray(value) && value.length === 0);
  return (value) => exists(value) === operand;
}

function compileComparison(operator: string, operand: unknown, path: Path): Matcher {
  switch (operator) {
    case 'prefix':
      return compileEdge(operator, operand, path);
    case 'suffix':
      return compileEdge(operator, operand, path);
    case 'equals-ignore-case':
      return onText((text) => text.toLowerCase() === asText(operator, operand, path).toLowerCase());
    case 'wildcard':
      return compileWildcard(asText(operator, operand, path), path);
    case 'anything-but':
      return compileAnythingBut(operand, path);
    case 'numeric':
      return compileNumeric(operand, path);
    case 'cidr':
      return compileCidr(asText(operator, operand, path), path);
    default:
      throw refusal(path, `Unrecognized match type ${operator}`);
  }
}

/** `prefix` and `suffix` of a text, with case or without. */
function compileEdge(operator: 'prefix' | 'suffix', operand: unknown, path: Path): Matcher {
  const ignoresCase = isObject(operand);
  const folded = (text: string) => (ignoresCase ? text.toLowerCase() : text);
  const edge = folded(asText(operator, ignoresCase ? operand['equals-ignore-case'] : operand, path));
  return onText((text) => (operator === 'prefix' ? folded(text).startsWith(edge) : folded(text).endsWith(edge)));
}

function compileWildcard(glob: string, path: Path): Matcher {
  if (glob.includes('**')) throw refusal(path, 'Consecutive wildcard characters are not allowed');
  // A backslash makes a star or a backslash an ordinary character.
  const source = glob.replaceAll(/\\([*\\])|[*]|[.+?^${}()|[\]\\]/g, (found, escaped: string | undefined) => (escaped !== undefined ? `\\${escaped}` : found === '*' ? '.*' : `\\${found}`));
  const expression = new RegExp(`^${source}$`, 's');
  return onText((text) => expression.test(text));
}

/** The one operator that fits what its operand does not. A list of values, or one more comparison. */
function compileAnythingBut(operand: unknown, path: Path): Matcher {
  if (!isObject(operand)) {
    const unwanted: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
    if (unwanted.length === 0 || !unwanted.every((value) => typeof value === 'string' || typeof value === 'number')) throw refusal(path, 'anything-but must hold texts or numbers');
    const values = new Set<unknown>(unwanted);
    return (value) => !values.has(value);
  }
  const [[operator, inner] = ['', undefined]] = Object.entries(operand);
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator)) throw refusal(path, `Unsupported anything-but pattern: ${operator}`);
  const matchers = (Array.isArray(inner) ? inner : [inner]).map((one: unknown) => compileComparison(operator, one, path));
  return (value) => !matchers.some((fits) => fits(value));
}

const RELATIONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** `["=", 5]`, `[">", 0, "<=", 5]`. */
function compileNumeric(operand: unknown, path: Path): Matcher {
  if (!Array.isArray(operand) || ![2, 4].includes(operand.length)) throw refusal(path, 'Value of numeric must be an array of one or two comparisons');
  const comparisons = Array.from({ length: operand.length / 2 }, (_, index) => {
    const [relation, bound] = operand.slice(2 * index, 2 * index + 2) as unknown[];
    const holds = typeof relation === 'string' ? RELATIONS[relation] : undefined;
    if (holds === undefined || typeof bound !== 'number') throw refusal(path, 'Unrecognized numeric range operator or bound');
    return (value: number) => holds(value, bound);
  });
  return (value) => typeof value === 'number' && comparisons.every((holds) => holds(value));
}

function compileCidr(cidr: string, path: Path): Matcher {
  if (!ipaddr.isValidCIDR(cidr)) throw refusal(path, `Malformed CIDR ${cidr}`);
  const range = ipaddr.parseCIDR(cidr);
  return onText((text) => ipaddr.isValid(text) && ipaddr.parse(text).kind() === range[0].kind() && ipaddr.parse(text).match(range));
}

function onText(fits: (text: string) => boolean): Matcher {
  return (value) => typeof value === 'string' && fits(value);
}

function asText(operator: string, operand: unknown, path: Path): string {
  if (typeof operand !== 'string') throw refusal(path, `${operator} match pattern must be a string`);
  return operand;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(path: Path, reason: string): PatternError {
  return new PatternError(`Event pattern is not valid. Reason: ${reason} at ${path.length === 0 ? 'the top' : path.join('.')}`);
}
