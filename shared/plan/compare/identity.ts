import { BACKEND_GROUP, type Observed, type ResourceId, type Token } from '../../model/model';
import { familyOf } from '../../model/members';

/** What tokens stand for on either side, as text that is equal where they stand for the same thing. */
export interface Identity {
  readonly desired: (token: Token) => string;
  readonly observed: (token: Token) => string;
}

/**
 * Both sides speak of references; which AWS resource is meant differs while one is replaced. A desired reference means the member that is kept,
 * an observed one the very member that was seen. What is still to be created equals nothing that was seen.
 */
export function identityOf(observed: readonly Observed[], kept: ReadonlyMap<ResourceId, Observed>): Identity {
  const seen = new Map(observed.map((resource) => [resource.id, resource.physicalId]));
  return {
    desired: (token) => textOf(token, (id) => kept.get(familyOf(id))?.physicalId ?? `to be created: ${id}`),
    observed: (token) => textOf(token, (id) => seen.get(id) ?? `not observed: ${id}`),
  };
}

function textOf(token: Token, resolve: (id: ResourceId) => string): string {
  if (typeof token === 'string') return token;
  return token.ref === BACKEND_GROUP ? BACKEND_GROUP : resolve(token.ref);
}

/** Whether two lists hold the same texts, in whatever order, however often. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  const right = new Set(b);
  return left.size === right.size && [...left].every((item) => right.has(item));
}
