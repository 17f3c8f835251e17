import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../../infra/local/aws/events/pattern';

const event = {
  source: 'stepbalancer.prod',
  'detail-type': 'object.changed',
  account: '111122223333',
  detail: { v: 1, cluster: 'prod', object: { resource: 'services', namespace: '', name: 'Web' }, via: 'watch', ip: '10.1.2.3', gone: null, tags: ['a', 'b'], none: [], ports: [{ port: 80 }, { port: 443 }] },
};

const fits = (pattern: object) => compilePattern(JSON.stringify(pattern))(event);
const detail = (pattern: object) => fits({ detail: pattern });

describe('an event pattern', () => {
  it.each<[string, object, boolean]>([
    ['an exact value', { source: ['stepbalancer.prod'] }, true],
    ['one of several values', { source: ['x', 'stepbalancer.prod'] }, true],
    ['another value', { source: ['stepbalancer'] }, false],
    ['two fields, both right', { source: [{ prefix: 'stepbalancer.' }], 'detail-type': ['object.changed'] }, true],
    ['two fields, one wrong', { source: [{ prefix: 'stepbalancer.' }], 'detail-type': ['heartbeat'] }, false],
    ['a field that the event has not', { colour: ['blue'] }, false],
    ['a prefix', { source: [{ prefix: 'stepbalancer.' }] }, true],
    ['a prefix without case', { source: [{ prefix: { 'equals-ignore-case': 'STEP' } }] }, true],
    ['a suffix', { source: [{ suffix: '.prod' }] }, true],
    ['another suffix', { source: [{ suffix: '.test' }] }, false],
    ['a wildcard', { source: [{ wildcard: 'step*.pr*d' }] }, true],
    ['a wildcard that a dot is not', { source: [{ wildcard: 'stepbalancer?prod' }] }, false],
    ['an escaped star', { source: [{ wildcard: String.raw`step\*` }] }, false],
  ])('fits or not: %s', (_, pattern, expected) => {
    expect(fits(pattern)).toBe(expected);
  });

  it.each<[string, object, boolean]>([
    ['a number', { v: [1] }, true],
    ['a number as text', { v: ['1'] }, false],
    ['a range', { v: [{ numeric: ['>', 0, '<=', 1] }] }, true],
    ['a range missed', { v: [{ numeric: ['<', 1] }] }, false],
    ['equals-ignore-case', { object: { name: [{ 'equals-ignore-case': 'WEB' }] } }, true],
    ['the empty text', { object: { namespace: [''] } }, true],
    ['null', { gone: [null] }, true],
    ['null where there is nothing', { missing: [null] }, false],
    ['existence', { via: [{ exists: true }] }, true],
    ['existence of null', { gone: [{ exists: true }] }, true],
    ['absence', { missing: [{ exists: false }] }, true],
    ['existence of an object, which is no leaf', { object: [{ exists: true }] }, false],
    ['existence of an empty list', { none: [{ exists: true }] }, false],
    ['a value of a list', { tags: ['b'] }, true],
    ['a value not in a list', { tags: ['c'] }, false],
    ['an object of a list', { ports: { port: [443] } }, true],
    ['anything but a value', { via: [{ 'anything-but': 'audit' }] }, true],
    ['anything but the value that is there', { via: [{ 'anything-but': ['watch', 'audit'] }] }, false],
    ['anything but a prefix', { via: [{ 'anything-but': { prefix: 'wa' } }] }, false],
    ['anything but a wildcard', { via: [{ 'anything-but': { wildcard: '*x*' } }] }, true],
    ['anything but, where there is nothing', { missing: [{ 'anything-but': 'x' }] }, false],
    ['an address in a block', { ip: [{ cidr: '10.0.0.0/8' }] }, true],
    ['an address outside of it', { ip: [{ cidr: '192.168.0.0/16' }] }, false],
    ['one of two alternatives', { $or: [{ via: ['audit'] }, { cluster: ['prod'] }] }, true],
    ['none of two alternatives', { $or: [{ via: ['audit'] }, { cluster: ['test'] }] }, false],
    ['an alternative and a field', { via: ['relist'], $or: [{ via: ['watch'] }, { cluster: ['prod'] }] }, false],
  ])('fits the detail or not: %s', (_, pattern, expected) => {
    expect(detail(pattern)).toBe(expected);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['an empty object', '{}'],
    ['a bare value', '{"source":"x"}'],
    ['an empty list', '{"source":[]}'],
    ['an unknown operator', '{"source":[{"like":"x"}]}'],
    ['two operators', '{"source":[{"prefix":"x","suffix":"y"}]}'],
    ['a broken range', '{"a":[{"numeric":["~",3]}]}'],
    ['a broken block', '{"a":[{"cidr":"10.0.0.0"}]}'],
    ['a single alternative', '{"$or":[{"a":["b"]}]}'],
    ['two stars in a row', '{"a":[{"wildcard":"a**b"}]}'],
  ])('is refused: %s', (_, pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/Event pattern is not valid/);
  });
});
