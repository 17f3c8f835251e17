import type { KubeObject } from '../kube-object';
import { isFields } from '../kube-object';
import type { EndpointSlice } from '../objects';

/** A new namespace is Active and is held by its own finalizer until its contents are gone. */
export function prepareNamespace(object: KubeObject): void {
  object.spec = { finalizers: ['kubernetes'] };
  object.status = { phase: 'Active' };
}

/** A namespace's name is a label of it. */
export function labelNamespace(object: KubeObject): void {
  object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
}

/** `stringData` becomes base64 `data`; a Secret without a type is Opaque. */
export function fillSecretDefaults(object: KubeObject): void {
  object['type'] ??= 'Opaque';
  const text = object['stringData'];
  if (!isFields(text)) return;
  const encoded = Object.entries(text).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]);
  object['data'] = { ...(isFields(object['data']) ? object['data'] : {}), ...Object.fromEntries(encoded) };
  delete object['stringData'];
}

/** Ports are TCP and unnamed, endpoints say nothing, unless stated. */
export function fillEndpointSliceDefaults(object: KubeObject): void {
  const slice = object as EndpointSlice;
  slice.endpoints ??= [];
  for (const port of slice.ports ?? []) {
    port.protocol ??= 'TCP';
    port.name ??= '';
  }
}

/** Endpoints' ports are TCP unless stated. */
export function fillEndpointsDefaults(object: KubeObject): void {
  const subsets = Array.isArray(object['subsets']) ? object['subsets'].filter(isFields) : [];
  const ports = subsets.flatMap((subset) => (Array.isArray(subset['ports']) ? subset['ports'].filter(isFields) : []));
  for (const port of ports) port['protocol'] ??= 'TCP';
}

/** The group of a role binding's reference and subjects. */
export function fillBindingDefaults(object: KubeObject): void {
  const group = 'rbac.authorization.k8s.io';
  if (isFields(object['roleRef'])) object['roleRef']['apiGroup'] ??= group;
  const subjects = Array.isArray(object['subjects']) ? object['subjects'].filter(isFields) : [];
  for (const subject of subjects) if (subject['kind'] === 'User' || subject['kind'] === 'Group') subject['apiGroup'] ??= group;
}

/** Names that a CRD may leave out. */
export function fillCrdDefaults(object: KubeObject): void {
  const { spec } = object;
  if (!isFields(spec) || !isFields(spec['names'])) return;
  const names = spec['names'];
  const kind = String(names['kind']);
  names['singular'] ??= kind.toLowerCase();
  names['listKind'] ??= `${kind}List`;
  spec['conversion'] ??= { strategy: 'None' };
}

/** Until its kinds are known to be served, a CRD says so. */
export function prepareCrd(object: KubeObject): void {
  object.status = { conditions: [], acceptedNames: { plural: '', kind: '' }, storedVersions: storageVersions(object) };
  object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), 'customresourcecleanup.apiextensions.k8s.io'])];
}

function storageVersions({ spec }: KubeObject): string[] {
  const versions = isFields(spec) && Array.isArray(spec['versions']) ? spec['versions'].filter(isFields) : [];
  return versions.filter((version) => version['storage'] === true).map((version) => String(version['name']));
}
