import { AwsError } from './operation';

/** How one service pages: its limits and what it says of a token that is not its own. */
export interface JsonPaging {
  readonly most: number;
  readonly badToken: { readonly code: string; readonly message: string };
}

/** One page of `items` and the token of the next. `limit` is what the caller asked for, at most `most`. Tokens survive deletions by the key of their first item. */
export function jsonPage<T>(items: readonly T[], { limit, token, key }: { limit: number | undefined; token: string | undefined; key: (item: T) => string }, paging: JsonPaging): { items: T[]; next?: string } {
  const start = token === undefined ? 0 : items.findIndex((item) => key(item) === Buffer.from(token, 'base64url').toString());
  if (start < 0) throw new AwsError(paging.badToken.code, paging.badToken.message);
  const end = start + Math.min(limit ?? paging.most, paging.most);
  const following = items[end];
  return { items: items.slice(start, end), ...(following === undefined ? {} : { next: Buffer.from(key(following)).toString('base64url') }) };
}
