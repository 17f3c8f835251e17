import type { Stack } from '../desired/tracking';
import type {
  Action,
  Attribute,
  HealthCheckConfig,
  IngressPermission,
  ListenerSpec,
  LoadBalancerSpec,
  Resource,
  ResourceId,
  ResourceType,
  SubnetMapping,
  Tags,
  TargetGroupBindingSpec,
  Token,
} from '../model/model';

/**
 * One named way in which what was observed differs from what is desired, with everything that the call which mends it needs:
 *
 *     tags                        AddTags, RemoveTags (CreateTags, DeleteTags; a binding has none)
 *     ingress                     RevokeSecurityGroupIngress, AuthorizeSecurityGroupIngress
 *     subnets                     SetSubnets, with all mappings; the IP address type goes with it where that differs, too: AWS takes neither before the other
 *     securityGroups              SetSecurityGroups; the PrivateLink flag goes with it
 *     ipAddressType               SetIpAddressType
 *     ipamPool                    ModifyIpPools
 *     capacity                    ModifyCapacityReservation, when the load balancer is active
 *     healthCheck                 ModifyTargetGroup, with all fields of `to`
 *     attributes                  Modify…Attributes, only those in `set`
 *     listener                    ModifyListener; with `meanwhile`, those actions now and those of `to` when the successor is healthy (by CollectGarbage)
 *     certificates                AddListenerCertificates, RemoveListenerCertificates
 *     binding                     the object in the cluster is written again
 *     immutable                   nothing but a replacement mends it; `field` says what
 */
export type Difference =
  | { readonly kind: 'tags'; readonly set: Tags; readonly remove: readonly string[] }
  | { readonly kind: 'ingress'; readonly authorize: readonly IngressPermission[]; readonly revoke: readonly IngressPermission[] }
  | { readonly kind: 'subnets'; readonly from: readonly SubnetMapping[]; readonly to: readonly SubnetMapping[]; readonly enablePrefixForIpv6SourceNat?: 'on' | 'off'; readonly ipAddressType?: LoadBalancerSpec['ipAddressType'] }
  | { readonly kind: 'securityGroups'; readonly from: readonly Token[]; readonly to: readonly Token[]; readonly inboundRulesOnPrivateLink?: 'on' | 'off' }
  | { readonly kind: 'ipAddressType'; readonly from: string; readonly to: LoadBalancerSpec['ipAddressType'] }
  | { readonly kind: 'ipamPool'; readonly from?: string; readonly to?: string }
  | { readonly kind: 'capacity'; readonly from: number; readonly to: number }
  | { readonly kind: 'healthCheck'; readonly from: HealthCheckConfig; readonly to: HealthCheckConfig }
  | { readonly kind: 'attributes'; readonly from: readonly Attribute[]; readonly set: readonly Attribute[] }
  | { readonly kind: 'listener'; readonly fields: readonly ListenerField[]; readonly to: ListenerSpec; readonly meanwhile?: readonly Action[] }
  | { readonly kind: 'certificates'; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly kind: 'binding'; readonly fields: readonly string[]; readonly to: TargetGroupBindingSpec }
  | { readonly kind: 'immutable'; readonly field: string; readonly from: string; readonly to: string };

export type DifferenceKind = Difference['kind'];
export type ListenerField = 'protocol' | 'port' | 'defaultActions' | 'defaultCertificate' | 'sslPolicy' | 'alpnPolicy';

/** What is left behind: an AWS resource or an object that a change deletes. */
export interface Leftover {
  /** The id under which it was observed; of a generation that was replaced it ends in `~<generation>`. */
  readonly id: ResourceId;
  readonly type: ResourceType;
  readonly physicalId: string;
  readonly name: string;
  /** What AWS deletes along with it (the listeners of a load balancer): only the ledger is to be told. */
  readonly takesAlong: readonly ResourceId[];
}

/**
 * What a creation needs.
 * - `id`: the id of the ledger's item. A replacement has a generation at its end (`target-group/default/web:80~1`); references to it go on naming `desired.id`.
 * - `tags`: all tags, tracking tags included; of a binding, its labels.
 * - `afterwards`: what the create call itself cannot say, mended as for an update: attributes that are not AWS's defaults, the PrivateLink
 *   flag, further certificates (the default one is added again, as LBC does), and capacity, once the load balancer is active.
 */
export interface Creation {
  readonly id: ResourceId;
  readonly desired: Resource;
  readonly tags: Tags;
  readonly afterwards: readonly Difference[];
}

/**
 * One thing that `apply` will do. A plan is data: stored, printed, refused, compared.
 *
 * - `create`, `update`: now, in the order of the plan.
 * - `replace`: AWS has no Modify for it. `create-first`: the new one is made now, the old one (`old`) deleted when the new one is healthy.
 *   `delete-first`: the old one goes now, because both cannot be there together.
 * - `delete`: `now`, or `healthy` (by CollectGarbage): its successor exists and is to be healthy first.
 * - `adopt`: the ledger takes over what carries our tags; no call to AWS.
 * - `forget`: the ledger lets go of what AWS does not have: deleted by hand, or intended and never made; no call to AWS. Comes before a creation of the same id.
 */
export type Change =
  | ({ readonly action: 'create' } & Creation)
  | { readonly action: 'update'; readonly id: ResourceId; readonly physicalId: string; readonly desired: Resource; readonly differences: readonly Difference[] }
  | ({ readonly action: 'replace'; readonly old: Leftover; readonly order: 'create-first' | 'delete-first'; readonly reasons: readonly Difference[] } & Creation)
  | ({ readonly action: 'delete'; readonly when: 'now' | 'healthy' } & Leftover)
  | { readonly action: 'adopt'; readonly id: ResourceId; readonly type: ResourceType; readonly physicalId: string; readonly name: string }
  | { readonly action: 'forget'; readonly id: ResourceId; readonly physicalId?: string };

/** What a plan is made for, besides the two sides. */
export interface PlanContext {
  /** Whose resources: cluster, kind of owner, stack id. */
  readonly stack: Stack;
  /** Tags that somebody else writes on our resources: never touched. */
  readonly externalManagedTags: readonly string[];
  /** Whether listeners carry tags (LBC's gate ListenerRulesTagging). */
  readonly tagListeners: boolean;
  readonly ledger: readonly LedgerEntry[];
}

/** What the ledger holds: ARN, group id or `namespace/name`; no physical id where a creation was only intended. */
export interface LedgerEntry {
  readonly id: string;
  readonly physicalId?: string;
  readonly origin: 'created' | 'adopted';
  /** Made so lately (a minute) that AWS may not show it yet: that it was not seen means nothing. */
  readonly young?: boolean;
}

/** The changes that move one model's observed side to its desired side, in the order in which AWS accepts them. */
export interface Plan {
  /** The model's id, LBC's stack id. */
  readonly modelId: string;
  readonly changes: readonly Change[];
  /** What is there and stays: the physical id behind each desired id. References to what the plan creates are not in here. */
  readonly kept: Readonly<Record<string, string>>;
}

/** Whether the change is more than a note in the ledger: a call to AWS or to the cluster. */
export function isWrite(change: Change): boolean {
  return change.action !== 'adopt' && change.action !== 'forget';
}
