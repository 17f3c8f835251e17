import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from '../operation';
import { applyFilters, type Filterable } from './filters';

/** What every Describe request may carry. */
export interface ListRequest {
  readonly Filters?: Filter[] | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** How one Describe call filters and pages. `key` names an item so that a page boundary survives deletions. */
export interface Listing<T> extends Filterable<T> {
  readonly key: (item: T) => string | undefined;
  readonly least?: number;
  readonly most?: number;
}

/** One page of what matches the filters, and the token of the next one. Throws `InvalidParameterValue`, `InvalidNextToken`. */
export function list<T>(items: readonly T[], request: ListRequest, listing: Listing<T>): { items: T[]; NextToken?: string } {
  const matching = applyFilters(items, request.Filters, listing);
  return page(matching, request, listing);
}

function page<T>(items: T[], { MaxResults, NextToken }: ListRequest, { key, least = 5, most = 1000 }: Listing<T>): { items: T[]; NextToken?: string } {
  checkMaxResults(MaxResults, least, most);
  const start = NextToken === undefined ? 0 : startOf(NextToken, items, key);
  const end = MaxResults === undefined ? items.length : start + MaxResults;
  const next = items[end];
  return { items: items.slice(start, end), ...(next === undefined ? {} : { NextToken: makeToken(end, key(next) ?? '') }) };
}

function checkMaxResults(value: number | undefined, least: number, most: number): void {
  if (value === undefined) return;
  const problem = value < least ? `greater than or equal to ${least}` : value > most ? `smaller than or equal to ${most}` : undefined;
  if (problem !== undefined) throw new AwsError('InvalidParameterValue', `Value ( ${value} ) for parameter maxResults is invalid. Expecting a value ${problem}.`);
}

const makeToken = (index: number, key: string) => Buffer.from(JSON.stringify([index, key])).toString('base64url');

function startOf<T>(token: string, items: readonly T[], key: (item: T) => string | undefined): number {
  const [index, first] = parseToken(token);
  const found = items.findIndex((item) => key(item) === first);
  return found < 0 ? index : found;
}

function parseToken(token: string): [number, string] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parsed) && typeof parsed[0] === 'number' && typeof parsed[1] === 'string') return [parsed[0], parsed[1]];
  } catch {
    // Not one of ours: said below.
  }
  throw new AwsError('InvalidNextToken', 'The specified NextToken is not valid.');
}

/** Throws `InvalidParameterCombination` when ids and paging are mixed, which some Describe calls refuse. */
export function refusePagingByIds(ids: readonly string[] | undefined, { MaxResults }: ListRequest, parameter: string): void {
  if ((ids?.length ?? 0) > 0 && MaxResults !== undefined) {
    throw new AwsError('InvalidParameterCombination', `The parameter ${parameter} cannot be used with the parameter maxResults`);
  }
}
