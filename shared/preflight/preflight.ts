import type { ReasonCode } from '../desired/reasons';
import type { ClusterFacts, PreflightFacts, SecurityGroupFacts, SubnetFacts, TargetOutlook } from '../model/facts';
import type { Observed } from '../model/model';
import type { Plan } from '../plan/change';

/** What AWS would refuse half-way through a plan. */
export interface Finding {
  readonly code: ReasonCode;
  /** What was expected, what was found, where, and what to do. */
  readonly message: string;
}

/** What was read for the model already; it need not be asked for again. */
export interface KnownFacts {
  readonly cluster: ClusterFacts;
  readonly subnets: readonly SubnetFacts[];
  readonly securityGroups: readonly SecurityGroupFacts[];
}

/** A plan, and everything that is known when it is judged. */
export interface Preflight {
  readonly plan: Plan;
  readonly observed: readonly Observed[];
  readonly known: KnownFacts;
  readonly answers: PreflightFacts;
  readonly targets: TargetOutlook;
  /** Inbound rules per security group, for IPv4 and IPv6 apart. */
  readonly maxRules: number;
}
