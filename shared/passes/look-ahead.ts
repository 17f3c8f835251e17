import type { Acm } from '../aws/acm';
import type { ClusterItem } from '../contract/items';
import { serviceProblem } from '../desired/service/warnings';
import type { ClusterClient } from '../kubernetes/cluster-client';
import type { ServiceFacts } from '../model/facts';
import type { Observed } from '../model/model';
import type { Problem } from '../model/problem';
import { readPreflightFacts } from '../observe/read-preflight-facts';
import { isWrite, type Plan } from '../plan/change';
import { judgePlan } from '../preflight/judge-plan';
import { madeOf } from '../preflight/planned-writes';
import { preflightNeeds } from '../preflight/preflight-needs';
import { foreseeTargets } from '../targets/foresee-targets';
import type { PassDeps } from './service-pass';

/** What ends by itself, or by somebody's act in AWS that wakes nobody: looked at again sooner than other mistakes. */
const PASSING: readonly string[] = ['EipInUse', 'AddressInUse', 'CertificateNotIssued'];
const AGAIN_MS = 60_000;

/** What MakePlan works with. */
export interface PlanDeps extends PassDeps {
  readonly acm: Acm;
}

export interface LookAhead {
  readonly client: ClusterClient;
  readonly plan: Plan;
  readonly observed: readonly Observed[];
  readonly facts: ServiceFacts | undefined;
  readonly cluster: ClusterItem;
}

/**
 * Problems that AWS would tell half-way through a plan, looked for before its first write. Asks AWS only for what the plan names for the first time: a plain
 * Service, drift, and a load balancer that is taken over cost no call. `againAt` is when looking again may help.
 */
export async function lookAhead(deps: Pick<PlanDeps, 'acm' | 'ec2' | 'elbv2' | 'store' | 'now' | 'factor'>, { plan, observed, facts, cluster, client }: LookAhead): Promise<{ problems: Problem[]; againAt?: number }> {
  if (!facts || !plan.changes.some(isWrite)) return { problems: [] };
  const known = { cluster: facts.cluster, subnets: facts.network.subnets, securityGroups: facts.securityGroups };
  const answers = await readPreflightFacts(deps, preflightNeeds(plan, known), cluster.vpcId);
  const targets = await foreseeTargets(deps, { bindings: madeOf(plan, 'target-group-binding').map(({ desired }) => desired.spec), cluster, client });
  const findings = judgePlan({ plan, observed, known, answers, targets, maxRules: cluster.settings.stepbalancer.maxRulesPerSecurityGroup });
  const problems = findings.map(({ code, message }) => serviceProblem(facts.service, code, message));
  return { problems, ...(problems.some(({ code }) => PASSING.includes(code)) ? { againAt: deps.now() + AGAIN_MS * deps.factor } : {}) };
}
