import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Writes constant keys into the schemas of SDK clients: `{ [_xN]: _VI }` becomes `{ "xmlName": _VI }`. For esbuild a computed key may have
 * side effects, so it keeps every schema of EC2 (560 kB) where a function needs a tenth of them.
 */
export const foldSchemaKeys: Plugin = {
  name: 'fold-schema-keys',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk\/.*\/schemas\/schemas_\d+\.js$/ }, async ({ path }) => ({ contents: foldKeys(await readFile(path, 'utf8')), loader: 'js' }));
  },
};

/** The module's text with computed keys replaced wherever the same file declares their constant text. */
export function foldKeys(text: string): string {
  const constants = new Map([...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name = '', value = '']) => [name, value]));
  return text.replace(/\[(\w+)\]:/g, (whole, name: string) => (constants.has(name) ? `${constants.get(name) ?? ''}:` : whole));
}
