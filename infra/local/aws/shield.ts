import type { Collection } from '../storage';
import { jsonPage } from './json-paging';
import { operation } from './known-parameters';
import { AwsError, type Operations, type World } from './operation';
import { uuid } from './uuid';

interface ProtectionRecord {
  readonly id: string;
  readonly name: string;
  readonly resourceArn: string;
}

/** The local Shield and its subscription. */
export interface Shield {
  readonly operations: Operations;
  /** Subscribes an account to Shield Advanced, or ends it; accounts begin without. */
  setSubscribed(account: string, subscribed: boolean): void;
}

interface FindProtection {
  ProtectionId?: string;
  ResourceArn?: string;
}

interface ListProtections {
  MaxResults?: number;
  NextToken?: string;
  InclusionFilters?: { ResourceArns?: string[]; ProtectionNames?: string[] };
}

const YEAR_SECONDS = 365 * 86_400;
const paging = { most: 10_000, badToken: { code: 'InvalidPaginationTokenException', message: 'The NextToken is not valid' } };
const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);

/** What Shield keeps; it is a global service, so by account only. */
interface Kept {
  readonly world: World;
  /** Since when each account is subscribed, in milliseconds. */
  readonly subscriptions: Collection<number>;
  readonly protections: (account: string) => Collection<ProtectionRecord>;
}

/** Shield Advanced: the subscription and protections of resources. AWS: "Shield Advanced API Reference". */
export function createShield(world: World): Shield {
  const { storage, clock } = world;
  const kept: Kept = { world, subscriptions: storage.collection('shield/subscriptions'), protections: (account) => storage.collection(`shield/${account}/protections`) };
  return {
    operations: { ...subscriptionOperations(kept), ...protectionOperations(kept) },
    setSubscribed(account, subscribed) {
      if (subscribed) kept.subscriptions.set(account, clock.now());
      else kept.subscriptions.delete(account);
    },
  };
}

function subscriptionOperations({ subscriptions }: Kept): Operations {
  return {
    GetSubscriptionState: operation<object>([], (_, call) => ({ SubscriptionState: subscriptions.has(call.account) ? 'ACTIVE' : 'INACTIVE' })),
    CreateSubscription: operation<object>([], (_, call) => {
      if (subscriptions.has(call.account)) throw new AwsError('ResourceAlreadyExistsException', 'The subscription already exists.');
      subscriptions.set(call.account, call.now);
      return {};
    }),
    DescribeSubscription: operation<object>([], (_, call) => {
      const since = subscriptions.get(call.account);
      if (since === undefined) throw notFound('The subscription does not exist.');
      const start = Math.floor(since / 1000);
      return { Subscription: { StartTime: start, EndTime: start + YEAR_SECONDS, TimeCommitmentInSeconds: YEAR_SECONDS, AutoRenew: 'ENABLED', SubscriptionArn: `arn:aws:shield::${call.account}:subscription` } };
    }),
  };
}

function protectionOperations(kept: Kept): Operations {
  return {
    CreateProtection: operation<{ Name?: string; ResourceArn?: string }>(['Name', 'ResourceArn'], (input, call) => createProtection(kept, call.account, input)),
    DescribeProtection: operation<FindProtection>(['ProtectionId', 'ResourceArn'], (input, call) => ({ Protection: show(call.account, find(kept, call.account, input)) })),
    DeleteProtection: operation<{ ProtectionId?: string }>(['ProtectionId'], (input, call) => {
      kept.protections(call.account).delete(find(kept, call.account, input).id);
      return {};
    }),
    ListProtections: operation<ListProtections>(['MaxResults', 'NextToken', 'InclusionFilters'], ({ MaxResults, NextToken, InclusionFilters: { ResourceArns, ProtectionNames } = {} }, { account }) => {
      const wanted = kept.protections(account).values().filter((one) => (ResourceArns ?? [one.resourceArn]).includes(one.resourceArn) && (ProtectionNames ?? [one.name]).includes(one.name));
      const { items, next } = jsonPage(wanted, { limit: MaxResults, token: NextToken, key: (one) => one.id }, paging);
      return { Protections: items.map((one) => show(account, one)), ...(next === undefined ? {} : { NextToken: next }) };
    }),
  };
}

function createProtection({ world, subscriptions, protections }: Kept, account: string, { Name: name = '', ResourceArn: resourceArn = '' }: { Name?: string; ResourceArn?: string }): { ProtectionId: string } {
  if (!/^[ a-zA-Z0-9_\\.-]{1,128}$/.test(name)) throw new AwsError('InvalidParameterException', `The name '${name}' is not valid`);
  if (!resourceArn.startsWith('arn:aws')) throw new AwsError('InvalidResourceException', 'The resource ARN is invalid.');
  if (!subscriptions.has(account)) throw new AwsError('InvalidOperationException', 'This account has no subscription to Shield Advanced.');
  if (protections(account).values().some((one) => one.resourceArn === resourceArn)) throw new AwsError('ResourceAlreadyExistsException', 'The referenced protection already exists.');
  const id = uuid(world.random);
  protections(account).set(id, { id, name, resourceArn });
  return { ProtectionId: id };
}

function find({ protections }: Kept, account: string, { ProtectionId: id, ResourceArn: arn }: FindProtection): ProtectionRecord {
  if ((id === undefined) === (arn === undefined)) throw new AwsError('InvalidParameterException', 'Exactly one of ProtectionId and ResourceArn must be given');
  const found = protections(account).values().find((one) => one.id === id || one.resourceArn === arn);
  if (found === undefined) throw notFound('The referenced protection does not exist.');
  return found;
}

function show(account: string, { id, name, resourceArn }: ProtectionRecord) {
  return { Id: id, Name: name, ResourceArn: resourceArn, ProtectionArn: `arn:aws:shield::${account}:protection/${id}` };
}
