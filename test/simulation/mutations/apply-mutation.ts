import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { MUTATIONS, type Edit } from './mutations';

const ROOT = join(import.meta.dirname, '../../..');

/** The mutation of this name. Throws an Error that lists all names where there is none. */
export function findMutation(name: string) {
  const mutation = MUTATIONS.find((each) => each.name === name);
  if (!mutation) throw new Error(`expected one of ${MUTATIONS.map((each) => each.name).join(', ')}, got ${name}`);
  return mutation;
}

/** From now on the files of a mutation are loaded broken. Call it before anything of the product is imported. Throws an Error where an edit does not fit its file. */
export function applyMutation(name: string): void {
  const edits = Map.groupBy(findMutation(name).edits, ({ file }) => join(ROOT, file));
  const broken = new Map([...edits].map(([path, list]) => [path, breakSource(readFileSync(path, 'utf8'), list)]));
  registerHooks({
    load(url, context, nextLoad) {
      const text = url.startsWith('file:') ? broken.get(fileURLToPath(new URL(url))) : undefined;
      if (text === undefined) return nextLoad(url, context);
      return { format: 'module', shortCircuit: true, source: transformSync(text, { loader: 'ts', format: 'esm', target: 'es2024' }).code };
    },
  });
}

/** A source with the edits made. Each must fit exactly once. */
export function breakSource(source: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { file, find, replace }) => {
    const count = text.split(find).length - 1;
    if (count !== 1) throw new Error(`${file}: expected ${JSON.stringify(find)} exactly once, found it ${count} times; bring the mutation up to date`);
    return text.replace(find, () => replace);
  }, source);
}
