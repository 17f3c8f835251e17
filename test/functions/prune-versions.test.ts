import { describe, expect, it } from 'vitest';
import { pruneVersions, versionsToPrune } from '../../functions/prune-versions';
import type { FunctionVersion } from '../../shared/aws/function-versions';

const DAY = 24 * 60 * 60_000;
const NOW = 100 * DAY;
const version = (name: string, daysAgo: number): FunctionVersion => ({ functionName: 'stepbalancer-make-plan', version: name, publishedAt: NOW - daysAgo * DAY });
const numbers = (versions: readonly FunctionVersion[]) => versions.map(({ version: name }) => name);

describe('versionsToPrune', () => {
  it.each<[string, FunctionVersion[], string[]]>([
    ['keeps the newest, however old it is', [version('1', 90)], []],
    ['keeps one whose successor is younger than the redrive window', [version('1', 90), version('2', 10)], []],
    ['prunes one whose successor is older than that', [version('1', 90), version('2', 16), version('3', 1)], ['1']],
    ['does not count on the order of a list', [version('3', 1), version('1', 90), version('2', 16)], ['1']],
    ['judges each function alone', [version('1', 90), { ...version('7', 1), functionName: 'stepbalancer-sweep' }], []],
  ])('%s', (_, versions, expected) => {
    expect(numbers(versionsToPrune(versions, NOW))).toEqual(expected);
  });
});

describe('pruneVersions', () => {
  it('stops when its time is over and goes on the next day', async () => {
    const removed: string[] = [];
    const versions = [version('1', 90), version('2', 60), version('3', 30), version('4', 20)];
    const functionVersions = { list: async () => versions.filter(({ version: name }) => !removed.includes(name)), remove: async ({ version: name }: FunctionVersion) => void removed.push(name) };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => log };
    let left = 2;
    await pruneVersions({ now: () => NOW, functionVersions })({}, { log, remainingMs: () => left-- });
    expect(removed).toEqual(['3', '2']);
    expect(await pruneVersions({ now: () => NOW, functionVersions })({}, { log, remainingMs: () => 1000 })).toEqual({ pruned: 1 });
  });
});
