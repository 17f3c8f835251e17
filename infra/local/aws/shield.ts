import { jsonPage } from './json-paging';
import { operation } from './known-parameters';
import type { Place } from './network';
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

/** Shield Advanced: the subscription and protections of resources; global, so by account only. AWS: "Shield Advanced API Reference". */
export function createShield({ storage, clock, random }: World): Shield {
  const subscriptions = storage.collection<number>('shield/subscriptions');
  const protections = ({ account }: Pick<Place, 'account'>) => storage.collection<ProtectionRecord>(`shield/${account}/protections`);
  const find = (place: Pick<Place, 'account'>, { ProtectionId: id, ResourceArn: arn }: FindProtection) => {
    if ((id === undefined) === (arn === undefined)) throw new AwsError('InvalidParameterException', 'Exactly one of ProtectionId and ResourceArn must be given');
    const found = protections(place).values().find((one) => one.id === id || one.resourceArn === arn);
    if (found === undefined) throw notFound('The referenced protection does not exist.');
    return found;
  };
  const show = ({ account }: Pick<Place, 'account'>, { id, name, resourceArn }: ProtectionRecord) => ({ Id: id, Name: name, ResourceArn: resourceArn, ProtectionArn: `arn:aws:shield::${account}:protection/${id}` });
  const operations: Operations = {
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
    CreateProtection: operation<{ Name?: string; ResourceArn?: string }>(['Name', 'ResourceArn'], ({ Name: name = '', ResourceArn: resourceArn = '' }, call) => {
      if (!/^[ a-zA-Z0-9_\\.-]{1,128}$/.test(name)) throw new AwsError('InvalidParameterException', `The name '${name}' is not valid`);
      if (!resourceArn.startsWith('arn:aws')) throw new AwsError('InvalidResourceException', 'The resource ARN is invalid.');
      if (!subscriptions.has(call.account)) throw new AwsError('InvalidOperationException', 'This account has no subscription to Shield Advanced.');
      if (protections(call).values().some((one) => one.resourceArn === resourceArn)) throw new AwsError('ResourceAlreadyExistsException', 'The referenced protection already exists.');
      const id = uuid(random);
      protections(call).set(id, { id, name, resourceArn });
      return { ProtectionId: id };
    }),
    DescribeProtection: operation<FindProtection>(['ProtectionId', 'ResourceArn'], (input, call) => ({ Protection: show(call, find(call, input)) })),
    DeleteProtection: operation<{ ProtectionId?: string }>(['ProtectionId'], (input, call) => {
      protections(call).delete(find(call, input).id);
      return {};
    }),
    ListProtections: operation<ListProtections>(['MaxResults', 'NextToken', 'InclusionFilters'], ({ MaxResults, NextToken, InclusionFilters: { ResourceArns, ProtectionNames } = {} }, call) => {
      const wanted = protections(call).values().filter((one) => (ResourceArns ?? [one.resourceArn]).includes(one.resourceArn) && (ProtectionNames ?? [one.name]).includes(one.name));
      const { items, next } = jsonPage(wanted, { limit: MaxResults, token: NextToken, key: (one) => one.id }, paging);
      return { Protections: items.map((one) => show(call, one)), ...(next === undefined ? {} : { NextToken: next }) };
    }),
  };
  return {
    operations,
    setSubscribed(account, subscribed) {
      if (subscribed) subscriptions.set(account, clock.now());
      else subscriptions.delete(account);
    },
  };
}
