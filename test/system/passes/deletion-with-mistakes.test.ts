import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { accountOf } from '../accounts';
import { openServiceWorld, type ServiceChange, type ServiceWorld } from './service-world';

/** Mistakes on a Service whose load balancer is there: it goes on serving, and deleting the Service deletes all of it. */
const PREFIX = 'service.beta.kubernetes.io/';
const MISTAKES: readonly (readonly [string, ServiceChange])[] = [
  ['a scheme that nobody knows', { annotations: { scheme: 'public' } }],
  ['an address type that nobody knows', { annotations: { 'ip-address-type': 'ipv6' } }],
  ['a target type that nobody knows', { annotations: { 'nlb-target-type': 'pods' } }],
  ['subnets that do not exist', { annotations: { subnets: 'subnet-0dead' } }],
  ['no subnet', { annotations: { subnets: ' , ' } }],
  ['a name that is too long', { annotations: { name: 'x'.repeat(33) } }],
  ['attributes that are no pairs', { annotations: { attributes: 'cross-zone' } }],
  ['attributes that AWS does not have', { annotations: { attributes: 'a.b=c' } }],
  ['target group attributes that are no pairs', { annotations: { 'target-group-attributes': '=,=' } }],
  ['a bool that is none', { annotations: { 'target-group-attributes': 'preserve_client_ip.enabled=perhaps' } }],
  ['tags that are no pairs', { annotations: { 'additional-resource-tags': 'team' } }],
  ['tags that AWS keeps for itself', { annotations: { 'additional-resource-tags': 'aws:team=a' } }],
  ['Elastic IPs on an internal load balancer', { annotations: { 'eip-allocations': 'eipalloc-0dead' } }],
  ['private addresses that are none', { annotations: { 'private-ipv4-addresses': '10.20' } }],
  ['IPv6 addresses on ipv4', { annotations: { 'ipv6-addresses': '::1' } }],
  ['a certificate that does not exist', { annotations: { 'ssl-cert': 'arn:nothing' } }],
  ['TLS ports that are none', { annotations: { 'ssl-cert': 'arn:nothing', 'ssl-ports': 'https' } }],
  ['an ALPN policy that nobody knows', { annotations: { 'alpn-policy': 'HTTP9' } }],
  ['security groups that do not exist', { annotations: { 'security-groups': 'sg-0dead' } }],
  ['a prefix list that does not exist', { annotations: { 'security-group-prefix-lists': 'pl-0dead' } }],
  ['no security groups any more', { annotations: { 'disable-nlb-sg': 'true' } }],
  ['a health check protocol that nobody knows', { annotations: { 'healthcheck-protocol': 'ICMP' } }],
  ['a health check port that nobody knows', { annotations: { 'healthcheck-port': 'health' } }],
  ['a health check interval that is no number', { annotations: { 'healthcheck-interval': 'often' } }],
  ['a health check out of range', { annotations: { 'healthcheck-timeout': '100000' } }],
  ['a proxy protocol that nobody knows', { annotations: { 'proxy-protocol': 'v2' } }],
  ['a capacity that is none', { annotations: { 'minimum-load-balancer-capacity': 'lots' } }],
  ['an action that is no JSON', { ownAnnotations: { [`${PREFIX}actions.TCP-80`]: '{' } }],
  ['an action for a Service that does not exist', { ownAnnotations: { [`${PREFIX}actions.TCP-80`]: '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"nobody","servicePort":80,"weight":1}]}}' } }],
  ['source ranges that are none', { annotations: { 'load-balancer-source-ranges': null }, ownAnnotations: { [`${PREFIX}load-balancer-source-ranges`]: 'everywhere' } }],
  ['an IPv6 source range on ipv4', { spec: { loadBalancerSourceRanges: ['2001:db8::/32'] } }],
  ['a protocol that NLB does not know', { spec: { ports: [{ name: 'sctp', port: 80, targetPort: 80, protocol: 'SCTP' }] } }],
  ['a private link rule that nobody knows', { annotations: { 'inbound-rules-for-privatelink': 'perhaps' } }],
  ['a wrong deletion protection elsewhere', { annotations: { 'target-group-attributes': 'deletion_protection.enabled=perhaps' } }],
  ['an approval of nothing', { ownAnnotations: { 'stepbalancer.io/approve-plan': 'nothing' } }],
];

let world: ServiceWorld;
const left = () => {
  const { elbv2, ec2 } = world.account;
  return { loadBalancers: [...elbv2.state.loadBalancers.values()].length, targetGroups: [...elbv2.state.targetGroups.values()].length, securityGroups: [...ec2.state.open(world.place).groups.values()].length };
};
let before: ReturnType<typeof left>;
beforeAll(async () => {
  world = await openServiceWorld(accountOf('svc-three-zones'));
  before = left();
});
afterAll(() => world.close());

describe('a Service with a mistake', () => {
  it.each(MISTAKES)('%s: goes on serving, and is deleted without trace', async (_, change) => {
    await world.apply({});
    const hostname = await world.hostname();
    expect(hostname).toBeDefined();
    await world.apply(change);
    expect(await world.hostname()).toBe(hostname);
    expect(left().loadBalancers).toBe(before.loadBalancers + 1);
    const pass = await world.remove();
    await world.runner.settle(3 * 60_000);
    expect(pass.failure).toBeUndefined();
    expect(left()).toEqual(before);
    expect(await world.client.get(RESOURCES.services, { namespace: 'default', name: 'web' })).toBeUndefined();
    expect(await world.store.ledger.list('svc#world#default/web')).toEqual([]);
  });

  it.each(['deletion_protection.enabled=perhaps', 'load_balancing.cross_zone.enabled,deletion_protection.enabled=true'])('%s: whether it may go is not known, so it stays until that is corrected', async (attributes) => {
    await world.apply({});
    await world.apply({ annotations: { attributes } });
    const pass = await world.remove();
    expect(pass.plans.flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual(['MalformedDeletionProtection']);
    expect(left().loadBalancers).toBe(before.loadBalancers + 1);
    expect(await world.events()).toContainEqual(expect.stringMatching(/^MalformedDeletionProtection: .*the load balancer stays until it is corrected or removed/));
    await world.apply({ annotations: { attributes: null } });
    await world.runner.settle(3 * 60_000);
    expect(left()).toEqual(before);
  });
});
