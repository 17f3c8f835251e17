import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterOf, formatKey, isKey, laneOf, parseKey } from '../../../shared/contract/keys';
import { aKey } from './keys';

describe('keys', () => {
  it('are read as they were written', () => {
    fc.assert(fc.property(aKey, (key) => { expect(parseKey(formatKey(key))).toEqual(key); }));
  });

  it('never share a text', () => {
    fc.assert(fc.property(aKey, aKey, (one, other) => { expect(formatKey(one) === formatKey(other)).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))); }));
  });

  it.each(['', 'svc', 'svc#c1', 'svc#c1#web', 'svc#c1#/web', 'svc#c1#default/', 'svc#C1#default/web', 'svc#c1#default/web/x', 'tg#c1#default', 'sg#vpc-0a', 'backend#c1#sg-0a', 'xyz#c1#a/b', ' svc#c1#a/b', 'svc#c1#a/b\n'])(
    'are not %j',
    (text) => {
      expect(isKey(text)).toBe(false);
      expect(() => parseKey(text)).toThrow('not a key');
    },
  );

  it.each([
    ['svc#c1#default/web', 'c1', 'workflow'],
    ['ing#c1#group', 'c1', 'workflow'],
    ['ing#c1#default/web', 'c1', 'workflow'],
    ['gw#c1#default/web', 'c1', 'workflow'],
    ['tg#c1#default/web', 'c1', 'targets'],
    ['backend#c1#vpc-0a', 'c1', 'targets'],
    ['sg#sg-0a', undefined, 'targets'],
  ])('%s belongs to cluster %s and the lane %s', (text, cluster, lane) => {
    expect(clusterOf(parseKey(text))).toBe(cluster);
    expect(laneOf(parseKey(text))).toBe(lane);
  });
});

const sorted = (value: object) => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
