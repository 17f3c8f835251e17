import { describe, expect, it } from 'vitest';
import { Settings } from '../../../../shared/contract/settings';
import { neededFacts } from '../../../../shared/desired/service/needed-facts';
import type { LoadBalancerFacts } from '../../../../shared/model/facts';
import { aService } from './a-service';

const existing: LoadBalancerFacts = { arn: 'arn', name: 'x', vpcId: 'vpc-1', type: 'network', scheme: 'internal', securityGroups: [], zones: [{ zoneName: 'us-west-2a', subnetId: 'subnet-a' }], tags: {} };
const needsOf = (annotations: Record<string, string>, more: { existingLoadBalancer?: LoadBalancerFacts; settings?: object } = {}) =>
  neededFacts({ service: aService({ annotations }), settings: Settings.parse(more.settings ?? {}), ...(more.existingLoadBalancer && { existingLoadBalancer: more.existingLoadBalancer }) });
const role = { by: 'role', tag: 'kubernetes.io/role/internal-elb', values: ['', '1'], reachabilityFallback: true };

describe('neededFacts', () => {
  it('asks for subnets by role tag and for zones alone, for a plain Service', () => {
    expect(needsOf({})).toEqual({ subnets: role, zones: true, vpc: false, securityGroups: { ids: [], names: [] }, extraServices: [] });
  });

  it('asks by the tag of the scheme, and for route tables only if the gate allows', () => {
    expect(needsOf({ 'aws-load-balancer-scheme': 'internet-facing' }, { settings: { featureGates: { SubnetDiscoveryByReachability: false } } }).subnets).toEqual({ ...role, tag: 'kubernetes.io/role/elb', reachabilityFallback: false });
  });

  it('asks for named subnets and groups, each once', () => {
    const needs = needsOf({ 'aws-load-balancer-subnets': 'subnet-b, private-a, subnet-b', 'aws-load-balancer-security-groups': 'web, sg-1, web' });
    expect(needs.subnets).toEqual({ by: 'selected', ids: ['subnet-b'], names: ['private-a'] });
    expect(needs.securityGroups).toEqual({ ids: ['sg-1'], names: ['web'] });
  });

  it('asks for the subnets of an existing load balancer, and for the VPC where it has no security groups', () => {
    expect(needsOf({}, { existingLoadBalancer: existing })).toMatchObject({ subnets: { by: 'selected', ids: ['subnet-a'], names: [] }, vpc: true });
  });

  it('asks for the Services of actions that belong to a listener', () => {
    const action = (name: string) => `{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"${name}","servicePort":80}]}}`;
    expect(needsOf({ 'actions.TCP-80': action('next'), 'actions.TCP-81': action('other') }).extraServices).toEqual(['next']);
    expect(needsOf({ 'actions.TCP-80': action('web') }).extraServices).toEqual([]);
  });

  it('asks for nothing where nothing will be built', () => {
    const nothing = { zones: false, vpc: false, securityGroups: { ids: [], names: [] }, extraServices: [] };
    expect(needsOf({ 'aws-load-balancer-scheme': 'public' })).toEqual(nothing);
    expect(neededFacts({ service: aService({ spec: { loadBalancerClass: 'x' } }), settings: Settings.parse({}) })).toEqual(nothing);
  });
});
