import type { PutEventsRequest, PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { AwsError, type Call, type World } from '../operation';
import { uuid } from '../uuid';
import type { BusEvent, Deliverer, Disturbance } from './delivery';
import { lookUpBus, type EventRecords } from './records';

/** AWS: "Calculating Amazon EventBridge event size": all entries of a request together. */
const MAX_BYTES = 256 * 1024;

const ENTRY_MEMBERS = ['Time', 'Source', 'Resources', 'DetailType', 'Detail', 'EventBusName', 'TraceHeader'];

interface Parts {
  readonly world: Pick<World, 'random'>;
  readonly records: EventRecords;
  readonly deliverer: Deliverer;
  readonly disturbance: Disturbance;
}

/** PutEvents: entries are accepted or refused one by one; the failures are in the answer. Throws `ValidationException` for the request as a whole. */
export function putEvents({ world, records, deliverer, disturbance }: Parts, { Entries: entries = [] }: PutEventsRequest, call: Call): object {
  checkRequest(entries);
  const results = entries.map((entry): PutEventsResultEntry => {
    const bus = lookUpBus(records, call, entry.EventBusName);
    const asked = disturbance.refusal?.(entry);
    const refused = asked === undefined ? checkEntry(entry, bus !== undefined) : { ErrorCode: asked.code, ErrorMessage: asked.message };
    if (refused !== undefined || bus === undefined) return refused ?? {};
    const event = envelope(entry, { id: uuid(world.random), call });
    deliverer.accept(bus.arn, event);
    return { EventId: event.id };
  });
  return { FailedEntryCount: results.filter(({ ErrorCode: code }) => code !== undefined).length, Entries: results };
}

function checkRequest(entries: readonly PutEventsRequestEntry[]): void {
  if (entries.length === 0 || entries.length > 10) {
    throw new AwsError('ValidationException', `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10, got ${entries.length}`);
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= MAX_BYTES) throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  const strange = entries.flatMap((entry) => Object.keys(entry)).find((name) => !ENTRY_MEMBERS.includes(name));
  if (strange !== undefined) throw new AwsError('UnsupportedOperation', `The local AWS does not implement the parameter Entries.${strange}`);
}

/** Bytes that count: 14 for a time, and source, type, detail and resources in UTF-8. */
function sizeOf({ Time: time, Source: source = '', DetailType: type = '', Detail: detail = '', Resources: resources = [] }: PutEventsRequestEntry): number {
  return [source, type, detail, ...resources].reduce((sum, text) => sum + Buffer.byteLength(text, 'utf8'), time === undefined ? 0 : 14);
}

function checkEntry({ Source: source, DetailType: type, Detail: detail }: PutEventsRequestEntry, hasBus: boolean): PutEventsResultEntry | undefined {
  const missing = Object.entries({ Source: source, DetailType: type, Detail: detail }).find(([, value]) => value === undefined || value === '');
  if (missing !== undefined) return { ErrorCode: 'InvalidArgument', ErrorMessage: `Parameter ${missing[0]} is not valid. Reason: ${missing[0]} is a required argument.` };
  if (source?.startsWith('aws.') === true) return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  if (!isJsonObject(detail ?? '')) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return hasBus ? undefined : { ErrorCode: 'ResourceNotFoundException', ErrorMessage: 'The event bus does not exist.' };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function envelope({ Time: time, Source: source = '', DetailType: type = '', Detail: detail = '', Resources: resources = [] }: PutEventsRequestEntry, { id, call }: { id: string; call: Call }): BusEvent {
  return {
    version: '0',
    id,
    'detail-type': type,
    source,
    account: call.account,
    time: new Date(time ?? call.now).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: call.region,
    resources,
    detail: JSON.parse(detail),
  };
}
