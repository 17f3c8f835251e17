import { builtinDefinition, definitionName } from '../schema/builtin-schema';
import type { NameRule } from '../validation/names';
import { behaviours } from './behaviours';
import { eventConversion } from './event-conversion';
import type { Kind, Subresource } from './kind';

export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

interface Entry {
  readonly kind: string;
  readonly plural: string;
  readonly short?: readonly string[];
  readonly scope?: 'Cluster';
  readonly sub?: readonly Subresource[];
  readonly names?: NameRule;
  /** Name of the client's model when it is not `V1<Kind>`. */
  readonly model?: string;
  readonly generation?: true;
  readonly all?: true;
  readonly createOnly?: true;
}

const STATUS = ['status'] as const;

const GROUPS: Readonly<Record<string, readonly Entry[]>> = {
  '': [
    { kind: 'Namespace', plural: 'namespaces', short: ['ns'], scope: 'Cluster', sub: ['status', 'finalize'], names: 'dns-1123-label' },
    { kind: 'Node', plural: 'nodes', short: ['no'], scope: 'Cluster', sub: STATUS },
    { kind: 'Pod', plural: 'pods', short: ['po'], sub: STATUS, generation: true, all: true },
    { kind: 'Service', plural: 'services', short: ['svc'], sub: STATUS, names: 'dns-1035-label', all: true },
    { kind: 'Endpoints', plural: 'endpoints', short: ['ep'] },
    { kind: 'ConfigMap', plural: 'configmaps', short: ['cm'] },
    { kind: 'Secret', plural: 'secrets' },
    { kind: 'ServiceAccount', plural: 'serviceaccounts', short: ['sa'] },
    { kind: 'Event', plural: 'events', short: ['ev'], model: 'CoreV1Event' },
  ],
  apps: [
    { kind: 'Deployment', plural: 'deployments', short: ['deploy'], sub: ['status', 'scale'], generation: true, all: true },
    { kind: 'ReplicaSet', plural: 'replicasets', short: ['rs'], sub: ['status', 'scale'], generation: true, all: true },
  ],
  'discovery.k8s.io': [{ kind: 'EndpointSlice', plural: 'endpointslices', generation: true }],
  'events.k8s.io': [{ kind: 'Event', plural: 'events', short: ['ev'], model: 'EventsV1Event' }],
  'coordination.k8s.io': [{ kind: 'Lease', plural: 'leases' }],
  'networking.k8s.io': [
    { kind: 'Ingress', plural: 'ingresses', short: ['ing'], sub: STATUS, generation: true },
    { kind: 'IngressClass', plural: 'ingressclasses', scope: 'Cluster', generation: true },
  ],
  'rbac.authorization.k8s.io': [
    { kind: 'ClusterRole', plural: 'clusterroles', scope: 'Cluster', names: 'path-segment' },
    { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', scope: 'Cluster', names: 'path-segment' },
    { kind: 'Role', plural: 'roles', names: 'path-segment' },
    { kind: 'RoleBinding', plural: 'rolebindings', names: 'path-segment' },
  ],
  'policy': [{ kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', short: ['pdb'], sub: STATUS, generation: true }],
  'apiextensions.k8s.io': [{ kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', short: ['crd', 'crds'], scope: 'Cluster', sub: STATUS, generation: true }],
  'authentication.k8s.io': [{ kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', scope: 'Cluster', createOnly: true }],
  'authorization.k8s.io': [
    { kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', scope: 'Cluster', createOnly: true },
    { kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', scope: 'Cluster', createOnly: true },
    { kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', scope: 'Cluster', createOnly: true },
  ],
};

/** The kinds that every cluster serves, in the order of discovery. */
export function builtinKinds(): Kind[] {
  return Object.entries(GROUPS).flatMap(([group, entries]) => entries.map((entry) => builtinKind(group, entry)));
}

function builtinKind(group: string, entry: Entry): Kind {
  const model = entry.model ?? `V1${entry.kind}`;
  const storedAs = entry.plural === 'events' ? 'events' : group === '' ? entry.plural : `${entry.plural}.${group}`;
  return {
    group,
    version: 'v1',
    kind: entry.kind,
    plural: entry.plural,
    singular: entry.kind.toLowerCase(),
    listKind: entry.kind === 'Endpoints' ? 'EndpointsList' : `${entry.kind}List`,
    shortNames: entry.short ?? [],
    categories: entry.all === true ? ['all'] : entry.kind === 'CustomResourceDefinition' ? ['api-extensions'] : [],
    namespaced: entry.scope === undefined,
    subresources: new Set(entry.sub ?? []),
    verbs: entry.createOnly === true ? ['create'] : ALL_VERBS,
    storedAs,
    nameRule: entry.names ?? 'dns-1123-subdomain',
    hasGeneration: entry.generation === true,
    schema: builtinDefinition(definitionName(model)),
    definitions: builtinDefinition,
    behaviour: behaviours[storedAs] ?? {},
    ...(group === 'events.k8s.io' ? { conversion: eventConversion } : {}),
  };
}

/** The name of the OpenAPI definition of a built-in kind. */
export function builtinDefinitionName({ group, kind }: Pick<Kind, 'group' | 'kind'>): string {
  const model = Object.entries(GROUPS).flatMap(([name, entries]) => (name === group ? entries : [])).find((entry) => entry.kind === kind)?.model;
  return definitionName(model ?? `V1${kind}`);
}
