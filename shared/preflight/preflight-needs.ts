import type { PreflightNeeds } from '../model/facts';
import type { Plan } from '../plan/change';
import { TARGET_GROUPS_PER_ACTION } from './check-actions';
import { isLegalName } from './check-names';
import { CERTIFICATES_PER_LOAD_BALANCER, LISTENERS_PER_LOAD_BALANCER } from './check-listeners';
import { rulesToBe } from './check-rules';
import { furtherCertificates, madeOf, newActions, newCertificates, newGroups, newMappings, newPolicies } from './planned-writes';
import type { KnownFacts } from './preflight';

/** The policy that every Region and every account has (AWS: Security policies for your Network Load Balancer). */
const EVERYWHERE = 'ELBSecurityPolicy-2016-08';

/** A name that was made from a digest is nobody else's, and its creation looks for it all the same. */
const MADE_NAME = /^k8s-.*-[0-9a-f]{10}(-\w+)?$/;

/** What AWS is to be asked before a plan is applied: only what the plan names for the first time, and what is not known already. */
export function preflightNeeds(plan: Plan, { cluster, securityGroups }: KnownFacts): PreflightNeeds {
  const mappings = newMappings(plan);
  const isOfCluster = (arn: string) => new RegExp(`^arn:aws[a-z-]*:acm:${cluster.region}:${cluster.accountId}:certificate/`).test(arn);
  return {
    certificates: newCertificates(plan).filter(isOfCluster),
    allocations: defined(mappings.map(({ allocationID }) => allocationID)),
    addresses: defined(mappings.flatMap(({ privateIPv4Address, ipv6Address }) => [privateIPv4Address, ipv6Address])),
    prefixLists: defined(rulesToBe(plan).flatMap(({ rules }) => rules.flatMap(({ prefixLists = [] }) => prefixLists.map(({ listID }) => listID)))),
    securityGroups: newGroups(plan).filter((id) => !securityGroups.some((group) => group.id === id)),
    sslPolicies: newPolicies(plan).filter((name) => name !== EVERYWHERE),
    targetGroups: defined(newActions(plan).flatMap(({ groups }) => groups.map(({ targetGroupARN }) => (typeof targetGroupARN === 'string' ? targetGroupARN : undefined)))),
    loadBalancerNames: madeOf(plan, 'load-balancer').map(({ desired: { spec } }) => spec.name).filter((name) => isLegalName(name) && !MADE_NAME.test(name)),
    limits: madeOf(plan, 'listener').length > LISTENERS_PER_LOAD_BALANCER || furtherCertificates(plan) > CERTIFICATES_PER_LOAD_BALANCER || newActions(plan).some(({ groups }) => groups.length > TARGET_GROUPS_PER_ACTION),
  };
}

function defined(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined && value !== ''))] as string[];
}
