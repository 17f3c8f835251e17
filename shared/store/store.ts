import type { ClusterItem, ContributionItem, LastError, LedgerItem, Phase, RunItem, StateItem } from '../contract/items';
import type { Table } from '../aws/table';
import type { AcquireLeaseInput, CallCount, LeaseToken } from '../contract/steps';

/** Who acts: the lease as a step holds it. */
export interface Holder {
  readonly key: string;
  readonly owner: string;
  readonly lease: LeaseToken;
}

/** Fields of a key's state that a step may write while it holds the lease. `null` removes a field. */
export type StatePatch = {
  readonly [Field in 'phase' | 'nextAttemptAt' | 'healthyBy' | 'deletingSince' | 'inputsHash' | 'driftCheckedAt' | 'planId' | 'hostname' | 'arn' | 'told' | 'blockedRun']?: StateItem[Field] | null;
};

/** What a wake-up found: the new generation, and whether somebody with a live lease will answer it. */
export interface Wakeup {
  readonly gen: number;
  readonly running: boolean;
}

/**
 * Leases, generations and the state of a key (architecture: Lease rules). Every write is one conditional write on one item.
 * Throws `Superseded`, `PlanStale` as the rules say; `Throttled`, `Transient`, `Denied` from the table.
 */
export interface Leases {
  /** Adds one to `gen`; creates the item if there is none. `dueAt` makes the sweeper look at the key if nobody answers by then; `cause` is for the history. */
  markDirty(key: string, dueAt?: number, cause?: string): Promise<Wakeup>;
  /** The only taker of leases. Bumps the fence unless the owner is the same. `Superseded`: another live owner, or `doneGen` >= the generation named and nothing newer. */
  acquire(input: AcquireLeaseInput): Promise<LeaseToken>;
  /** Compares owner, fence, runGen; renews the lease; answers the state. Mismatch: `Superseded` or `PlanStale`. */
  check(holder: Holder): Promise<StateItem>;
  /** Writes fields of the state under the same comparison. */
  update(holder: Holder, patch: StatePatch): Promise<void>;
  /** Ends the lease if nothing became dirty meanwhile (`doneGen := runGen`, `attempts := 0`, owner and lease go, state kept). */
  release(holder: Holder, patch?: StatePatch): Promise<'released' | 'dirty'>;
  /** Writes the last error, fenced like `update`; answers false where a newer owner has the key. */
  recordError(holder: Holder, error: LastError): Promise<boolean>;
  /** Gives a dirty key back after a finished pass (`doneGen := runGen`), so that a new execution can take it at once: answers the generation to start it for. */
  handOver(holder: Holder): Promise<number>;
  /**
   * Gives a key back in the middle of a pass, unanswered, for another execution: the generation to start it for, or `later` where nothing newer waits (the sweeper takes the
   * key up after its backoff, as after a lease that expired). Undefined where the key is not the owner's to give, or answered.
   */
  yield(input: { key: string; owner: string }): Promise<{ gen: number; later: boolean } | undefined>;
  /** Makes the sweeper look at a key that nobody holds at that time, not before. */
  postpone(key: string, until: number): Promise<void>;
  /** `nextAttemptAt` of a key that is held is what its holder asked for; the end of the lease is in `leaseUntil`. */
  read(key: string): Promise<StateItem | undefined>;
  /** Every key that a cluster ever had, tombstones included; `undefined`: keys of no single cluster. */
  listKeys(cluster: string | undefined): Promise<string[]>;
  /** Keys whose `nextAttemptAt` has come or whose lease has expired, oldest first. */
  listDue(now: number, limit: number): Promise<StateItem[]>;
}

/** The write-ahead ledger of what a key owns. */
export interface Ledger {
  list(key: string): Promise<LedgerItem[]>;
  /** Refused (`Superseded`, `PlanStale`) when the holder's lease is no longer his: an intent is written under the lease. */
  put(holder: Holder, item: LedgerItem): Promise<void>;
  remove(holder: Holder, id: string): Promise<void>;
}

/** Plans as text; the caller formats and parses them. Gzip, chunks of at most 300 KB, kept 16 days. */
export interface Plans {
  save(holder: Holder, planId: string, text: string): Promise<void>;
  /** Undefined where the plan has expired or never was. */
  load(key: string, planId: string): Promise<string | undefined>;
}

/** Facts of one pass that are too large for the workflow's state (network facts, the observed load balancer). */
export interface PassFacts {
  save(holder: Holder, text: string): Promise<void>;
  load(key: string): Promise<string | undefined>;
}

