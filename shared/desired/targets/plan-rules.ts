import type { ContributedRule } from '../../contract/items';
import { alignCidr } from './cidr';
import { ruleText } from './required-rules';

/** Description of every rule that we (and LBC) write on node and pod groups: the mark of ownership. */
export const SHARED_LABEL = 'elbv2.k8s.aws/targetGroupBinding=shared';

/** One inbound rule with one source, as EC2 reports it. */
export interface ObservedRule {
  /** `tcp`, `udp`, `icmp`, `-1`, or a number. */
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly source: { readonly groupId: string } | { readonly cidr: string } | { readonly prefixListId: string };
  readonly description?: string;
}

/** The small plan of one security group. Authorise first, then revoke. */
export interface RuleChanges<Rule extends ObservedRule> {
  readonly authorize: readonly ContributedRule[];
  readonly revoke: readonly Rule[];
}

/** Whether a description carries our label: the pair `key=value` followed by a comma or the end; text before it is tolerated. */
export function carriesLabel(description: string | undefined): boolean {
  return /(?:^|[\s,=])elbv2\.k8s\.aws\/targetGroupBinding=shared(?:,|$)/.test(description ?? '');
}

/**
 * What moves a group's rules to `desired`. A rule that is there satisfies the wish whoever wrote it; one that nobody wants is revoked only if `isOurs` says so.
 * Rules are the same when protocol, ports and source are; CIDR blocks are compared as EC2 keeps them, without host bits.
 */
export function planRules<Rule extends ObservedRule>({ desired, observed, isOurs }: { desired: readonly ContributedRule[]; observed: readonly Rule[]; isOurs: (rule: Rule) => boolean }): RuleChanges<Rule> {
  const wanted = new Set(desired.map((rule) => observedText(rule)));
  const standing = new Set(observed.map(observedText));
  const authorize = desired.filter((rule) => !standing.has(observedText(rule)));
  return { authorize, revoke: observed.filter((rule) => !wanted.has(observedText(rule)) && isOurs(rule)) };
}

/** An observed rule in one line, spelled like `ruleText`. */
export function observedText(rule: ObservedRule): string {
  const { source } = rule;
  if ('prefixListId' in source || (rule.protocol !== 'tcp' && rule.protocol !== 'udp')) {
    return `${rule.protocol} ${rule.fromPort ?? ''}-${rule.toPort ?? ''} from ${Object.values(source).join('')}`;
  }
  const aligned = 'cidr' in source ? { cidr: alignCidr(source.cidr) } : source;
  return ruleText({ protocol: rule.protocol, fromPort: rule.fromPort ?? 0, toPort: rule.toPort ?? 65_535, source: aligned });
}
