import type { ContributedRule, ContributionItem } from '../../contract/items';
import { distinctRules } from './required-rules';

/**
 * The rules of one node or pod security group, summed over all bindings of all clusters (LBC's behaviour A.3). Rules from one security group and protocol widen to
 * one range, so that the group's rule quota lasts; rules from CIDR blocks stay apart, and so do all rules of clusters with
 * `disableRestrictedSecurityGroupRules`.
 */
export function aggregateRules(contributions: readonly Pick<ContributionItem, 'rules' | 'separate'>[]): ContributedRule[] {
  const widened = contributions.filter(({ separate }) => !separate).flatMap(({ rules }) => rules);
  const apart = contributions.filter(({ separate }) => separate).flatMap(({ rules }) => rules);
  const fromGroups = Object.values(Object.groupBy(widened.filter(({ source }) => 'groupId' in source), sourceAndProtocol)).map((rules) => widen(rules ?? []));
  return distinctRules([...fromGroups, ...widened.filter(({ source }) => 'cidr' in source), ...apart]);
}

/** One range over all of them. Port 0 to 0 means every port. */
function widen(rules: readonly ContributedRule[]): ContributedRule {
  const everything = rules.some(({ fromPort, toPort }) => fromPort === 0 && toPort === 0);
  const [first] = rules;
  if (!first) throw new Error('expected at least one rule to widen, got none');
  return {
    ...first,
    fromPort: everything ? 0 : Math.min(...rules.map(({ fromPort }) => fromPort)),
    toPort: everything ? 65_535 : Math.max(...rules.map(({ toPort }) => toPort)),
  };
}

function sourceAndProtocol({ protocol, source }: ContributedRule): string {
  return `${protocol} ${'groupId' in source ? source.groupId : source.cidr}`;
}