/** Which keys read which objects. `object` is `<resource>#<namespace>/<name>` (`services#default/web`, `nodes#/ip-10-0-0-1`; `#*` for all of a resource). */
export interface References {
  /** Writes the reference. Call it BEFORE reading the object. */
  add(input: { cluster: string; object: string; key: string; why: string }): Promise<void>;
  /** Only what was written `until` then, this call unless given: one that takes effect late, or follows from an old answer, does not take away what was written since. */
  remove(input: { cluster: string; object: string; key: string; until?: number }): Promise<void>;
  /** Keys that read the object. One query. */
  find(cluster: string, object: string): Promise<{ key: string; why: string }[]>;
}

/** What bindings of all clusters need on one node or pod security group, and who uses a shared backend group. */
export interface Contributions {
  put(sgKey: string, item: ContributionItem): Promise<void>;
  /** Never a contribution that was written after this call, even if it takes effect late. `at`: only the contribution of that time. */
  remove(sgKey: string, cluster: string, binding: string, at?: number): Promise<void>;
  list(sgKey: string): Promise<ContributionItem[]>;
  /** Users of a shared backend security group (`backend#…` key): who needs it. Written before the group is used. */
  addUser(backendKey: string, userKey: string): Promise<void>;
  /** Only what was written until this call, as with references. */
  removeUser(backendKey: string, userKey: string): Promise<void>;
  listUsers(backendKey: string): Promise<string[]>;
  /** Notes that AWS was just asked, and no network interface carries the shared group. */
  noteUnused(backendKey: string): Promise<void>;
  /** When that was noted last. */
  unusedAt(backendKey: string): Promise<number | undefined>;
}

/** What the last finished resync of a cluster saw, as text. */
export interface SeenObjects {
  save(cluster: string, text: string): Promise<void>;
  load(cluster: string): Promise<string | undefined>;
}

/** What may change of a registered cluster. */
export type ClusterPatch = Partial<Pick<ClusterItem, 'mode' | 'lastHeartbeatAt' | 'lastResyncAt' | 'resyncRequestedAt' | 'settings'>> & { readonly [Field in 'forgetAt' | 'forgetSaidAt']?: number | null };

/** Registered clusters. */
export interface Clusters {
  put(item: ClusterItem): Promise<void>;
  get(id: string): Promise<ClusterItem | undefined>;
  list(): Promise<ClusterItem[]>;
  /** Sets mode, heartbeat, resync time …; null takes a field away. False where the cluster is not registered. */
  update(id: string, patch: ClusterPatch): Promise<boolean>;
}

/** Deletions that are about to be carried out. Without a limit (a person approved them) they are noted in any case. */
export interface DeletionWish {
  readonly cluster: string;
  /** Physical ids: noted once however often they are tried. */
  readonly ids: readonly string[];
  readonly limit?: number;
}

/** The deletions of load balancers and target groups per cluster, for the limit `maxDeletes`. */
export interface Deletions {
  /** Those of the last ten minutes, each with the time until which it counts. One read. */
  recent(cluster: string): Promise<{ id: string; countsUntil: number }[]>;
  /** Notes deletions before they are made; false, and nothing noted, where they would go beyond the limit. */
  note(wish: DeletionWish): Promise<boolean>;
}

/** The history of a key: one item per pass that did something, or was not allowed to. Kept 16 days. */
export interface Runs {
  /** Writes a pass; with `onlyNew` only if there is nothing of it yet. */
  put(run: RunItem, options?: { readonly onlyNew?: boolean }): Promise<void>;
  get(key: string, at: number, planId: string | undefined): Promise<RunItem | undefined>;
  /** Newest first. */
  list(key: string, limit: number): Promise<RunItem[]>;
}

/** What a store is made from. */
export interface StoreParts {
  readonly table: Table;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Multiplies every time of the lease rules. */
  readonly factor: number;
  /** Takes the calls to AWS that the running step made since it was last asked: they go along with its next write under the lease. None without it. */
  readonly takeCalls?: () => CallCount;
}

/** Everything that is kept between steps. */
export interface Store {
  readonly leases: Leases;
  readonly ledger: Ledger;
  readonly plans: Plans;
  readonly passFacts: PassFacts;
  readonly references: References;
  readonly contributions: Contributions;
  readonly clusters: Clusters;
  readonly seen: SeenObjects;
  readonly deletions: Deletions;
  readonly runs: Runs;
}

export type { Phase };
