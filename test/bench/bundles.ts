import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { bundleOptions } from '../../infra/bundling/bundle-options';
import type { DeployedFunction } from '../../infra/deployed-functions';

/** A function's bundle as it is deployed, without its source map. */
export interface BuiltBundle {
  readonly name: string;
  readonly text: string;
  readonly bytes: number;
  /** Bytes by npm package; our own code by its folder (`shared/plan`). */
  readonly parts: ReadonlyMap<string, number>;
}

export interface BundleMeasure {
  readonly name: string;
  readonly bytes: number;
  /** What is sent to Lambda, nearly. */
  readonly gzipBytes: number;
  /** Time of a Node process that imports the bundle, as a multiple of one that does nothing. */
  readonly importRatio: number;
}

const OUTPUT = 'bundles';

/** Bundles functions in memory, exactly as the deployment does. */
export async function buildBundles(functions: readonly DeployedFunction[]): Promise<BuiltBundle[]> {
  const entries = Object.fromEntries(functions.map(({ name, entry }) => [name, entry]));
  const { outputFiles, metafile } = await build({ ...bundleOptions(entries), outdir: OUTPUT, write: false });
  return functions.map(({ name }) => {
    const file = outputFiles.find(({ path }) => path.endsWith(`/${OUTPUT}/${name}.mjs`));
    if (!file) throw new Error(`esbuild made no bundle for ${name}`);
    return { name, text: file.text, bytes: file.contents.length, parts: partsOf(metafile, `${OUTPUT}/${name}.mjs`) };
  });
}

function partsOf({ outputs }: Metafile, output: string): ReadonlyMap<string, number> {
  const parts = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(outputs[output]?.inputs ?? {})) {
    if (bytesInOutput === 0) continue;
    const part = packageOf(path) ?? path.split('/').slice(0, 2).join('/');
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
  return parts;
}

/** The npm package of a path, the innermost one; undefined for our own code. */
export function packageOf(path: string): string | undefined {
  return [...path.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1];
}

/** Measures bundles, each import `runs` times in a process of its own; medians, because a busy machine makes single runs slow. */
export function measureBundles(bundles: readonly BuiltBundle[], { runs = 5 }: { readonly runs?: number } = {}): BundleMeasure[] {
  const folder = mkdtempSync(join(tmpdir(), 'stepbalancer-bundles-'));
  try {
    for (const { name, text } of bundles) writeFileSync(join(folder, `${name}.mjs`), text);
    const bare = timeOfProcess('0', runs);
    return bundles.map(({ name, text, bytes }) => {
      const script = `await import(${JSON.stringify(pathToFileURL(join(folder, `${name}.mjs`)).href)})`;
      return { name, bytes, gzipBytes: gzipSync(text).length, importRatio: timeOfProcess(script, runs) / bare };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Median milliseconds of a Node process that runs a module. Throws with its message when it fails. */
function timeOfProcess(script: string, runs: number): number {
  return median(
    Array.from({ length: runs }, () => {
      const from = performance.now();
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: {} });
      if (status !== 0) throw new Error(`node -e '${script}' ended with ${String(status)}: ${stderr}`);
      return performance.now() - from;
    }),
  );
}

/** The middle one; of an even number the upper of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** A small table: one line per function, largest first. */
export function formatBundles(measures: readonly BundleMeasure[]): string {
  const rows = measures.toSorted((a, b) => b.bytes - a.bytes).map(({ name, bytes, gzipBytes, importRatio }) => [name, kilobytes(bytes), kilobytes(gzipBytes), `${importRatio.toFixed(1)} x`]);
  const table = [['function', 'bundle', 'gzip', 'import'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return table.map((cells) => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')).join('\n');
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
