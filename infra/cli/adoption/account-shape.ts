import { z } from 'zod';
import type { AccountReading } from '../../local/read-account';
import { isPlainObject, type Plain, type PlainObject } from '../vectors/merge-deeply';

/** An account without what AWS makes up: by names instead of ids and ARNs, so that two accounts that were built alike are equal. */
export type AccountShape = PlainObject;

/** What AWS makes up and nobody can choose. A load balancer's addresses from a pool of AWS are among it; those that were chosen are named by their allocation. */
const MADE_UP = new Set(['CreatedTime', 'DNSName', 'CanonicalHostedZoneId', 'IpAddress', 'SecurityGroupArn']);

/** AWS: prefixes for source NAT are of length 80; no other value looks like that. */
const SOURCE_NAT_PREFIX = /^[0-9a-f:]+\/80$/;

const Named = z.looseObject({
  loadBalancers: z.array(z.looseObject({ LoadBalancerArn: z.string(), LoadBalancerName: z.string(), listeners: z.array(z.looseObject({ ListenerArn: z.string(), Port: z.number(), rules: z.array(z.looseObject({ RuleArn: z.string(), Priority: z.string() })) })) })),
  targetGroups: z.array(z.looseObject({ TargetGroupArn: z.string(), TargetGroupName: z.string() })),
  securityGroups: z.array(z.looseObject({ GroupId: z.string(), GroupName: z.string(), VpcId: z.string() })),
});
type Named = z.infer<typeof Named>;

/** The shape of an account that was read. Source NAT prefixes that do not stand in `chosen`, the text of the objects, are of AWS's choice. */
export function accountShape(reading: AccountReading, chosen: string): AccountShape {
  const account = Named.parse(JSON.parse(JSON.stringify(reading)));
  const shape = shaper(namesOf(account), chosen);
  return {
    loadBalancers: keyed(account.loadBalancers, ({ LoadBalancerName, listeners, ...balancer }) => [LoadBalancerName, { ...shape(balancer), listeners: keyed(listeners, ({ Port, ...listener }) => [String(Port), shape(listener)]) }]),
    targetGroups: keyed(account.targetGroups, ({ TargetGroupName, ...group }) => [TargetGroupName, shape(group)]),
    securityGroups: keyed(account.securityGroups, ({ GroupName, VpcId, ...group }) => [`${GroupName} in ${VpcId}`, shape(group)]),
  };
}

/** What stands for each id and ARN. */
function namesOf({ loadBalancers, targetGroups, securityGroups }: Named): Map<string, string> {
  const listeners = loadBalancers.flatMap(({ LoadBalancerName, listeners: own }) => own.map((listener) => ({ ...listener, name: `${LoadBalancerName}:${listener.Port}` })));
  return new Map([
    ...loadBalancers.map(({ LoadBalancerArn, LoadBalancerName }): [string, string] => [LoadBalancerArn, `load balancer ${LoadBalancerName}`]),
    ...listeners.map(({ ListenerArn, name }): [string, string] => [ListenerArn, `listener ${name}`]),
    ...listeners.flatMap(({ name, rules }) => rules.map(({ RuleArn, Priority }): [string, string] => [RuleArn, `rule ${name}:${Priority}`])),
    ...targetGroups.map(({ TargetGroupArn, TargetGroupName }): [string, string] => [TargetGroupArn, `target group ${TargetGroupName}`]),
    ...securityGroups.map(({ GroupId, GroupName, VpcId }): [string, string] => [GroupId, `security group ${GroupName} in ${VpcId}`]),
  ]);
}

function keyed<Item>(items: readonly Item[], entryOf: (item: Item) => [string, PlainObject]): PlainObject {
  return Object.fromEntries(items.map(entryOf).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Names for ids, no made-up members, and lists in an order of their own: AWS promises none. */
function shaper(names: ReadonlyMap<string, string>, chosen: string): (value: object) => PlainObject {
  const shape = (value: Plain): Plain => {
    if (typeof value === 'string') return SOURCE_NAT_PREFIX.test(value) && !chosen.includes(value) ? 'auto_assigned' : (names.get(value) ?? value);
    if (Array.isArray(value)) return value.map((item: Plain) => shape(item)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (!isPlainObject(value)) return value;
    const entries = Object.entries(value).flatMap(([name, member]): [string, Plain][] => (MADE_UP.has(name) || member === undefined ? [] : [[name, shape(member)]]));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return (value) => shape(value as PlainObject) as PlainObject;
}
