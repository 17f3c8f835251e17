import * as z from 'zod';
import { VERSION } from './events';
import { ClusterId, KeyText } from './keys';
import { Settings } from './settings';

/**
 * The items of the one table. Partition key `pk`, sort key `sk`; the sparse index `due` has `duePartition` and `nextAttemptAt`.
 * Times are milliseconds since the epoch.
 */
export const ITEM_KEYS = {
  cluster: (cluster: string) => ({ pk: `CLUSTER#${cluster}`, sk: 'META' }),
  /** Which clusters there are. */
  clusterName: (cluster: string) => ({ pk: 'CLUSTERS', sk: cluster }),
  /** Which keys a cluster has (`*`: keys of no single cluster). Written before the key's state, never removed. */
  keyName: (cluster: string, key: string) => ({ pk: `KEYS#${cluster}`, sk: key }),
  /** What the last resync of a cluster saw. */
  seen: (cluster: string) => ({ pk: `CLUSTER#${cluster}`, sk: 'SEEN' }),
  /** What was deleted in a cluster lately. */
  deletions: (cluster: string) => ({ pk: `CLUSTER#${cluster}`, sk: 'DELETIONS' }),
  state: (key: string) => ({ pk: key, sk: 'STATE' }),
  plan: (key: string, planId: string, chunk: number) => ({ pk: key, sk: `PLAN#${planId}#${chunk}` }),
  /** One pass of the history; by time, then by the plan. */
  run: (key: string, at: number, planId: string) => ({ pk: key, sk: `RUN#${new Date(at).toISOString()}#${planId}` }),
  resource: (key: string, id: string) => ({ pk: key, sk: `RES#${id}` }),
  network: (key: string) => ({ pk: key, sk: 'NETWORK' }),
  contribution: (sgKey: string, cluster: string, binding: string) => ({ pk: sgKey, sk: `CONTRIB#${cluster}#${binding}` }),
  user: (backendKey: string, userKey: string) => ({ pk: backendKey, sk: `USER#${userKey}` }),
  /** When no interface carried a shared backend group. */
  unused: (backendKey: string) => ({ pk: backendKey, sk: 'UNUSED' }),
  reference: (cluster: string, object: string, key: string) => ({ pk: `REF#${cluster}#${object}`, sk: key }),
} as const;

export const PHASES = ['Pending', 'Working', 'Waiting', 'Healthy', 'Degraded', 'Blocked', 'Failed', 'Deleting', 'Deleted'] as const;
export type Phase = (typeof PHASES)[number];

/** The last unexpected answer under a key. No header, body or secret. */
export const LastError = z.strictObject({
  name: z.string(),
  message: z.string().max(2000),
  awsCode: z.string().optional(),
  /** Stable reason code, as on the object's Event. */
  code: z.string().optional(),
  requestId: z.string().optional(),
  state: z.string(),
  at: z.number(),
  /** How often the state has failed with this name since it last succeeded otherwise; absent: once. */
  times: z.int().positive().optional(),
});
export type LastError = z.infer<typeof LastError>;

/** `<key> / STATE`. Kept as a tombstone after deletion: generations must not start again. */
export const StateItem = z.strictObject({
  v: z.literal(VERSION),
  key: KeyText,
  /** Counts wake-ups; `doneGen` is the last one that a finished pass answered, `runGen` the one that the running pass answers. */
  gen: z.int().nonnegative(),
  doneGen: z.int().nonnegative(),
  runGen: z.int().nonnegative(),
  owner: z.string().optional(),
  /** Grows by one with every new owner; a writer with an older fence is refused. */
  fence: z.int().nonnegative(),
  leaseUntil: z.number().optional(),
  pass: z.int().nonnegative(),
  phase: z.enum(PHASES).optional(),
  /** Lease take-overs since the last release; the sweeper backs off by it. */
  attempts: z.int().nonnegative(),
  nextAttemptAt: z.number().optional(),
  healthyBy: z.number().optional(),
  /** Since when a deletion is under way. */
  deletingSince: z.number().optional(),
  /** Digest of everything that the last finished pass was computed from. */
  inputsHash: z.string().optional(),
  /** When AWS was last compared with the model. */
  driftCheckedAt: z.number().optional(),
  planId: z.string().optional(),
  hostname: z.string().optional(),
  arn: z.string().optional(),
  lastError: LastError.optional(),
  /** What woke the key for the pass that runs or ran last, and what for the next one. */
  cause: z.string().optional(),
  /** Calls to AWS of the pass that runs or ran last, as far as a write under the lease came after them. */
  calls: z.strictObject({ reads: z.int().nonnegative(), writes: z.record(z.string(), z.int().positive()) }).optional(),
  nextCause: z.string().optional(),
  /** Digest of the last pass in the history that came to nothing: the same one is not written again. */
  blockedRun: z.string().optional(),
  /** Digests of the Events that stand on the object already, so that none is told twice. */
  told: z.array(z.string()).optional(),
});
export type StateItem = z.infer<typeof StateItem>;

/** `<key> / RES#…`: the ledger. Written as an intent before a create, with the ARN right after it. */
export const LedgerItem = z.strictObject({
  v: z.literal(VERSION),
  /** Our resource id, `target-group/default/web:80`; a replacement carries `~<generation>` at its end. */
  id: z.string(),
  type: z.string(),
  phase: z.enum(['intent', 'present', 'deleting']),
  /** ARN or group id, as soon as it is known. */
  physicalId: z.string().optional(),
  /** The name under which it is (to be) created: what a crashed create is found by. */
  name: z.string().optional(),
  origin: z.enum(['created', 'adopted']),
  /** Ids of security group rules that we made, for groups that are not ours alone. */
  ruleIds: z.array(z.string()).optional(),
  at: z.number(),
});
export type LedgerItem = z.infer<typeof LedgerItem>;

