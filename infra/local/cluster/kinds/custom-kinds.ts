import type { KubeObject } from '../kube-object';
import type { Schema } from '../schema/schema';
import { builtinDefinition, definitionName } from '../schema/builtin-schema';
import { REFERENCE_PREFIX } from '../schema/schema';
import { ALL_VERBS } from './builtin-kinds';
import type { CustomKind, Kind, Subresource } from './kind';

/** A CustomResourceDefinition, as far as serving its kinds needs it. */
export interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: { kind: string; plural: string; singular?: string; listKind?: string; shortNames?: string[]; categories?: string[] };
    versions: CrdVersion[];
    preserveUnknownFields?: boolean;
  };
}

interface CrdVersion {
  name: string;
  served: boolean;
  storage: boolean;
  schema?: { openAPIV3Schema?: Schema };
  subresources?: { status?: object; scale?: CustomKind['scale'] };
  additionalPrinterColumns?: { name: string; type: string; format?: string; description?: string; priority?: number; jsonPath: string }[];
}

/** The kinds that a CRD makes the server serve, one per served version. */
export function customKinds(crd: CustomResourceDefinition): Kind[] {
  return crd.spec.versions.filter((version) => version.served).map((version) => customKind(crd, version));
}

function customKind({ spec }: CustomResourceDefinition, version: CrdVersion): Kind {
  const { names, group } = spec;
  const custom = customPart(group, names.kind, version);
  return {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: spec.scope === 'Namespaced',
    subresources: new Set<Subresource>((['status', 'scale'] as const).filter((each) => version.subresources?.[each] !== undefined)),
    verbs: ALL_VERBS,
    storedAs: `${names.plural}.${group}`,
    nameRule: 'dns-1123-subdomain',
    hasGeneration: true,
    schema: custom.schema,
    definitions: builtinDefinition,
    behaviour: {},
    custom,
  };
}

const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', priority: 0 };

function customPart(group: string, kind: string, version: CrdVersion): CustomKind {
  const columns = version.additionalPrinterColumns?.map((column) => ({ ...column, priority: column.priority ?? 0 }));
  const scale = version.subresources?.scale;
  return {
    definitionName: [...group.split('.').reverse(), version.name, kind].join('.'),
    schema: withObjectFields(version.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
    columns: columns ?? [AGE],
    ...(scale === undefined ? {} : { scale }),
  };
}

/** Every object has these three, whether its CRD says so or not. */
function withObjectFields(schema: Schema): Schema {
  const metadata = { $ref: `${REFERENCE_PREFIX}${definitionName('V1ObjectMeta')}` };
  return { ...schema, properties: { ...schema.properties, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata } };
}
