import type { IngressPermission, ResourceType, SubnetMapping, Token } from '../model/model';
import type { Change, Difference } from './change';
import { nameOf } from './make-plan';

const WORDS: Readonly<Record<ResourceType, string>> = {
  'security-group': 'security group',
  'load-balancer': 'load balancer',
  'target-group': 'target group',
  listener: 'listener',
  'target-group-binding': 'TargetGroupBinding',
};

/** One line for an operator: what is done to what, and why. */
export function describeChange(change: Change): string {
  switch (change.action) {
    case 'create':
      return `create ${WORDS[change.desired.type]} ${nameOf(change.desired)}`;
    case 'update':
      return `update ${WORDS[change.desired.type]} ${nameOf(change.desired)}: ${change.differences.map(describeDifference).join('; ')}`;
    case 'replace':
      return `replace ${WORDS[change.desired.type]} ${change.old.name} by ${nameOf(change.desired)}: ${change.reasons.map(describeDifference).join('; ')} (${ORDERS[change.order]})`;
    case 'delete':
      return `delete ${WORDS[change.type]} ${change.name}${change.when === 'healthy' ? ' when its successor is healthy' : ''}`;
    case 'adopt':
      return `adopt ${WORDS[change.type]} ${change.name} (${change.physicalId})`;
    case 'forget':
      return `forget ${change.id}, which is not there${change.physicalId === undefined ? '' : ` (${change.physicalId})`}`;
  }
}

const ORDERS = {
  'create-first': 'the old one goes when the new one is healthy',
  'delete-first': 'the old one goes first, because both cannot be there together: traffic is interrupted',
} as const;

/** One difference in a few words: the field, what was found, what is desired. */
export function describeDifference(difference: Difference): string {
  switch (difference.kind) {
    case 'tags':
      return `tags ${[...Object.entries(difference.set).map(([key, value]) => `+${key}=${value}`), ...difference.remove.map((key) => `-${key}`)].join(' ')}`;
    case 'ingress':
      return `rules ${[...difference.authorize.map((rule) => `+${ruleText(rule)}`), ...difference.revoke.map((rule) => `-${ruleText(rule)}`)].join(', ')}`;
    case 'subnets':
      return `subnets ${subnetsText(difference.from)} → ${subnetsText(difference.to)}${difference.ipAddressType === undefined ? '' : ` as ${difference.ipAddressType}`}`;
    case 'securityGroups':
      return `security groups ${difference.from.map(tokenText).join(', ') || 'none'} → ${difference.to.map(tokenText).join(', ')}`;
    case 'attributes':
      return `attributes ${difference.set.map(({ key, value }) => `${key}=${value}`).join(', ')}`;
    case 'healthCheck':
      return `health check ${healthCheckText(difference)}`;
    case 'listener':
      return `${difference.fields.join(', ')} of ${difference.to.protocol}:${difference.to.port}${difference.meanwhile ? ' (traffic moves when the new target group is healthy)' : ''}`;
    case 'certificates':
      return `certificates ${[...difference.add.map((arn) => `+${arn}`), ...difference.remove.map((arn) => `-${arn}`)].join(' ')}`;
    case 'binding':
      return difference.fields.join(', ');
    case 'immutable':
      return `${difference.field} ${difference.from} → ${difference.to}`;
    default:
      return `${difference.kind} ${difference.from ?? 'none'} → ${difference.to ?? 'none'}`;
  }
}

function ruleText(rule: IngressPermission): string {
  const sources = [
    ...(rule.ipRanges ?? []).map(({ cidrIP }) => cidrIP),
    ...(rule.ipv6Ranges ?? []).map(({ cidrIPv6 }) => cidrIPv6),
    ...(rule.prefixLists ?? []).map(({ listID }) => listID),
    ...(rule.userIDGroupPairs ?? []).map(({ groupID }) => tokenText(groupID)),
  ];
  const ports = rule.fromPort === rule.toPort ? `${rule.fromPort ?? 'all'}` : `${rule.fromPort}-${rule.toPort}`;
  return `${rule.ipProtocol === '-1' ? 'all' : rule.ipProtocol} ${ports} from ${sources.join(' ')}`;
}

function subnetsText(mappings: readonly SubnetMapping[]): string {
  return mappings.map(({ subnetID }) => subnetID).sort().join(', ');
}

function tokenText(token: Token): string {
  return typeof token === 'string' ? token : token.ref;
}

function healthCheckText({ from, to }: Extract<Difference, { kind: 'healthCheck' }>): string {
  const before = new Map(Object.entries(from));
  const changed = Object.entries(to).filter(([field, value]) => JSON.stringify(before.get(field)) !== JSON.stringify(value));
  return changed.map(([field, value]) => `${field} ${JSON.stringify(before.get(field) ?? 'none')} → ${JSON.stringify(value)}`).join(', ');
}
