import type { Ec2 } from '../aws/ec2';
import type { Elbv2 } from '../aws/elbv2';
import type { ClusterItem } from '../contract/items';
import type { ClusterClient } from '../kubernetes/cluster-client';
import type { TakeOver } from '../store/take-over';
import type { Holder, Store } from '../store/store';
import type { WakeDeps } from './wake-targets';

/** One line about what happened: a constant message with values beside it. */
export type Log = (message: string, values: Readonly<Record<string, unknown>>) => void;

/** Everything that the target lane works with. */
export interface TargetLaneDeps extends WakeDeps {
  readonly store: Pick<Store, 'leases' | 'ledger' | 'passFacts' | 'references' | 'contributions' | 'clusters'>;
  readonly takeOver: TakeOver;
  readonly elbv2: Pick<Elbv2, 'describeTargetHealth' | 'registerTargets' | 'deregisterTargets'>;
  readonly ec2: Pick<
    Ec2,
    'describeVpcs' | 'describeInstances' | 'describeNetworkInterfaces' | 'describeSecurityGroups' | 'describeSecurityGroupRules' | 'authorizeIngress' | 'revokeIngress' | 'createSecurityGroup' | 'deleteSecurityGroup'
  >;
  readonly clusterClient: (cluster: ClusterItem) => ClusterClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Multiplies our delays. */
  readonly factor: number;
  readonly log: Log;
  /** Writes an error to the key's `lastError`, and to an Event if it is new. Never throws. */
  readonly report: (holder: Holder, error: unknown) => Promise<void>;
}

/** One target binding. */
export interface BindingKey {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}