/** `forgotten`: an operator said that the cluster is gone, and the grace time is over; what it left in AWS is deleted. */
export const ClusterMode = z.enum(['observe', 'own', 'released', 'forgotten']);
export type ClusterMode = z.infer<typeof ClusterMode>;

/** How our functions reach a cluster's API. A secret stays in Secrets Manager; only its ARN is here. */
export const ClusterAuthentication = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('eks'), clusterName: z.string() }),
  z.strictObject({ type: z.literal('secret'), secretArn: z.string() }),
  z.strictObject({ type: z.literal('none') }),
]);
export type ClusterAuthentication = z.infer<typeof ClusterAuthentication>;

/** `CLUSTER#id / META`: a registered cluster. */
export const ClusterItem = z.strictObject({
  v: z.literal(VERSION),
  id: ClusterId,
  /** The name in LBC's tag `elbv2.k8s.aws/cluster` and in every hash; not always our id. As long as a tag's value may be: kops names clusters by domain. */
  name: z.string().min(1).max(256),
  region: z.string(),
  accountId: z.string().regex(/^[0-9]{12}$/),
  vpcId: z.string().regex(/^vpc-[0-9a-f]+$/),
  endpoint: z.url(),
  /** PEM, base64. */
  certificateAuthority: z.string().optional(),
  authentication: ClusterAuthentication,
  mode: ClusterMode,
  settings: Settings,
  registeredAt: z.number(),
  lastHeartbeatAt: z.number().optional(),
  /** When a full resync last finished. */
  lastResyncAt: z.number().optional(),
  /** When the cluster last asked for one (`sync.requested`). */
  resyncRequestedAt: z.number().optional(),
  /** When what the cluster left in AWS may be deleted, because an operator said at `forgetSaidAt` that the cluster is gone. */
  forgetAt: z.number().optional(),
  forgetSaidAt: z.number().optional(),
});
export type ClusterItem = z.infer<typeof ClusterItem>;

/** Whether a cluster that was declared gone has shown itself since. */
export function cameBack({ forgetSaidAt, lastHeartbeatAt = 0 }: Pick<ClusterItem, 'forgetSaidAt' | 'lastHeartbeatAt'>): boolean {
  return forgetSaidAt !== undefined && lastHeartbeatAt > forgetSaidAt;
}

/** One rule that a binding needs on a group. Ports as EC2 numbers them; exactly one source. */
export const ContributedRule = z.strictObject({
  protocol: z.enum(['tcp', 'udp']),
  fromPort: z.int(),
  toPort: z.int(),
  source: z.union([z.strictObject({ groupId: z.string() }), z.strictObject({ cidr: z.string() })]),
});
export type ContributedRule = z.infer<typeof ContributedRule>;

/** `<sg key> / CONTRIB#cluster#ns/name`: what one binding needs on that group. */
export const ContributionItem = z.strictObject({
  v: z.literal(VERSION),
  cluster: ClusterId,
  binding: z.string(),
  rules: z.array(ContributedRule),
  /** Whether rules are kept apart (LBC: `disableRestrictedSecurityGroupRules`) instead of widened to one range per source. */
  separate: z.boolean(),
  at: z.number(),
});
export type ContributionItem = z.infer<typeof ContributionItem>;

/** `<backend key> / UNUSED`: when AWS last showed no network interface with the shared group. */
export const UnusedItem = z.strictObject({ v: z.literal(VERSION), at: z.number() });
export type UnusedItem = z.infer<typeof UnusedItem>;

/** `REF#cluster#resource#ns/name / <key>`: this key reads that object, and why. */
export const ReferenceItem = z.strictObject({ v: z.literal(VERSION), key: KeyText, why: z.string(), at: z.number() });
export type ReferenceItem = z.infer<typeof ReferenceItem>;

/** `CLUSTER#id / DELETIONS`: load balancers and target groups that were let go in the last ten minutes, by physical id. `serial` grows with every write. */
export const DeletionsItem = z.strictObject({ v: z.literal(VERSION), serial: z.int().nonnegative(), deletions: z.array(z.strictObject({ id: z.string(), at: z.number() })) });
export type DeletionsItem = z.infer<typeof DeletionsItem>;

export const RUN_OUTCOMES = ['healthy', 'degraded', 'deleted', 'deleting', 'blocked', 'planned', 'refused', 'broken off'] as const;

/**
 * `<key> / RUN#time#plan`: one pass that did something or was not allowed to, kept 16 days. `broken off`: something changed under it, and another pass took over; `planned`: the cluster is only
 * observed; `deleting`: AWS has not let go of everything yet.
 */
export const RunItem = z.strictObject({
  v: z.literal(VERSION),
  key: KeyText,
  /** When AWS was observed for it, and when it ended. */
  at: z.number(),
  endedAt: z.number(),
  outcome: z.enum(RUN_OUTCOMES),
  /** ARN of the execution. */
  execution: z.string(),
  gen: z.int(),
  fence: z.int(),
  pass: z.int(),
  /** What woke the key. */
  cause: z.string().optional(),
  planId: z.string().optional(),
  /** What was done, or would have been: one line each. */
  changes: z.array(z.string()),
  problems: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  /** Where AWS had left a manifest that had not changed. */
  drift: z.array(z.strictObject({ resource: z.string(), manifest: z.string(), observed: z.string(), done: z.string() })),
  calls: z.strictObject({ reads: z.int().nonnegative(), writes: z.record(z.string(), z.int().positive()) }),
});
export type RunItem = z.infer<typeof RunItem>;
