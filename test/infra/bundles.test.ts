import { build } from 'esbuild';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTIONS } from '../../infra/deployed-functions';

const ROOT = resolve(import.meta.dirname, '../..');
const KUBERNETES = '@kubernetes/client-node'; // 2 MB, 110 ms to import
const EC2 = '@aws-sdk/client-ec2'; // 0.85 MB, 100 ms to import

/** Functions that neither look into a cluster nor call EC2; and those that only do without EC2. */
const LEAN = ['acquire-lease', 'release-lease', 'route-events', 'sweep', 'add-security-group-rules'];
const WITHOUT_EC2 = [...LEAN, 'register-targets', 'report-status', 'wait-for-healthy', 'resync'];

async function bundle(entry: string) {
  const { outputFiles, metafile } = await build({ entryPoints: [resolve(ROOT, entry)], bundle: true, platform: 'node', target: 'node24', format: 'esm', minify: true, write: false, metafile: true, mainFields: ['module', 'main'], absWorkingDir: ROOT, logLevel: 'silent' });
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs: parts }) => Object.entries(parts).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])));
  return { kilobytes: (outputFiles[0]?.contents.length ?? 0) / 1024, has: (name: string) => inputs.some((path) => path.includes(`node_modules/${name}/`)) };
}

describe('what a function loads', () => {
  it.each(FUNCTIONS.map(({ name, entry }) => [name, entry] as const))('%s holds only what it uses', async (name, entry) => {
    const { kilobytes, has } = await bundle(entry);
    expect({ kubernetes: has(KUBERNETES) && LEAN.includes(name), ec2: has(EC2) && WITHOUT_EC2.includes(name) }).toEqual({ kubernetes: false, ec2: false });
    expect(kilobytes).toBeLessThan(LEAN.includes(name) ? 700 : 3000);
  });

  it('names only functions that exist', () => {
    const names = new Set(FUNCTIONS.map(({ name }) => name));
    expect(WITHOUT_EC2.filter((name) => !names.has(name))).toEqual([]);
  });
});
