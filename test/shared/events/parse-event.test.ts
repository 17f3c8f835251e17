import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../../shared/events/parse-event';

const object = { group: '', resource: 'services', namespace: 'default', name: 'web', uid: 'u1' };
const envelope = (change: object = {}, detail: object = {}) =>
  JSON.stringify({ version: '0', id: 'x', source: 'stepbalancer.c1', 'detail-type': 'object.changed', detail: { v: 1, cluster: 'c1', object, via: 'watch', ...detail }, ...change });

describe('parseEvent', () => {
  it('reads a change of an object, with its hints', () => {
    expect(parseEvent(envelope({}, { hints: { candidate: 'true' } }))).toEqual({ type: 'object.changed', cluster: 'c1', object, hints: { candidate: 'true' } });
  });

  it.each(['sync.requested', 'heartbeat'] as const)('reads %s', (type) => {
    expect(parseEvent(envelope({ 'detail-type': type }, { object: undefined }))).toEqual({ type, cluster: 'c1' });
  });

  it.each([
    ['no JSON', '{', 'not-json'],
    ['nothing', '', 'not-json'],
    ['another JSON', '[1]', 'malformed'],
    ['another version', envelope({}, { v: 2 }), 'malformed'],
    ['an unknown type', envelope({ 'detail-type': 'object.exploded' }), 'malformed'],
    ['a change of nothing', envelope({}, { object: undefined }), 'malformed'],
    ['a member too many', envelope({}, { spec: {} }), 'malformed'],
    ['a cluster id that is none', envelope({}, { cluster: '../c1' }), 'malformed'],
    ['the source of another cluster', envelope({ source: 'stepbalancer.c2' }), 'wrong-source'],
    ['a source that only begins alike', envelope({ source: 'stepbalancer.c1.evil' }), 'wrong-source'],
  ])('drops %s', (_name, text, reason) => {
    expect(parseEvent(text)).toEqual({ type: 'dropped', reason });
  });

  it('never throws, whatever comes', () => {
    const detail = fc.anything().map((value) => JSON.stringify({ source: 'stepbalancer.c1', 'detail-type': 'heartbeat', detail: value }) ?? '');
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), detail), (text) => { expect(parseEvent(text)).toHaveProperty('type'); }));
  });
});
