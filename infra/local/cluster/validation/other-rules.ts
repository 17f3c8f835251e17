import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../kube-object';
import { asText, fieldAt, isFields } from '../kube-object';
import type { FieldProblem } from './field-problem';
import { forbiddenValue, invalidValue, required, unsupportedValue } from './field-problem';

const textAt = (object: KubeObject, path: string) => {
  const value = fieldAt(object, path);
  return typeof value === 'string' ? value : '';
};

/** A slice says which kind of addresses it holds. */
export function checkEndpointSlice(object: KubeObject): FieldProblem[] {
  const type = textAt(object, 'addressType');
  if (type === '') return [required('addressType')];
  return ['FQDN', 'IPv4', 'IPv6'].includes(type) ? [] : [unsupportedValue('addressType', type, ['FQDN', 'IPv4', 'IPv6'])];
}

/** A slice keeps its kind of addresses. */
export function checkEndpointSliceUpdate(object: KubeObject, before: KubeObject): FieldProblem[] {
  return keepsField(object, before, 'addressType');
}

/** A binding keeps the role that it binds. */
export function checkBindingUpdate(object: KubeObject, before: KubeObject): FieldProblem[] {
  return isDeepStrictEqual(object['roleRef'], before['roleRef']) ? [] : [invalidValue('roleRef', object['roleRef'], 'cannot change roleRef')];
}

/** A node keeps its provider id once it has one. */
export function checkNodeUpdate(object: KubeObject, before: KubeObject): FieldProblem[] {
  const isSet = textAt(before, 'spec.providerID') !== '';
  return isSet && textAt(object, 'spec.providerID') !== textAt(before, 'spec.providerID') ? [forbiddenValue('spec.providerID', 'node updates may not change providerID except from "" to valid')] : [];
}

/** An IngressClass keeps its controller. */
export function checkIngressClassUpdate(object: KubeObject, before: KubeObject): FieldProblem[] {
  return keepsField(object, before, 'spec.controller');
}

/** A Secret keeps its type; immutable Secrets and ConfigMaps keep their contents. */
export function checkContentUpdate(object: KubeObject, before: KubeObject): FieldProblem[] {
  const problems = 'type' in before ? keepsField(object, before, 'type') : [];
  if (before['immutable'] !== true) return problems;
  const changed = ['data', 'binaryData', 'immutable'].filter((field) => !isDeepStrictEqual(object[field], before[field]));
  return [...problems, ...changed.map((field) => forbiddenValue(field, 'field is immutable when `immutable` is set'))];
}

function keepsField(object: KubeObject, before: KubeObject, path: string): FieldProblem[] {
  return isDeepStrictEqual(fieldAt(object, path), fieldAt(before, path)) ? [] : [invalidValue(path, fieldAt(object, path) ?? null, 'field is immutable')];
}

/** Rules and backends that name what they need. */
export function checkIngress(object: KubeObject): FieldProblem[] {
  const rules = fieldAt(object, 'spec.rules');
  const hasDefault = isFields(fieldAt(object, 'spec.defaultBackend'));
  if (!Array.isArray(rules) || rules.length === 0) return hasDefault ? [] : [invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified')];
  return rules.flatMap((rule, index) => {
    const paths = fieldAt(rule, 'http.paths');
    return Array.isArray(paths) ? paths.flatMap((path, at) => checkIngressPath(path, `spec.rules[${index}].http.paths[${at}]`)) : [];
  });
}

function checkIngressPath(path: unknown, field: string): FieldProblem[] {
  const type = fieldAt(path, 'pathType');
  const text = fieldAt(path, 'path');
  const types = ['Exact', 'ImplementationSpecific', 'Prefix'];
  if (type === undefined) return [required(`${field}.pathType`, 'pathType must be specified')];
  if (!types.includes(asText(type))) return [unsupportedValue(`${field}.pathType`, type, types)];
  if (type !== 'ImplementationSpecific' && !asText(text).startsWith('/')) return [invalidValue(`${field}.path`, text ?? '', 'must be an absolute path')];
  const backend = fieldAt(path, 'backend');
  return isFields(fieldAt(backend, 'service')) || isFields(fieldAt(backend, 'resource')) ? [] : [required(`${field}.backend`)];
}

/** A CRD is named after what it defines and stores exactly one version. */
export function checkCrd(object: KubeObject): FieldProblem[] {
  const expected = `${textAt(object, 'spec.names.plural')}.${textAt(object, 'spec.group')}`;
  const versions = fieldAt(object, 'spec.versions');
  const stored = Array.isArray(versions) ? versions.filter((version) => fieldAt(version, 'storage') === true).length : 0;
  const schemaless = Array.isArray(versions) ? versions.flatMap((version, index) => (isFields(fieldAt(version, 'schema.openAPIV3Schema')) ? [] : [required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required')])) : [];
  return [
    ...(textAt(object, 'spec.names.kind') === '' ? [required('spec.names.kind')] : []),
    ...(object.metadata.name === expected ? [] : [invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...(['Cluster', 'Namespaced'].includes(textAt(object, 'spec.scope')) ? [] : [unsupportedValue('spec.scope', fieldAt(object, 'spec.scope') ?? '', ['Cluster', 'Namespaced'])]),
    ...(stored === 1 ? [] : [invalidValue('spec.versions', stored, 'must have exactly one version marked as storage version')]),
    ...schemaless,
  ];
}
