import { builtinKinds } from './builtin-kinds';
import type { CustomResourceDefinition } from './custom-kinds';
import { customKinds } from './custom-kinds';
import type { Kind } from './kind';

/** Which kinds the server serves right now. */
export interface KindRegistry {
  all(): readonly Kind[];
  /** By the parts of a request's path. */
  byPath(path: { group: string; version: string; plural: string }): Kind | undefined;
  /** By what an object says of itself; any version of its group will do if the named one is not served. */
  byKind(apiVersion: string, kind: string): Kind | undefined;
  /** The kind through which controllers see a place in the store. */
  byStorage(storedAs: string): Kind;
  /** Serves what these definitions say, and no other custom kind. */
  serveCustom(definitions: readonly CustomResourceDefinition[]): void;
}

/** Starts with the built-in kinds. `byStorage` throws for a place that nobody serves. */
export function createKindRegistry(): KindRegistry {
  const builtin = builtinKinds();
  let kinds: readonly Kind[] = builtin;
  return {
    all: () => kinds,
    byPath: ({ group, version, plural }) => kinds.find((kind) => kind.group === group && kind.version === version && kind.plural === plural),
    byKind(apiVersion, name) {
      const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
      const candidates = kinds.filter((kind) => kind.group === group && kind.kind === name);
      return candidates.find((kind) => kind.version === version) ?? candidates[0];
    },
    byStorage(storedAs) {
      const found = kinds.find((kind) => kind.storedAs === storedAs);
      if (found === undefined) throw new Error(`No kind is stored as "${storedAs}"`);
      return found;
    },
    serveCustom(definitions) {
      kinds = [...builtin, ...definitions.flatMap((definition) => customKinds(definition))];
    },
  };
}
