import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBool } from '../../../../shared/desired/annotations/parse-bool';
import { parseInt32, parseInteger } from '../../../../shared/desired/annotations/parse-integer';
import { JsonTypeError, jsonBool, jsonField, jsonFields, jsonInt32, jsonList, jsonText, parseJson } from '../../../../shared/desired/annotations/parse-json';
import { parseList } from '../../../../shared/desired/annotations/parse-list';
import { parseMap } from '../../../../shared/desired/annotations/parse-map';

describe('parseBool', () => {
  it.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('takes %s for true', (raw) => expect(parseBool(raw)).toBe(true));
  it.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('takes %s for false', (raw) => expect(parseBool(raw)).toBe(false));
  it.each(['', ' true', 'yes', 'on', 'tRUE', '01', 'truе'])('does not take %j for a bool', (raw) => expect(parseBool(raw)).toBeUndefined());
});

describe('parseInt32', () => {
  it.each([['0', 0], ['-0', 0], ['+9000', 9000], ['009000', 9000], ['-1', -1], ['2147483647', 2147483647], ['-2147483648', -2147483648]])('reads %s', (raw, value) => expect(parseInt32(raw)).toBe(value));
  it.each(['', ' 1', '1 ', '0x0f', '1_0', '1.0', '1e3', '2147483648', '-2147483649', '+-1', '٣'])('does not take %j', (raw) => expect(parseInt32(raw)).toBeUndefined());
  it('reads back every 32-bit number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        expect(parseInt32(String(value))).toBe(value);
      }),
    );
  });
  it('ends 64-bit numbers where Go ends them', () => {
    expect(parseInteger('9223372036854775807', 64)).toBe(9223372036854775807n);
    expect(parseInteger('9223372036854775808', 64)).toBeUndefined();
  });
});

describe('parseList', () => {
  it.each([['', []], [' , ,', []], ['a', ['a']], [' a ,, b\t', ['a', 'b']], ['a\\,b', ['a\\', 'b']], ['\u0085a\u00a0', ['a']], ['\ufeffa', ['\ufeffa']]])('splits %j', (raw, items) => expect(parseList(raw)).toEqual(items));
});

describe('parseMap', () => {
  const asObject = (raw: string) => {
    const map = parseMap(raw);
    return map && Object.fromEntries(map);
  };

  it.each([
    ['', {}],
    ['a=1,b=2', { a: '1', b: '2' }],
    ['a=x\\,y,b=2', { a: 'x,y', b: '2' }],
    ['a=1,', { a: '1,' }],
    ['a=1, ', { a: '1,' }],
    ['a=b=c', { a: 'b=c' }],
    ['a = 1 , b = 2', { a: '1', b: '2' }],
    ['a=\\ 1\\ ', { a: '1' }],
    ['a\\=b=c', { a: 'b=c' }],
    ['a=1\\', { a: '1\\' }],
    ['a=\\\\', { a: '\\' }],
    ['a=1,a=2', { a: '2' }],
    ['a=', { a: '' }],
  ])('reads %j', (raw, pairs) => expect(asObject(raw)).toEqual(pairs));

  it.each(['a=1,b', '=x', ' =1', '=', 'a', '   ', 'a=1,,b=2', ',a=1', 'a=1,2,b=3', 'deletion_protection.enabled:true'])('does not take %j for a map', (raw) => expect(parseMap(raw)).toBeUndefined());

  it('reads back what is written with escaped commas and backslashes', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'B', '7', ',', '\\', '=', '.', 'é', '漢'), minLength: 1, maxLength: 8 });
    const key = word.map((text) => text.replaceAll('=', 'k').replaceAll(',', 'c'));
    const escape = (text: string) => text.replaceAll('\\', '\\\\').replaceAll(',', '\\,');
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, word), { selector: ([name]) => name, minLength: 1, maxLength: 4 }), (pairs) => {
        const raw = pairs.map(([name, value]) => `${escape(name)}=${escape(value)}`).join(',');
        expect(asObject(raw)).toEqual(Object.fromEntries(pairs));
      }),
    );
  });

  // An annotation may have 256 KiB, and a pass has its seconds for other things.
  it.each([['pairs', `a=b${',a=b'.repeat(60_000)}`], ['commas and blanks', `a=${', '.repeat(30_000)}=b`], ['blanks', `a=b${' '.repeat(120_000)}c`]])('reads a very long value in no time: %s', (_, raw) => {
    const start = performance.now();
    parseMap(raw);
    parseList(raw);
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (raw) => {
        expect(() => parseMap(raw)).not.toThrow();
      }),
    );
  });
});

describe('parseJson', () => {
  const fields = (raw: string) => jsonFields(parseJson(raw), 'the value') ?? new Map();

  it('finds fields whatever their case', () => expect(jsonText(jsonField(fields('{"serviceNAME":"a"}'), 'serviceName'), 'x')).toBe('a'));
  it('takes null for an absent value', () => {
    expect(jsonFields(parseJson('null'), 'x')).toBeUndefined();
    expect([jsonText(null, 'x'), jsonInt32(null, 'x'), jsonBool(null, 'x'), jsonList(null, 'x')]).toEqual([undefined, undefined, undefined, undefined]);
  });
  it.each(['"20"', '1.0', '1e2', '2147483648', 'true', '{}'])('does not take %s for an integer', (raw) => expect(() => jsonInt32(parseJson(raw), 'x')).toThrow(JsonTypeError));
  it.each([['20', 20], ['-0', 0], ['-5', -5]])('reads the integer %s', (raw, value) => expect(jsonInt32(parseJson(raw), 'x')).toBe(value));
  it('throws where types differ', () => {
    expect(() => jsonFields(parseJson('[]'), 'x')).toThrow(JsonTypeError);
    expect(() => jsonFields(parseJson('7'), 'x')).toThrow(JsonTypeError);
    expect(() => jsonList(parseJson('{}'), 'x')).toThrow(JsonTypeError);
    expect(() => jsonText(parseJson('7'), 'x')).toThrow(JsonTypeError);
    expect(() => jsonBool(parseJson('"true"'), 'x')).toThrow(JsonTypeError);
  });
  it('throws as for a wrong type where values are nested too deeply to be read', () => expect(() => parseJson(`${'['.repeat(60_000)}${']'.repeat(60_000)}`)).toThrow(JsonTypeError));
  it.each(['', '{', '{"a":}', '{} x', "{'a':1}", '01'])('throws for %j, which is no JSON', (raw) => expect(() => parseJson(raw)).toThrow(SyntaxError));
});
