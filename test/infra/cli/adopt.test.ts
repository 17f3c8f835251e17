import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { adoptFile } from '../../../infra/cli/adoption/adopt-file';

const VECTORS = join(import.meta.dirname, '../../vectors');
const recorded = parse(readFileSync(join(VECTORS, 'adoption/service/basics--ip-targets.yaml'), 'utf8')) as Recorded;
let folder: string;

interface Recorded {
  readonly environment: string;
  readonly objects: readonly { readonly spec: { readonly ports: readonly object[] } }[];
  readonly calls: readonly { readonly input: object }[];
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adoption-'));
  mkdirSync(join(folder, 'environments'));
  writeFileSync(join(folder, 'environments', `${recorded.environment}.yaml`), readFileSync(join(VECTORS, 'environments', `${recorded.environment}.yaml`)));
});

afterAll(() => rmSync(folder, { recursive: true }));

const [firstCall, ...otherCalls] = recorded.calls;
const [firstObject] = recorded.objects;

describe('an adoption file that is not understood', () => {
  it.each([
    ['has no calls', { calls: undefined }, 'calls'],
    ['calls a service that nobody knows', { calls: [{ ...firstCall, service: 's4' }, ...otherCalls] }, 'calls[0].service'],
    ['refers to a call that does not come before', { calls: [{ ...firstCall, input: { ...firstCall?.input, VpcId: { $out: [7, 'Vpc.VpcId'] } } }, ...otherCalls] }, 'call 0 refers to call 7'],
    ['has objects that refer to a call that is not there', { kubernetes: [{ kind: 'Service', arn: { $out: [99, 'X'] } }] }, 'refers to call 99'],
    ['lacks its subject', { objects: [] }, 'is not among the objects'],
    ['has a Service that no API server would take', { objects: [{ ...firstObject, spec: { ...firstObject?.spec, ports: [{ port: 'x' }] } }] }, 'spec.ports[0].port'],
    ['has a setting that nobody knows', { overrides: { settings: { nonsense: true } } }, 'nonsense'],
  ])('%s: it says so', async (_, change, why) => {
    const file = join(folder, 'a.yaml');
    writeFileSync(file, JSON.stringify({ ...recorded, ...change }));
    await expect(adoptFile(file)).rejects.toThrow(why);
  });
});
