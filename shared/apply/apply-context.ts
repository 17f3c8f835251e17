import type { Ec2 } from '../aws/ec2';
import type { Elbv2 } from '../aws/elbv2';
import type { LedgerItem } from '../contract/items';
import type { ClusterClient } from '../kubernetes/cluster-client';
import { BACKEND_GROUP, type Reference, type Tags, type Token } from '../model/model';

/** The clients that applying a plan needs. */
export interface ApplyClients {
  readonly elbv2: Elbv2;
  readonly ec2: Ec2;
  readonly cluster: ClusterClient;
}

/** The ledger of one key, written under its lease. */
export interface KeyLedger {
  list(): Promise<LedgerItem[]>;
  put(item: LedgerItem): Promise<void>;
  remove(id: string): Promise<void>;
}

/** What one application of a plan knows besides the changes. `physicalIds` grows with every creation. */
export interface ApplyContext extends ApplyClients {
  readonly ledger: KeyLedger;
  readonly vpcId: string;
  /** Of what exists, by the id that references name. */
  readonly physicalIds: Map<string, string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called as soon as a load balancer exists: its hostname is told before anything else is done. */
  readonly loadBalancerCreated: (created: { readonly arn: string; readonly dnsName: string }) => Promise<void>;
}

/** The literal behind a token. Throws an Error where nothing of that id exists yet: the plan's order is wrong then. */
export function resolveToken({ physicalIds }: Pick<ApplyContext, 'physicalIds'>, token: Token): string {
  if (typeof token === 'string') return token;
  const found = physicalIds.get(token.ref);
  if (found === undefined) throw new Error(`the plan refers to ${token.ref} before it exists; expected its creation earlier in the plan`);
  return found;
}

/** Whether a resource that was found under our name carries our identity: cluster, stack and resource tags as those that we would write. */
export function hasSameIdentity(found: Tags, wanted: Tags): boolean {
  const identity = Object.entries(wanted).filter(([key]) => /^(elbv2\.k8s\.aws\/(cluster|resource)|[a-z.]+\.k8s\.aws\/(stack|resource)|[a-z]+\.k8s\.aws\/(stack|resource))$/.test(key));
  return identity.length > 0 && identity.every(([key, value]) => found[key] === value);
}

/** The shared backend group, as references name it. */
export const backendReference: Reference = { ref: BACKEND_GROUP, attribute: 'groupId' };

/** A copy without members that are undefined, for requests. */
export function compact<Shape extends object>(shape: Shape): { [Key in keyof Shape]: Exclude<Shape[Key], undefined> } {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };
}
