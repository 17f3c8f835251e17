import type { KubeObject } from '../kube-object';
import { asText, fieldAt } from '../kube-object';
import type { LabelSelector } from '../objects';
import { badRequest } from '../status-error';

/** Whether labels satisfy a selector object (Deployment, PodDisruptionBudget …). */
export function matchesSelector(labels: Readonly<Record<string, string>>, selector: LabelSelector): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => holds(labels[key], operator.toLowerCase(), values));
}

function holds(value: string | undefined, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'doesnotexist':
      return value === undefined;
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      throw badRequest(`"${operator}" is not a valid label selector operator`);
  }
}

export type Match = (object: KubeObject) => boolean;

const KEY = '[A-Za-z0-9][-A-Za-z0-9_./]*';
const PATTERNS: readonly (readonly [RegExp, (match: RegExpExecArray) => readonly [operator: string, values: string[]]])[] = [
  [new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^)]*)\\)$`), (match) => [match[2] ?? '', (match[3] ?? '').split(',').map((each) => each.trim())]],
  [new RegExp(`^(${KEY})\\s*!=\\s*(.*)$`), (match) => ['notin', [match[2] ?? '']]],
  [new RegExp(`^(${KEY})\\s*==?\\s*(.*)$`), (match) => ['in', [match[2] ?? '']]],
  [new RegExp(`^(${KEY})\\s*>\\s*(\\d+)$`), (match) => ['gt', [match[2] ?? '']]],
  [new RegExp(`^(${KEY})\\s*<\\s*(\\d+)$`), (match) => ['lt', [match[2] ?? '']]],
  [new RegExp(`^!\\s*(${KEY})$`), () => ['doesnotexist', []]],
  [new RegExp(`^(${KEY})$`), () => ['exists', []]],
];

/** Reads `labelSelector`: `app=web,tier in (a, b),!old`. Throws 400 for what it cannot read. */
export function parseLabelSelector(text: string): Match {
  const requirements = splitOutsideParentheses(text).map((part) => {
    const found = PATTERNS.map(([pattern, read]) => ({ match: pattern.exec(part), read })).find(({ match }) => match !== null);
    if (found?.match == null) throw badRequest(`unable to parse requirement: found '${part}', expected: a key with an optional operator and values`);
    const [operator, values] = found.read(found.match);
    return { key: found.match[1] ?? '', operator, values };
  });
  return (object) => requirements.every(({ key, operator, values }) => holds(object.metadata.labels?.[key], operator, values));
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim()).filter((part) => part !== '');
}

const EVERY_KIND = ['metadata.name', 'metadata.namespace'];
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  pods: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.nominatedNodeName'],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  'replicasets.apps': ['status.replicas'],
  events: [
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((field) => `involvedObject.${field}`),
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((field) => `regarding.${field}`),
    'reason',
    'reportingComponent',
    'reportingController',
    'source',
    'type',
  ],
};

/** Reads `fieldSelector`. Throws 400 for a field that this kind cannot be selected by. `storedAs` names the kind. */
export function parseFieldSelector(text: string, storedAs: string): Match {
  const allowed = [...EVERY_KIND, ...(SELECTABLE[storedAs] ?? [])];
  const requirements = text.split(',').filter((part) => part.trim() !== '').map((part) => {
    const match = /^\s*([^=!\s]+)\s*(!=|==?)\s*(.*?)\s*$/.exec(part);
    if (match === null) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const [, field = '', operator, value = ''] = match;
    if (!allowed.includes(field)) throw badRequest(`Unable to find "${storedAs}" that match label selector "", field selector "${text}": field label not supported: ${field}`);
    return { field: field.replace(/^regarding\./, 'involvedObject.'), equal: operator !== '!=', value };
  });
  return (object) => requirements.every(({ field, equal, value }) => (textOf(object, field) === value) === equal);
}

function textOf(object: KubeObject, field: string): string {
  if (object.kind === 'Event' && field === 'source') return asText(fieldAt(object, 'source.component') ?? object['reportingComponent']);
  const value = fieldAt(object, field === 'reportingController' ? 'reportingComponent' : field);
  if (value === undefined || value === null) return field === 'spec.unschedulable' || field === 'spec.hostNetwork' ? 'false' : '';
  return asText(value);
}
