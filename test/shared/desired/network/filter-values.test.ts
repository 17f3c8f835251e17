import { describe, expect, it } from 'vitest';
import { matchesFilter } from '../../../../shared/desired/network/filter-values';

describe('matchesFilter', () => {
  it.each([
    ['twin', 'twin'],
    ['twin', 'tw*'],
    ['twin', '*'],
    ['twin', '**in'],
    ['twin', 't?in'],
    ['twin', '*w*n*'],
    ['abcabd', 'a*bd'],
    ['', '*'],
    ['a*b', 'a\\*b'],
    ['a?b', 'a\\?b'],
    ['a\\b', 'a\\\\b'],
    ['a\\', 'a\\'],
    ['a.b', 'a.b'],
    ['💥!', '?!'],
    ['two\nlines', 'two*'],
  ])('finds %j by %j', (value, filter) => expect(matchesFilter(value, filter)).toBe(true));

  it.each([
    ['twin', 'Twin'],
    ['twin', 'tw'],
    ['twin', '?'],
    ['', '?'],
    ['twin', ''],
    ['axb', 'a\\*b'],
    ['axb', 'a.b?'],
    ['axb', 'a[x]b'],
    ['aab', '*a?c'],
  ])('does not find %j by %j', (value, filter) => expect(matchesFilter(value, filter)).toBe(false));

  it('takes many stars in its stride', () => {
    const start = performance.now();
    expect(matchesFilter('a'.repeat(255), `${'*a'.repeat(40)}*b`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1500);
  });
});
