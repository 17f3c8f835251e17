import type { Chance } from '../chance';
import { CERTIFICATES, EDGE_GROUP, elasticIpsOf, privateAddressesOf } from './belongings';

/** An annotation with its value; undefined takes it away. */
export type Edit = readonly [annotation: string, value: string | undefined];

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';
const [FIRST, SECOND, THIRD] = CERTIFICATES as [string, string, string];

/** Annotations that are edited, with how often and values to choose from. Some values are wrong on purpose, some are wrong only together with others. */
const EDITS: Readonly<Record<string, readonly [weight: number, ...values: (string | undefined)[]]>> = {
  attributes: [3, 'load_balancing.cross_zone.enabled=true', 'load_balancing.cross_zone.enabled=false', 'deletion_protection.enabled=false', undefined],
  'target-group-attributes': [3, 'deregistration_delay.timeout_seconds=30', 'preserve_client_ip.enabled=false', 'deregistration_delay.timeout_seconds=soon', undefined],
  'additional-resource-tags': [2, 'team=red', 'team=blue,cost=1', undefined],
  'healthcheck-healthy-threshold': [2, '2', '3', 'many', undefined],
  'healthcheck-interval': [2, '10', '30', undefined],
  'nlb-target-type': [3, 'ip', 'instance'],
  scheme: [3, 'internal', 'internet-facing'],
  subnets: [3, 'demo-private-a,demo-private-b', 'demo-private-a,demo-private-b,demo-private-c', 'demo-private-b,demo-private-c', 'no-such-subnet', undefined],
  'ssl-cert': [4, FIRST, `${FIRST},${SECOND}`, `${SECOND},${THIRD}`, THIRD, undefined],
  'ssl-ports': [1.5, '443', '80,443', undefined],
  'backend-protocol': [1, 'ssl', undefined],
  'enable-tcp-udp-listener': [1, 'true', undefined],
  'security-groups': [3, 'customer', `customer,${EDGE_GROUP}`, EDGE_GROUP, undefined],
  'manage-backend-security-group-rules': [2, 'true', 'false', undefined],
  'ip-address-type': [1.5, 'dualstack', 'ipv4', undefined],
};

/** One edit of an annotation of a Service. `others` are Services that a listener may share its traffic with. */
export function someEdit(chance: Chance, service: string, others: readonly string[]): Edit {
  const kind = chance.weigh<() => Edit>([
    [14, () => pickEdit(chance)],
    [0.7, () => [`${PREFIX}eip-allocations`, chance.pick([elasticIpsOf(service).join(','), undefined])]],
    [0.7, () => [`${PREFIX}private-ipv4-addresses`, chance.pick([privateAddressesOf(service).join(','), undefined])]],
    [0.4, () => [`${PREFIX}name`, chance.pick([`${service}-front`, undefined])]],
    [1.2, () => [`service.beta.kubernetes.io/actions.${chance.pick(['TCP', 'TCP', 'TLS'])}-${chance.pick([80, 443])}`, chance.happens(0.3) ? undefined : weighted(chance.pick(others), chance.pick([80, 443]), chance.pick([0, 20, 100]))]],
  ]);
  return kind();
}

function pickEdit(chance: Chance): Edit {
  const [name, [, ...values]] = chance.weigh(Object.entries(EDITS).map((entry) => [entry[1][0], entry] as const));
  return [PREFIX + name, chance.pick(values)];
}

function weighted(serviceName: string, servicePort: number, weight: number): string {
  return JSON.stringify({ type: 'forward', forwardConfig: { baseServiceWeight: 100, targetGroups: [{ serviceName, servicePort, weight }] } });
}
