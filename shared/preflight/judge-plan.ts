import { checkActions } from './check-actions';
import { checkAddresses } from './check-addresses';
import { checkAttributes } from './check-attributes';
import { checkCapacity } from './check-capacity';
import { checkHealthChecks } from './check-health-checks';
import { checkListeners } from './check-listeners';
import { checkNames } from './check-names';
import { checkRules } from './check-rules';
import { checkTargets } from './check-targets';
import type { Finding, Preflight } from './preflight';

/**
 * Everything that AWS would refuse when a part of the plan is done already. Only what the plan writes for the first time is judged: what is there
 * was accepted once, so taking over a load balancer, and drift, are never held up by a rule of ours.
 */
export function judgePlan(preflight: Preflight): Finding[] {
  return [checkNames, checkAddresses, checkRules, checkTargets, checkHealthChecks, checkAttributes, checkCapacity, checkListeners, checkActions].flatMap((check) => check(preflight));
}
