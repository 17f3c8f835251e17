import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/**
 * Who may import whom. Read a row as: files in here may import only from there (and from their own folder and Node itself).
 * The first row whose folder holds a file counts. `types:` allows `import type` only.
 */
const MAY_IMPORT: Record<string, string[]> = {
  'shared/model': [],
  'shared/contract': ['zod', 'types:shared/model', 'types:shared/plan'],
  'shared/events': ['shared/model', 'shared/contract'],
  'shared/plan': ['shared/model', 'shared/contract', 'shared/desired/tracking', 'fast-json-stable-stringify', 'ipaddr.js', 'zod'],
  'shared/preflight': ['shared/model', 'shared/desired', 'types:shared/plan', 'ipaddr.js'],
  'shared/status': ['shared/model', 'shared/contract'],
  'shared/desired': ['shared/model', 'shared/contract', 'ipaddr.js', 'fast-json-stable-stringify', 'zod'],
  'shared/aws': ['@aws-sdk', '@smithy', 'shared/contract', 'types:shared/store/table'],
  'shared/kubernetes': ['@kubernetes/client-node', 'undici', 'shared/contract'],
  'shared/store': ['shared/aws', 'shared/model', 'shared/contract', 'types:shared/plan', 'zod'],
  'shared/observe': ['shared/model', 'shared/aws', 'shared/kubernetes', 'shared/contract', 'shared/desired', 'types:shared/store', 'types:shared/plan', 'p-limit'],
  'shared/apply': ['shared/model', 'types:shared/plan', 'shared/aws', 'shared/kubernetes', 'shared/contract', 'shared/desired', 'types:shared/store', 'shared/plan', 'shared/observe'],
  'shared/targets': ['shared/model', 'shared/contract', 'shared/desired', 'shared/aws', 'shared/kubernetes', 'shared/observe', 'types:shared/store', 'fast-json-stable-stringify'],
  'shared/passes': ['shared/model', 'shared/contract', 'shared/desired', 'shared/plan', 'shared/preflight', 'shared/status', 'shared/observe', 'shared/apply', 'shared/targets', 'shared/kubernetes', 'types:shared/aws', 'types:shared/store'],
  functions: ['shared', '@middy/core', '@aws-lambda-powertools', 'zod'],
  'infra/cluster': ['shared/events', 'shared/kubernetes', 'shared/aws', 'shared/contract', 'fast-json-stable-stringify', 'commander'],
  'infra/cli': ['shared', 'infra/local', 'infra/cluster', 'commander', 'yaml', 'zod'],
  'infra/local': ['functions', 'shared', 'infra', '@aws-sdk', '@kubernetes/client-node', '@smithy', 'types:aws-lambda', 'aws-local-stepfunctions', 'dynalite', 'fast-xml-parser', 'fast-json-patch', 'ipaddr.js', 'log-update', 'picocolors', 'yaml', 'commander', 'zod', 'fast-json-stable-stringify', 'pure-rand'],
  'infra/docs': ['shared', 'infra/cli', 'infra/deployed-functions', 'infra/permissions', 'commander', 'yaml'],
  infra: ['aws-cdk-lib', 'constructs', 'cdk-nag', 'esbuild', 'zod', 'shared/contract'],
};

/** Where each SDK may be named at all. */
const ONLY_IN: [string, string[]][] = [
  ['@aws-sdk', ['shared/aws', 'infra/local', 'test']],
  ['@kubernetes/client-node', ['shared/kubernetes', 'infra/local', 'test']],
];

/** What pure folders never touch. */
const PURE = ['shared/model', 'shared/contract', 'shared/events', 'shared/desired', 'shared/plan', 'shared/preflight', 'shared/status'];
const IMPURE = [/\bDate\.now\(/, /\bnew Date\(\)/, /\bMath\.random\(/, /\bprocess\.env\b/, /\bconsole\./, /\bsetTimeout\(/, /\bfetch\(/];

/** Words that say nothing; a file or folder named so has not found its name. */
const FORBIDDEN_NAMES = /(^|[-/])(utils?|helpers?|common|misc|manager|processor|impl)([-./]|$)/;

function sources(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
  return entries.flatMap((path) => (statSync(join(ROOT, path)).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : []));
}

const folders = ['functions', 'infra', 'shared'].filter((folder) => readdirSync(ROOT).includes(folder));
const files = folders.flatMap(sources);
const rowOf = (file: string) => Object.keys(MAY_IMPORT).find((folder) => file.startsWith(`${folder}/`)) ?? '';

interface Import {
  readonly path: string;
  readonly typeOnly: boolean;
}

/** Imports of a file, relative ones from the root. */
function imports(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = [...text.matchAll(/^\s*(import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gms)];
  return found
    .map((match) => ({ path: match[3] ?? match[4] ?? match[5] ?? '', typeOnly: match[2] !== undefined }))
    .filter(({ path }) => !path.startsWith('node:'))
    .map(({ path, typeOnly }) => ({ path: path.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), path)) : path, typeOnly }));
}

const within = (path: string, border: string) => path === border || path.startsWith(`${border}/`);

function isAllowed(file: string, { path, typeOnly }: Import): boolean {
  const row = rowOf(file);
  return [row, ...(MAY_IMPORT[row] ?? [])].some((border) => (border.startsWith('types:') ? typeOnly && within(path, border.slice('types:'.length)) : within(path, border)));
}

describe('borders', () => {
  it('knows every folder', () => {
    expect(files.filter((file) => rowOf(file) === '')).toEqual([]);
  });

  it.each(Object.keys(MAY_IMPORT))('%s imports only what it may', (folder) => {
    const strangers = files.filter((file) => rowOf(file) === folder).flatMap((file) => imports(file).filter((found) => !isAllowed(file, found)).map(({ path }) => `${file} imports ${path}`));
    expect(strangers).toEqual([]);
  });

  it.each(ONLY_IN)('%s is named only where it belongs', (sdk, where) => {
    const strangers = files.filter((file) => !where.some((folder) => file.startsWith(`${folder}/`)) && imports(file).some(({ path }) => within(path, sdk)));
    expect(strangers).toEqual([]);
  });

  it('lets nobody outside of test import a test', () => {
    expect(files.filter((file) => imports(file).some(({ path }) => within(path, 'test')))).toEqual([]);
  });

  it('lets functions import no other function than the wrapper and the wiring', () => {
    const strangers = sources('functions').flatMap((file) =>
      imports(file)
        .filter(({ path }) => within(path, 'functions') && !/^functions\/(step|abort|clients|clients\/.*|log|meter|report-error|wake-keys|accept-events|find-keys|remember|resync-cluster|compare-cluster|forget-clusters|call-count|record-run)$/.test(path))
        .map(({ path }) => `${file} imports ${path}`),
    );
    expect(strangers).toEqual([]);
  });
});

describe('purity', () => {
  it.each(PURE)('%s knows no clock, chance, environment, log or network', (folder) => {
    const impure = files
      .filter((file) => file.startsWith(`${folder}/`) && file !== 'shared/contract/env.ts')
      .flatMap((file) => IMPURE.filter((pattern) => pattern.test(readFileSync(join(ROOT, file), 'utf8'))).map((pattern) => `${file}: ${pattern.source}`));
    expect(impure).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const readers = files.filter((file) => !file.startsWith('infra/') && file !== 'shared/contract/env.ts' && readFileSync(join(ROOT, file), 'utf8').includes('process.env'));
    expect(readers).toEqual([]);
  });
});

describe('names', () => {
  it('finds a real one for every file', () => {
    expect(files.filter((file) => FORBIDDEN_NAMES.test(file))).toEqual([]);
  });
});
