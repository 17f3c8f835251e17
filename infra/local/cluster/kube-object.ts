/** Whom this object belongs to. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** One entry of `metadata.managedFields`. */
export interface ManagedFields {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: Record<string, unknown>;
  subresource?: string;
}

export interface Metadata {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFields[];
  selfLink?: string;
}

/** Any object of the cluster, as the wire shows it. What the store hands out is frozen: `draft` makes a copy to change. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

/** A deep copy of a JSON value that may be changed. Much faster than `structuredClone`, and every write makes some. */
export function draft<T>(object: T): T {
  if (typeof object !== 'object' || object === null) return object;
  if (Array.isArray(object)) return object.map(draft) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) copy[name] = draft(value);
  return copy as T;
}

/** Whether two JSON values say the same on the wire: fields without a value do not count. */
export function isSameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) return Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((item, index) => isSameJson(item, right[index]));
  const [some, others] = [stated(left), stated(right)];
  return some.length === others.length && some.every(([name, value]) => isSameJson(value, (right as Record<string, unknown>)[name]));
}

const stated = (object: object) => Object.entries(object).filter(([, value]) => value !== undefined);

/** Freezes a value and everything in it, and answers it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}

/** A plain JSON object, not a list and not null. */
export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as text: strings as they are, nothing as nothing, anything else as JSON. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** Time as the API writes it: RFC 3339, whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Reads `spec.replicas` and the like; undefined where a step is missing. */
export function fieldAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, step) => (isFields(inner) ? inner[step] : undefined), value);
}
