import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Plain, PlainObject } from './merge-deeply';
import { isPlainObject, mergeDeeply } from './merge-deeply';

/** What every vector states, whatever its kind. Kinds add keys of their own, which stay in `document`. */
const VectorDocument = z.looseObject({
  environment: z.string().min(1),
  objects: z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }) })).default([]),
  subject: z.looseObject({ kind: z.string(), namespace: z.string().optional(), name: z.string().optional() }),
});

/** One case: objects in a cluster, and facts about an AWS account. */
export interface Vector {
  /** As it was given. */
  readonly file: string;
  readonly subject: { readonly kind: string; readonly namespace?: string | undefined; readonly name?: string | undefined };
  readonly objects: readonly PlainObject[];
  /** The environment with the vector's overrides in it. */
  readonly environment: PlainObject;
  /** The whole vector as it was written, without `expected`: that is for tests alone. */
  readonly document: PlainObject;
}

/** Reads a vector and its environment. Throws an Error that names the file and what is wrong with it. */
export function readVector(file: string): Vector {
  const { expected: _, ...document } = readYaml(file);
  const checked = VectorDocument.safeParse(document);
  if (!checked.success) throw new Error(`${file} is no vector: ${z.prettifyError(checked.error).replaceAll('\n', ' ')}`);
  const environment = mergeDeeply(readEnvironment(environmentFile(file, checked.data.environment)), document.overrides ?? undefined);
  if (!isPlainObject(environment)) throw new Error(`${file}: overrides must be an object`);
  return { file, subject: checked.data.subject, objects: checked.data.objects as readonly PlainObject[], environment, document };
}

/** The environment lies in the folder `environments` of the nearest parent folder that has one with that file. */
function environmentFile(file: string, name: string): string {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'environments', `${name}.yaml`);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) throw new Error(`${file}: no environments/${name}.yaml in any folder above it`);
  }
}

const environments = new Map<string, PlainObject>();

/** Many vectors share an environment: each is read once. */
function readEnvironment(path: string): PlainObject {
  const environment = environments.get(path) ?? readYaml(path);
  environments.set(path, environment);
  return environment;
}

function readYaml(file: string): PlainObject {
  const content: unknown = parse(readText(file));
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new Error(`${file} must hold a YAML object`);
  return content as Readonly<Record<string, Plain>>;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
