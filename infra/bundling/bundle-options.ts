import { resolve } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { foldSchemaKeys } from './fold-schema-keys';
import { partsOfPackages } from './parts-of-packages';

/** The project's folder: entries are named from here. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** Some dependencies are CommonJS and call `require`, which ES modules do not have. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** How every function is bundled: one file each, for the runtime that Lambda has. Entries by the output's name, without extension. */
export function bundleOptions(entryPoints: Readonly<Record<string, string>>) {
  return {
    entryPoints: { ...entryPoints },
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    minify: true,
    metafile: true,
    logLevel: 'silent', // errors are thrown; a warning about size would be a newcomer's first sight
    banner: { js: REQUIRE },
    plugins: [partsOfPackages, foldSchemaKeys],
  } satisfies BuildOptions;
}
