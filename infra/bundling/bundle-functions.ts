import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { DeployedFunction } from '../deployed-functions';
import { bundleOptions, ROOT } from './bundle-options';

/** Beside what CDK makes: not committed, and replaced every time. */
const FOLDER = 'cdk.out/bundles';

/** A function's code, ready to be uploaded. */
export interface FunctionBundle {
  /** The folder that holds `index.mjs` and its source map, and nothing else. */
  readonly folder: string;
  /** Of `index.mjs`. */
  readonly bytes: number;
}

/** Bundles all functions in one run of esbuild (15 runs take ten times as long), each into a folder of its own. Throws where an import does not resolve. */
export async function bundleFunctions(functions: readonly DeployedFunction[]): Promise<ReadonlyMap<string, FunctionBundle>> {
  const entries = Object.fromEntries(functions.map(({ name, entry }) => [`${name}/index`, entry]));
  const { metafile } = await build({ ...bundleOptions(entries), outdir: FOLDER, sourcemap: 'linked', sourcesContent: false });
  return new Map(functions.map(({ name }) => [name, { folder: resolve(ROOT, FOLDER, name), bytes: metafile.outputs[`${FOLDER}/${name}/index.mjs`]?.bytes ?? 0 }]));
}
