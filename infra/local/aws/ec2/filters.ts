import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { AwsError } from '../operation';

type Value = string | number | boolean | undefined;

/** What a filter name reads from an item: one value or several, of which one must match. */
export type Fields<T> = Readonly<Record<string, (item: T) => Value | readonly Value[]>>;

/** How the items of one Describe call are filtered. Without `tags` the kind has none and `tag:` is refused. */
export interface Filterable<T> {
  readonly fields: Fields<T>;
  readonly tags?: (item: T) => readonly Tag[] | undefined;
}

/** AWS: "Filter your Amazon EC2 resources": at most 200 values in one call. */
const MOST_VALUES = 200;

/**
 * The items that match every filter (of a filter's values one is enough). `*` and `?` are wildcards, a backslash makes them plain.
 * Throws `InvalidParameterValue` for a name that the call does not know and `FilterLimitExceeded` for more than 200 values.
 */
export function applyFilters<T>(items: readonly T[], filters: readonly Filter[] | undefined, on: Filterable<T>): T[] {
  const count = (filters ?? []).reduce((sum, filter) => sum + (filter.Values?.length ?? 0), 0);
  if (count > MOST_VALUES) throw new AwsError('FilterLimitExceeded', `The maximum number of filter values specified on a single call is ${MOST_VALUES}`);
  const tests = (filters ?? []).map((filter) => makeTest(filter, on));
  return items.filter((item) => tests.every((test) => test(item)));
}

function makeTest<T>(filter: Filter, on: Filterable<T>): (item: T) => boolean {
  const name = filter.Name ?? '';
  const read = readerOf(name, on);
  if (read === undefined) throw new AwsError('InvalidParameterValue', `The filter '${filter.Name ?? 'null'}' is invalid`);
  if (filter.Values === undefined || filter.Values.length === 0) throw new AwsError('InvalidParameterValue', `The filter '${name}' has no values`);
  const patterns = filter.Values.map(makePattern);
  return (item) => {
    const values = read(item);
    const list: readonly Value[] = Array.isArray(values) ? values : [values as Value];
    return list.some((value) => value !== undefined && patterns.some((pattern) => pattern.test(String(value))));
  };
}

function readerOf<T>(name: string, { fields, tags }: Filterable<T>): ((item: T) => Value | readonly Value[]) | undefined {
  if (Object.hasOwn(fields, name)) return fields[name];
  if (tags === undefined) return undefined;
  if (name === 'tag-key') return (item) => (tags(item) ?? []).map((tag) => tag.Key);
  if (!name.startsWith('tag:') || name === 'tag:') return undefined;
  const key = name.slice('tag:'.length);
  return (item) => (tags(item) ?? []).filter((tag) => tag.Key === key).map((tag) => tag.Value ?? '');
}

/** AWS: "An asterisk (*) matches zero or more characters, and a question mark (?) matches zero or one character." */
function makePattern(value: string): RegExp {
  const source = value.replace(/\\([*?\\])|([*?])|([.+^${}()|[\]\\/])/g, (_, escaped?: string, wildcard?: string, plain?: string) => {
    if (wildcard !== undefined) return wildcard === '*' ? '.*' : '.?';
    return `\\${escaped ?? plain}`;
  });
  return new RegExp(`^${source}$`, 's');
}
