import type { Kind, Subresource } from '../kinds/kind';
import { apiVersionOf } from '../kinds/kind';

const SUBRESOURCE_VERBS: Readonly<Record<Subresource, readonly string[]>> = { status: ['get', 'patch', 'update'], scale: ['get', 'patch', 'update'], finalize: ['update'] };

const groupsOf = (kinds: readonly Kind[]) => [...new Set(kinds.map((kind) => kind.group))];
const versionsOf = (kinds: readonly Kind[], group: string) => [...new Set(kinds.filter((kind) => kind.group === group).map((kind) => kind.version))];

/** `GET /api` */
export function apiVersions(): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

/** `GET /apis` */
export function apiGroupList(kinds: readonly Kind[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(kinds).filter((group) => group !== '').map((group) => groupEntry(kinds, group)) };
}

/** `GET /apis/{group}`; undefined for a group that is not served. */
export function apiGroup(kinds: readonly Kind[], group: string): object | undefined {
  return groupsOf(kinds).includes(group) && group !== '' ? { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(kinds, group) } : undefined;
}

function groupEntry(kinds: readonly Kind[], group: string) {
  const versions = versionsOf(kinds, group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** `GET /api/v1` and `GET /apis/{group}/{version}`; undefined for what is not served. */
export function apiResourceList(kinds: readonly Kind[], { group, version }: { group: string; version: string }): object | undefined {
  const served = kinds.filter((kind) => kind.group === group && kind.version === version);
  if (served.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf({ group, version }), resources: served.flatMap(resourceEntries) };
}

function resourceEntries(kind: Kind): object[] {
  const entry = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.verbs,
    ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
  };
  const subresources = [...kind.subresources].map((subresource) => {
    const { group, version, kind: name } = responseKind(kind, subresource);
    return { name: `${kind.plural}/${subresource}`, singularName: '', namespaced: kind.namespaced, ...(subresource === 'scale' ? { group, version } : {}), kind: name, verbs: SUBRESOURCE_VERBS[subresource] };
  });
  return [entry, ...subresources];
}

function responseKind({ group, version, kind }: Kind, subresource?: Subresource) {
  return subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : { group, version, kind };
}

/** The aggregated discovery document: everything under `/api` (the core group) or under `/apis` in one answer. */
export function aggregatedDiscovery(kinds: readonly Kind[], { core, version }: { core: boolean; version: string }): object {
  const groups = groupsOf(kinds).filter((group) => (group === '') === core);
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items: groups.map((group) => aggregatedGroup(kinds, group)) };
}

function aggregatedGroup(kinds: readonly Kind[], group: string): object {
  const versions = versionsOf(kinds, group).map((version) => {
    const served = kinds.filter((kind) => kind.group === group && kind.version === version);
    return { version, resources: served.map(aggregatedResource), freshness: 'Current' };
  });
  return { metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null }, versions };
}

function aggregatedResource(kind: Kind): object {
  const subresources = [...kind.subresources].map((subresource) => ({ subresource, responseKind: responseKind(kind, subresource), verbs: SUBRESOURCE_VERBS[subresource] }));
  return {
    resource: kind.plural,
    responseKind: responseKind(kind),
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
