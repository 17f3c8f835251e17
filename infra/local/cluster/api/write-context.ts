import type { Clock } from '../../clock';
import type { KubeObject } from '../kube-object';
import type { Kind, Subresource } from '../kinds/kind';
import { apiVersionOf } from '../kinds/kind';
import type { KindRegistry } from '../kinds/kind-registry';
import type { ObjectStore } from '../store/object-store';

/** What every write and read works on. */
export interface WriteContext {
  readonly store: ObjectStore;
  readonly kinds: KindRegistry;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Which object. */
export interface ObjectAddress {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** How a write is meant. */
export interface WriteOptions {
  /** Who writes, for `managedFields`. */
  readonly manager: string;
  readonly subresource?: Subresource | undefined;
  readonly dryRun?: boolean;
  /** What to do about unknown fields: refuse, tell through `warn`, or stay silent. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  readonly warn?: (text: string) => void;
}

/** A stored object as this API version shows it. */
export function present(object: KubeObject, kind: Kind): KubeObject {
  if (kind.conversion !== undefined) return kind.conversion.fromStored(object);
  const apiVersion = apiVersionOf(kind);
  return object.apiVersion === apiVersion && object.kind === kind.kind ? object : { ...object, apiVersion, kind: kind.kind };
}

/** An object of this API version as it is stored. */
export function toStored(object: KubeObject, kind: Kind): KubeObject {
  return kind.conversion === undefined ? object : kind.conversion.toStored(object);
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** The random end of generated names: five characters without vowels, so that they spell nothing. */
export function nameSuffix(random: () => number, length = 5): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
}

/** A UUID by chance and by the store's revision, so that none comes twice, even from a seeded source that starts again. */
export function uuid(random: () => number, revision: number): string {
  const hex = (length: number) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(random() * 4)]}${hex(3)}-${revision.toString(16).padStart(12, '0').slice(-12)}`;
}
