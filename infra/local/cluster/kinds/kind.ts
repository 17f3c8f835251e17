import type { KubeObject } from '../kube-object';
import type { Definitions, Schema } from '../schema/schema';
import type { ResourceName } from '../status-error';
import type { FieldProblem } from '../validation/field-problem';
import type { NameRule } from '../validation/names';

export type Subresource = 'status' | 'scale' | 'finalize';

/** What one kind does on the way into the store, beyond what all kinds do. Drafts may be changed in place. */
export interface Behaviour {
  /** Clears what the creator may not set. */
  readonly prepareCreate?: (draft: KubeObject) => void;
  /** Carries over what an update may leave out. */
  readonly prepareUpdate?: (draft: KubeObject, observed: KubeObject) => void;
  readonly fillDefaults?: (draft: KubeObject) => void;
  readonly validate?: (draft: KubeObject) => FieldProblem[];
  readonly validateUpdate?: (draft: KubeObject, observed: KubeObject) => FieldProblem[];
}

/** A column of `kubectl get`. Priority 1 shows only with `-o wide`. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority: number;
}

/** What a CustomResourceDefinition adds to a kind. */
export interface CustomKind {
  readonly definitionName: string;
  readonly schema: Schema;
  readonly columns: readonly (Column & { readonly jsonPath: string })[];
  readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string };
}

/** How a second API version shows objects that are stored in another. */
export interface Conversion {
  readonly toStored: (object: KubeObject) => KubeObject;
  readonly fromStored: (object: KubeObject) => KubeObject;
}

/** One kind in one API version: everything the server needs to know to serve it. */
export interface Kind extends ResourceName {
  readonly version: string;
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly subresources: ReadonlySet<Subresource>;
  readonly verbs: readonly string[];
  /** Names the place in the store: `services`, `deployments.apps`. Versions of one kind share it. */
  readonly storedAs: string;
  readonly nameRule: NameRule;
  /** Counts changes of its spec in `metadata.generation`. */
  readonly hasGeneration: boolean;
  readonly schema: Schema;
  readonly definitions: Definitions;
  readonly behaviour: Behaviour;
  readonly conversion?: Conversion;
  readonly custom?: CustomKind;
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: Pick<Kind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}
