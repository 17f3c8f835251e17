import { isStepError } from '../shared/contract/errors';
import { type ClusterItem, type LastError } from '../shared/contract/items';
import { clusterOf, type Key, parseKey } from '../shared/contract/keys';
import { STATES } from '../shared/contract/steps';
import { type ApiResource, type ClusterClient, RESOURCES } from '../shared/kubernetes/cluster-client';
import type { Holder, Store } from '../shared/store/store';
import type { Log } from './log';

/** Ordinary ends of a step: the workflow knows the way on. */
const EXPECTED = new Set(['NotReady', 'Dirty', 'Superseded', 'PlanStale', 'LeaseLost']);
/** Worth a word only if it goes on. */
const PATIENT = new Set(['Throttled', 'Transient', 'Eventual', 'Conflict']);
const PATIENCE = 3;
/** In the workflow `ReportStatus` tells these: one Warning per problem. */
const FOR_A_PERSON = new Set(['UserConfig', 'Quota']);

/** What may be said about an error anywhere: no header, token or secret. */
export type DescribedError = Omit<LastError, 'state' | 'at'>;

/** Whether the error is an ordinary end of a step, nothing to tell a person. */
export function isExpected(error: unknown): boolean {
  return EXPECTED.has(describeError(error).name);
}

/** Name, message and AWS's words of an error, whatever was thrown. */
export function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { name: 'Unknown', message: redact(String(error)) };
  const details = (error as { details?: { awsCode?: string; code?: string; requestId?: string } }).details ?? {};
  return {
    name: error.name,
    message: redact(error.message),
    ...(details.awsCode === undefined ? {} : { awsCode: details.awsCode }),
    ...(details.code === undefined ? {} : { code: details.code }),
    ...(details.requestId === undefined ? {} : { requestId: details.requestId }),
  };
}

/** Takes tokens, signatures and whole header blocks out of a text; at most 2,000 characters stay. */
export function redact(text: string): string {
  return text
    .replace(/k8s-aws-v1\.[\w-]+/g, 'k8s-aws-v1.***')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 ***')
    .replace(/(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"]+/gi, '$1***')
    .replace(/\bheaders:[\s\S]*$/i, '(headers left out)')
    .slice(0, 2000);
}

export interface Report {
  readonly store: Store;
  readonly now: () => number;
  readonly clusterClient: ((cluster: ClusterItem) => ClusterClient) | undefined;
  readonly log: Log;
  readonly holder: Holder;
  readonly state: string;
  readonly error: unknown;
}

/**
 * Writes an error to the key's `lastError`, fenced, and, if it is new there, to a Warning Event on the key's object. Ordinary ends are not
 * errors, and what will pass by itself is told from the third time. Never throws: the error itself matters more than its report.
 */
export async function reportError(report: Report): Promise<void> {
  const { store, holder, state, error, log, now } = report;
  if (isExpected(error)) return;
  try {
    const described = describeError(error);
    const previous = (await store.leases.read(holder.key))?.lastError;
    const same = previous?.name === described.name && previous.state === state && previous.awsCode === described.awsCode;
    const times = same ? (previous.times ?? 1) + 1 : 1;
    const recorded = await store.leases.recordError(holder, { ...described, state, at: now(), ...(times === 1 ? {} : { times }) });
    if (recorded && isToTell({ name: described.name, state, times })) await tellObject(report, described);
  } catch (failure) {
    log.warn('an error could not be reported', { failure: describeError(failure) });
  }
}

function isToTell({ name, state, times }: { name: string; state: string; times: number }): boolean {
  if (FOR_A_PERSON.has(name) && (STATES as readonly string[]).includes(state)) return false;
  return times === (PATIENT.has(name) ? PATIENCE : 1);
}

async function tellObject({ store, holder, state, error, clusterClient }: Report, { message }: DescribedError): Promise<void> {
  const key = parseKey(holder.key);
  const object = objectOf(key);
  const cluster = await store.clusters.get(clusterOf(key) ?? '');
  // A cluster that is only observed is not written to, not even an Event.
  if (!object || !clusterClient || cluster?.mode !== 'own') return;
  const client = clusterClient(cluster);
  const found = await client.get(object.resource, object);
  if (!found) return;
  const { group, version, kind } = object.resource;
  await client.recordEvent({
    object: { apiVersion: group === '' ? version : `${group}/${version}`, kind, namespace: object.namespace, name: object.name, ...(found.metadata.uid === undefined ? {} : { uid: found.metadata.uid }) },
    type: 'Warning',
    reason: (isStepError(error) ? error.details.code : undefined) ?? `${pascal(state)}Failed`,
    message: `${state}: ${message}`,
  });
}

/** The object that a person looks at for a key; none for groups of objects. */
function objectOf(key: Key): { resource: ApiResource; namespace: string; name: string } | undefined {
  if (key.kind === 'svc') return { resource: RESOURCES.services, namespace: key.namespace, name: key.name };
  if (key.kind === 'ing') return { resource: RESOURCES.ingresses, namespace: key.namespace, name: key.name };
  if (key.kind === 'tg') return { resource: RESOURCES.targetGroupBindings, namespace: key.namespace, name: key.name };
  return undefined;
}

/** `sync-targets` as `SyncTargets`: reasons of Events are CamelCase. */
function pascal(text: string): string {
  return text.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());
}
