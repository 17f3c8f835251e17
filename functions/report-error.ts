import { isStepError } from '../shared/contract/errors';
import { type ClusterItem, type LastError } from '../shared/contract/items';
import { formatKey, type Key, parseKey } from '../shared/contract/keys';
import { STATES } from '../shared/contract/steps';
import { type ApiObject, type ApiResource, type ClusterClient, RESOURCES } from '../shared/kubernetes/cluster-client';
import type { Holder, Store } from '../shared/store/store';
import type { Log } from './log';

/** Ordinary ends of a step: the workflow knows the way on. */
const EXPECTED = new Set(['NotReady', 'Dirty', 'Superseded', 'PlanStale', 'LeaseLost']);
/** Worth a word only if it goes on. */
const PATIENT = new Set(['Throttled', 'Transient', 'Eventual', 'Conflict']);
const PATIENCE = 3;
/** In the workflow `ReportStatus` tells these: one Warning per problem. */
const FOR_A_PERSON = new Set(['UserConfig', 'Quota']);
/** A full security group concerns everybody behind it; this many of them are told. */
const MOST_TOLD = 20;

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
    if (recorded && isToTell({ name: described.name, state, times })) await tellObjects(report, described);
  } catch (failure) {
    log.warn('an error could not be reported', { failure: describeError(failure) });
  }
}

function isToTell({ name, state, times }: { name: string; state: string; times: number }): boolean {
  if (FOR_A_PERSON.has(name) && (STATES as readonly string[]).includes(state)) return false;
  return times === (PATIENT.has(name) ? PATIENCE : 1);
}

async function tellObjects({ store, holder, state, error, clusterClient }: Report, { name, message }: DescribedError): Promise<void> {
  const reason = (isStepError(error) ? error.details.code : undefined) ?? `${pascal(state)}Failed`;
  // What a person is to mend says so in words of its own; the state's name says where else to look.
  const event = { type: 'Warning', reason, message: FOR_A_PERSON.has(name) ? message : `${state}: ${message}` } as const;
  for (const place of await objectsOf(parseKey(holder.key), store)) {
    const cluster = await store.clusters.get(place.cluster);
    // A cluster that is only observed is not written to, not even an Event.
    if (!clusterClient || cluster?.mode !== 'own') continue;
    const client = clusterClient(cluster);
    const found = await client.get(place.resource, place);
    if (found) await client.recordEvent({ object: referenceOf(place, found), ...event });
    const service = (found?.['spec'] as { serviceRef?: { name: string } } | undefined)?.serviceRef;
    if (place.resource !== RESOURCES.targetGroupBindings || !service) continue;
    const behind = { ...place, resource: RESOURCES.services, name: service.name };
    // A binding's key refers to its Service before anybody reads it; a security group's reads it for this Event only, and waits for nothing of it.
    if (holder.key.startsWith('tg#')) await store.references.add({ cluster: place.cluster, object: `services#${behind.namespace}/${behind.name}`, key: holder.key, why: 'backend of a target binding' });
    const owner = await client.get(behind.resource, behind);
    if (owner) await client.recordEvent({ object: referenceOf(behind, owner), ...event });
  }
}

interface Place {
  readonly cluster: string;
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
}

/** The objects that a person looks at for a key. A security group's are the bindings that need rules in it, and so their Services; a shared backend group has none. */
async function objectsOf(key: Key, { contributions }: Pick<Store, 'contributions'>): Promise<Place[]> {
  if (key.kind === 'svc') return [{ ...key, resource: RESOURCES.services }];
  if (key.kind === 'ing') return [{ ...key, resource: RESOURCES.ingresses }];
  if (key.kind === 'tg') return [{ ...key, resource: RESOURCES.targetGroupBindings }];
  if (key.kind !== 'sg') return [];
  const needing = await contributions.list(formatKey(key));
  return needing.slice(0, MOST_TOLD).map(({ cluster, binding }) => ({ cluster, resource: RESOURCES.targetGroupBindings, namespace: binding.split('/')[0] ?? '', name: binding.split('/')[1] ?? '' }));
}

function referenceOf({ resource: { group, version, kind }, namespace, name }: Place, { metadata: { uid } }: ApiObject) {
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, namespace, name, ...(uid === undefined ? {} : { uid }) };
}

/** `sync-targets` as `SyncTargets`: reasons of Events are CamelCase. */
function pascal(text: string): string {
  return text.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());
}
