/**
 * The one table, narrow: single items, one conditional write at a time, queries by partition. Conditions and updates are data, so that a rule is
 * written once and means the same to DynamoDB and to the table in memory (test/contracts/table.contract.ts runs on both).
 */

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** An item as it is stored: keys, and attributes of JSON types or bytes. */
export type Item = ItemKey & Readonly<Record<string, unknown>>;

export type Scalar = string | number | boolean;

/** What an attribute is compared with: a value, or another attribute of the same item. */
export type Operand = Scalar | { readonly attribute: string };

/** What must hold for a write. As in DynamoDB, a comparison with a missing attribute is false. */
export type Condition =
  | { readonly is: 'present' | 'missing'; readonly attribute: string }
  | { readonly is: 'equal' | 'less' | 'atMost'; readonly attribute: string; readonly to: Operand }
  | { readonly is: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly is: 'not'; readonly of: Condition };

/** The attribute exists. */
export const present = (attribute: string): Condition => ({ is: 'present', attribute });
/** The attribute, or the whole item, does not exist. */
export const missing = (attribute: string): Condition => ({ is: 'missing', attribute });
/** `attribute` = `to`. */
export const equal = (attribute: string, to: Operand): Condition => ({ is: 'equal', attribute, to });
/** `attribute` < `to`. */
export const less = (attribute: string, to: Operand): Condition => ({ is: 'less', attribute, to });
/** `attribute` <= `to`. */
export const atMost = (attribute: string, to: Operand): Condition => ({ is: 'atMost', attribute, to });
/** Every clause holds. */
export const all = (...of: readonly Condition[]): Condition => ({ is: 'all', of });
/** At least one clause holds. */
export const any = (...of: readonly Condition[]): Condition => ({ is: 'any', of });
/** The clause does not hold. */
export const not = (of: Condition): Condition => ({ is: 'not', of });

/**
 * A change of one item, which is made if it does not exist. An attribute may be named once. Everything on the right side is the item as it was
 * before; copying an attribute that is missing is an error, so a condition has to ask for it.
 */
export interface Update {
  readonly set?: Readonly<Record<string, unknown>>;
  /** Set only where the attribute is missing. */
  readonly setIfMissing?: Readonly<Record<string, unknown>>;
  /** Set to another attribute's number, plus a number. */
  readonly copy?: Readonly<Record<string, { readonly from: string; readonly plus?: number }>>;
  /** Added to the attribute; a missing one counts as 0. */
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
}

/** Partition of the sparse index `due`: items that have `duePartition` and `nextAttemptAt`. */
export interface DueQuery {
  readonly partition: string;
  /** `nextAttemptAt` <= this. */
  readonly until: number;
  readonly limit: number;
}

/** Reads are consistent, except `queryDue`. Throws `Throttled`, `Transient`, `Denied`. */
export interface Table {
  get(key: ItemKey): Promise<Item | undefined>;
  /** Replaces the whole item. False: the condition did not hold, nothing was written. */
  put(item: Item, condition?: Condition): Promise<boolean>;
  /** Answers the item as it is now. Undefined: the condition did not hold, nothing was written. */
  update(key: ItemKey, update: Update, condition?: Condition): Promise<Item | undefined>;
  /** False: the condition did not hold. True also where there was no such item. */
  delete(key: ItemKey, condition?: Condition): Promise<boolean>;
  /** All items of a partition whose sort key begins with the prefix, by sort key, all pages. */
  query(pk: string, prefix?: string): Promise<Item[]>;
  /** Keys of what is due, oldest first. The index lags behind writes: read the item before acting on it. */
  queryDue(query: DueQuery): Promise<ItemKey[]>;
}

/** Name of the sparse index, and of its two attributes. */
export const DUE_INDEX = { name: 'due', partition: 'duePartition', sort: 'nextAttemptAt' } as const;

/** Attribute with the time (seconds since the epoch) after which DynamoDB may delete the item. */
export const EXPIRY = 'expiresAt';
