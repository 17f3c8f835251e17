import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOptions, ROOT } from '../../infra/bundling/bundle-options';
import { foldKeys } from '../../infra/bundling/fold-schema-keys';
import { type ClientName, FUNCTIONS } from '../../infra/deployed-functions';
import { buildBundles, formatBundles, measureBundles, median } from '../bench/bundles';

/** Packages that only who uses the client may carry: they are the heavy ones. */
const CARRIED: readonly (readonly [string, ClientName])[] = [
  ['@kubernetes/client-node', 'clusterClient'],
  ['undici', 'clusterClient'],
  ['@aws-sdk/client-secrets-manager', 'clusterClient'],
  ['@aws-sdk/client-acm', 'acm'],
  ['@aws-sdk/client-ec2', 'ec2'],
  ['@aws-sdk/client-elastic-load-balancing-v2', 'elbv2'],
  ['@aws-sdk/client-resource-groups-tagging-api', 'tagging'],
  ['@aws-sdk/client-sfn', 'executions'],
  ['@aws-sdk/client-sqs', 'targetQueue'],
];

/** A tenth above what they weigh today. Zod with all its languages alone would be 350 kB more, EC2 with all its shapes 500 kB. */
const LIMIT_KB = { withCluster: 1700, without: 620 };

const bundles = await buildBundles(FUNCTIONS);
const bundleOf = (name: string) => bundles.find((bundle) => bundle.name === name);

describe('a bundle', () => {
  it.each(FUNCTIONS.map(({ name, uses }) => [name, uses] as const))('of %s carries the clients that it uses, and no other', (name, uses) => {
    const carried = new Set(bundleOf(name)?.parts.keys());
    expect(CARRIED.map(([npm]) => [npm, carried.has(npm)])).toEqual(CARRIED.map(([npm, client]) => [npm, uses.includes(client)]));
  });

  it.each(FUNCTIONS.map(({ name, uses }) => [name, uses] as const))('of %s stays small', (name, uses) => {
    expect((bundleOf(name)?.bytes ?? 0) / 1000).toBeLessThan(uses.includes('clusterClient') ? LIMIT_KB.withCluster : LIMIT_KB.without);
  });

  it('keeps the names of errors, which the workflow matches', () => {
    for (const name of ['NotReady', 'Superseded', 'PlanStale']) expect(bundleOf('make-plan')?.text).toMatch(new RegExp(`name\\s*=\\s*["'\`]${name}["'\`]`));
  });

  it('can be imported, and exports its handler: measured', () => {
    const [measure] = measureBundles(bundles.filter(({ name }) => name === 'sync-targets'), { runs: 1 });
    expect(measure).toMatchObject({ name: 'sync-targets', bytes: bundleOf('sync-targets')?.bytes });
    expect(measure?.importRatio).toBeGreaterThan(1);
    for (const { text } of bundles) expect(text).toMatch(/export\{[^}]*\bas handler\b[^}]*\}/);
  });
});

describe('the table of measures', () => {
  it('has one line per function, largest first', () => {
    const measures = [
      { name: 'sweep', bytes: 560_400, gzipBytes: 180_000, importRatio: 2.04 },
      { name: 'make-plan', bytes: 1_540_000, gzipBytes: 460_000, importRatio: 3.5 },
    ];
    expect(formatBundles(measures)).toBe(['function    bundle    gzip  import', 'make-plan  1540 kB  460 kB   3.5 x', 'sweep       560 kB  180 kB   2.0 x'].join('\n'));
    expect([median([3, 1, 2]), median([4, 1]), median([])]).toEqual([2, 4, 0]);
  });
});

describe('what the bundler leaves out', () => {
  it('folds only keys whose constant the file declares', () => {
    expect(foldKeys('const _xN = "xmlName";\nvar A = [{ [_xN]: _f, [other]: 1, [Symbol.iterator]: 2 }];')).toBe('const _xN = "xmlName";\nvar A = [{ "xmlName": _f, [other]: 1, [Symbol.iterator]: 2 }];');
  });

  it('finds the schemas of EC2 written as it expects them', () => {
    const schemas = readFileSync(`${ROOT}/node_modules/@aws-sdk/client-ec2/dist-es/schemas/schemas_0.js`, 'utf8');
    expect(schemas).toMatch(/\[_\w+\]:/);
    expect(foldKeys(schemas)).not.toMatch(/\[_\w+\]:/);
  });
});

describe('the cluster client of a bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepbalancer-transport-'));
  const server = createServer((request, response) => response.end(JSON.stringify({ path: request.url, by: request.headers['user-agent'], token: request.headers.authorization })));
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  });

  it('speaks with the parts of undici that are left', async () => {
    await build({ ...bundleOptions({ transport: 'shared/kubernetes/transport.ts' }), outdir: folder });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const script = `
      const { socketTransport } = await import(${JSON.stringify(pathToFileURL(join(folder, 'transport.mjs')).href)});
      const answer = await socketTransport({ server: '${address}', token: async () => 'a-token' }).send({ method: 'GET', path: '/api/v1/services?limit=1' });
      console.log(answer.body);
      process.exit();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(JSON.parse(stdout)).toEqual({ path: '/api/v1/services?limit=1', by: 'stepbalancer', token: 'Bearer a-token' });
  });
});
