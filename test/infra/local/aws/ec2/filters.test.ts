import { describe, expect, it } from 'vitest';
import { applyFilters, type Filterable } from '../../../../../infra/local/aws/ec2/filters';
import { codeOf } from '../code-of';

interface Thing {
  readonly name: string;
  readonly size: number;
  readonly zones: readonly string[];
  readonly tags: { Key: string; Value: string }[];
}

const thing = (name: string, size: number, tags: Record<string, string> = {}): Thing => ({ name, size, zones: [`${name}-a`, `${name}-b`], tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
const things = [thing('web', 1, { role: '1', team: '' }), thing('wob', 2, { role: '' }), thing('a*b', 10), thing('a.b', 10, { Role: '1' })];
const on: Filterable<Thing> = { fields: { name: (one) => one.name, size: (one) => one.size, zone: (one) => one.zones }, tags: (one) => one.tags };
const names = (...filters: [string, ...string[]][]) => applyFilters(things, filters.map(([Name, ...Values]) => ({ Name, Values })), on).map((one) => one.name);

describe('applyFilters', () => {
  it.each<[string, [string, ...string[]][], string[]]>([
    ['matches a value', [['name', 'web']], ['web']],
    ['takes any of several values', [['name', 'web', 'wob']], ['web', 'wob']],
    ['takes all of several filters', [['name', 'w*'], ['size', '2']], ['wob']],
    ['reads numbers as text', [['size', '10']], ['a*b', 'a.b']],
    ['matches one of several values of an item', [['zone', 'web-b']], ['web']],
    ['knows * as any characters, also none', [['name', 'web*']], ['web']],
    ['knows ? as one character', [['name', 'w?b']], ['web', 'wob']],
    ['knows ? as no character', [['name', 'web?']], ['web']],
    ['takes an escaped * as it is', [['name', 'a\\*b']], ['a*b']],
    ['takes a dot as a dot', [['name', 'a.b']], ['a.b']],
    ['looks at upper and lower case', [['name', 'WEB']], []],
    ['matches the whole value', [['name', 'we']], []],
    ['matches a tag by key and value', [['tag:role', '1']], ['web']],
    ['matches the empty value of a tag', [['tag:role', '', '1']], ['web', 'wob']],
    ['looks at the case of a tag key', [['tag:Role', '1']], ['a.b']],
    ['matches a tag key', [['tag-key', 'team']], ['web']],
    ['matches tag keys by wildcard', [['tag-key', '?ole']], ['web', 'wob', 'a.b']],
  ])('%s', (_, filters, expected) => expect(names(...filters)).toEqual(expected));

  it('answers everything without filters', () => expect(applyFilters(things, undefined, on)).toEqual(things));

  it.each<[string, { Name?: string; Values?: string[] }[], string]>([
    ['an unknown name', [{ Name: 'nome', Values: ['x'] }], 'InvalidParameterValue'],
    ['a name of the prototype', [{ Name: 'toString', Values: ['x'] }], 'InvalidParameterValue'],
    ['a tag filter without a key', [{ Name: 'tag:', Values: ['x'] }], 'InvalidParameterValue'],
    ['no name', [{ Values: ['x'] }], 'InvalidParameterValue'],
    ['no values', [{ Name: 'name', Values: [] }], 'InvalidParameterValue'],
    ['201 values', [{ Name: 'name', Values: Array.from({ length: 201 }, String) }], 'FilterLimitExceeded'],
  ])('refuses %s', async (_, filters, code) => expect(await codeOf(() => applyFilters(things, filters, on))).toBe(code));

  it('refuses tag filters where there are no tags', async () => {
    expect(await codeOf(() => applyFilters(things, [{ Name: 'tag:x', Values: ['y'] }], { fields: on.fields }))).toBe('InvalidParameterValue');
  });
});
