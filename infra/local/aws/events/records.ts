import { AwsError, type World } from '../operation';

/** An event bus as it is stored. */
export interface Bus {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly description?: string | undefined;
  readonly createdAt: number;
}

/** Where a rule sends what fits its pattern. */
export interface Target {
  readonly id: string;
  readonly arn: string;
  readonly roleArn?: string | undefined;
  readonly deadLetterArn?: string | undefined;
  readonly messageGroupId?: string | undefined;
  readonly retryPolicy?: { readonly MaximumRetryAttempts?: number | undefined; readonly MaximumEventAgeInSeconds?: number | undefined } | undefined;
}

/** A rule as it is stored, with its targets. */
export interface Rule {
  readonly arn: string;
  readonly name: string;
  readonly busArn: string;
  readonly busName: string;
  readonly account: string;
  readonly region: string;
  readonly pattern: string;
  readonly isEnabled: boolean;
  readonly description?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly targets: readonly Target[];
}

export interface Place {
  readonly account: string;
  readonly region: string;
}

/** Buses and rules in the world's storage. */
export function eventRecords({ storage }: Pick<World, 'storage'>) {
  return { buses: storage.collection<Bus>('events/buses'), rules: storage.collection<Rule>('events/rules') };
}

export type EventRecords = ReturnType<typeof eventRecords>;

/** The name of a bus, given by name or ARN; `default` if none is given. */
export function busName(given: string | undefined): string {
  return given === undefined ? 'default' : (/^arn:[^:]+:events:[^:]+:\d{12}:event-bus\/(.+)$/.exec(given)?.[1] ?? given);
}

export function busArn({ account, region }: Place, name: string): string {
  return `arn:aws:events:${region}:${account}:event-bus/${name}`;
}

export function ruleArn({ account, region }: Place, bus: string, name: string): string {
  return `arn:aws:events:${region}:${account}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`;
}

/** The bus of that name; every account has a `default` one. Undefined if there is none. */
export function lookUpBus({ buses }: Pick<EventRecords, 'buses'>, place: Place, given: string | undefined): Bus | undefined {
  const name = busName(given);
  const arn = busArn(place, name);
  const implied: Bus = { arn, name, account: place.account, region: place.region, createdAt: 0 };
  return buses.get(arn) ?? (name === 'default' ? implied : undefined);
}

/** Like `lookUpBus`; throws `ResourceNotFoundException`. */
export function findBus(records: Pick<EventRecords, 'buses'>, place: Place, given: string | undefined): Bus {
  const bus = lookUpBus(records, place, given);
  if (bus === undefined) throw new AwsError('ResourceNotFoundException', `Event bus ${busName(given)} does not exist.`);
  return bus;
}

/** Throws `ResourceNotFoundException`. */
export function findRule(records: EventRecords, place: Place, { name, bus }: { name: string | undefined; bus: string | undefined }): Rule {
  const rule = records.rules.get(ruleArn(place, findBus(records, place, bus).name, name ?? ''));
  if (rule === undefined) throw new AwsError('ResourceNotFoundException', `Rule ${name ?? ''} does not exist on EventBus ${busName(bus)}.`);
  return rule;
}

/** A page of a list, with AWS's opaque tokens. Throws `ValidationException` for a token that is none. */
export function pageOf<T>(all: readonly T[], { Limit: limit = 100, NextToken: token }: { Limit?: number | undefined; NextToken?: string | undefined }): { items: readonly T[]; next: { NextToken?: string } } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString('utf8'));
  if (!Number.isInteger(start) || start < 0) throw new AwsError('ValidationException', 'The given NextToken is not valid.');
  const end = start + limit;
  return { items: all.slice(start, end), next: end < all.length ? { NextToken: Buffer.from(String(end)).toString('base64') } : {} };
}
