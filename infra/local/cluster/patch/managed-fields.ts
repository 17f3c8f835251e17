import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ManagedFields } from '../kube-object';
import { timestamp } from '../kube-object';
import type { Kind } from '../kinds/kind';
import { apiVersionOf } from '../kinds/kind';
import type { FieldValues } from './field-set';
import { fieldValues, fromFieldsV1, toFieldsV1 } from './field-set';

/** Who writes, when, and to which part of the object. */
export interface Writer {
  readonly manager: string;
  readonly now: number;
  readonly subresource?: string | undefined;
}

/** One manager's claim, with its paths at hand. */
export interface Claim {
  readonly entry: ManagedFields;
  readonly paths: Set<string>;
}

/** The claims on an object. */
export function readClaims(object: KubeObject | undefined): Claim[] {
  return (object?.metadata.managedFields ?? []).map((entry) => ({ entry, paths: fromFieldsV1(entry.fieldsV1) }));
}

/** Claims as they are stored: without those that hold nothing. */
export function writeClaims(claims: readonly Claim[]): ManagedFields[] {
  return claims.filter(({ paths }) => paths.size > 0).map(({ entry, paths }) => ({ ...entry, fieldsV1: toFieldsV1([...paths].sort()) }));
}

/** A claim by this writer. */
export function claimBy(writer: Writer, { kind, operation, paths }: { kind: Kind; operation: ManagedFields['operation']; paths: Set<string> }): Claim {
  const { manager, now, subresource } = writer;
  const entry = { manager, operation, apiVersion: apiVersionOf(kind), time: timestamp(now), fieldsType: 'FieldsV1' as const, fieldsV1: {} };
  return { entry: subresource === undefined ? entry : { ...entry, subresource }, paths };
}

export function isSameClaim(left: ManagedFields, right: ManagedFields): boolean {
  return left.manager === right.manager && left.operation === right.operation && left.subresource === right.subresource;
}

/** Records who changed what in a create, update or patch: the writer owns the fields whose values it changed, nobody owns what is gone. */
export function trackUpdate(object: KubeObject, { before, kind, writer }: { before: KubeObject | undefined; kind: Kind; writer: Writer }): ManagedFields[] {
  if (object.metadata.managedFields?.length === 0) return [];
  const observed = before === undefined ? new Map<string, unknown>() : fieldValues(before, kind);
  const desired = fieldValues(object, kind);
  const changed = changedPaths(observed, desired);
  const mine = claimBy(writer, { kind, operation: 'Update', paths: new Set(changed) });
  const claims = readClaims(before).map((claim) => remaining(claim, { desired, changed, mine }));
  const existing = claims.find((claim) => isSameClaim(claim.entry, mine.entry));
  if (changed.size === 0) return writeClaims(claims);
  if (existing === undefined) return writeClaims([...claims, mine]);
  const extended = { entry: { ...mine.entry }, paths: new Set([...existing.paths, ...changed]) };
  return writeClaims(claims.map((claim) => (claim === existing ? extended : claim)));
}

function remaining(claim: Claim, { desired, changed, mine }: { desired: FieldValues; changed: ReadonlySet<string>; mine: Claim }): Claim {
  const isMine = isSameClaim(claim.entry, mine.entry);
  const kept = [...claim.paths].filter((path) => desired.has(path) && (isMine || !changed.has(path) || desired.get(path) === undefined));
  return { entry: claim.entry, paths: new Set(kept) };
}

function changedPaths(observed: FieldValues, desired: FieldValues): Set<string> {
  return new Set([...desired].filter(([path, value]) => !observed.has(path) || !isDeepStrictEqual(observed.get(path), value)).map(([path]) => path));
}
