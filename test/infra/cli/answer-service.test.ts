import { describe, expect, it } from 'vitest';
import { answerService } from '../../../infra/cli/vectors/answer-service';
import type { Plain, PlainObject } from '../../../infra/cli/vectors/merge-deeply';

const ipv6 = (cidrBlock: string): Plain => [cidrBlock];
const environment: PlainObject = {
  cluster: { name: 'demo', region: 'us-west-2', accountId: '111122223333', vpcId: 'vpc-1' },
  settings: {},
  vpc: { id: 'vpc-1', cidrBlocks: ['10.0.0.0/16'], ipv6CidrBlocks: [] },
  availabilityZones: [{ name: 'a', id: 'az1', zoneType: 'availability-zone' }],
  subnets: [{ id: 'subnet-1', availabilityZone: 'a', availabilityZoneId: 'az1', cidrBlock: '10.0.0.0/20', ipv6CidrBlocks: ipv6('2600:1f13:a00:110::/64'), availableIpAddressCount: 100, tags: { 'kubernetes.io/role/internal-elb': '', 'kubernetes.io/role/elb': '' } }],
};

function answer(given: { annotations?: Record<string, string>; spec?: PlainObject; environment?: PlainObject } = {}): PlainObject {
  const annotations = Object.fromEntries(Object.entries(given.annotations ?? {}).map(([suffix, value]) => [`service.beta.kubernetes.io/aws-load-balancer-${suffix}`, value]));
  const service = { kind: 'Service', metadata: { name: 'web', namespace: 'default', uid: 'u', annotations }, spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 }], ...given.spec } };
  return answerService({ file: 'a.yaml', subject: { kind: 'Service', namespace: 'default', name: 'web' }, objects: [service], environment: { ...environment, ...given.environment }, document: {} });
}

const only = (of: PlainObject, type: string) => Object.values((of['model'] as { resources: Record<string, Record<string, { spec: PlainObject }>> }).resources[type] ?? {})[0]?.spec;

describe('the answer to a vector of a Service', () => {
  const aLoadBalancer = (tags: PlainObject): PlainObject => ({ loadBalancers: [{ arn: 'arn:x', name: 'x', scheme: 'internet-facing', securityGroups: ['sg-1'], availabilityZones: [{ zoneName: 'a', subnetId: 'subnet-1' }], tags }] });
  const schemeWith = (tags: PlainObject) => only(answer({ environment: aLoadBalancer(tags) }), 'AWS::ElasticLoadBalancingV2::LoadBalancer')?.['scheme'];

  it('keeps the scheme of a load balancer with the tags of the stack', () => {
    expect(schemeWith({ 'elbv2.k8s.aws/cluster': 'demo', 'service.k8s.aws/stack': 'default/web' })).toBe('internet-facing');
  });

  it('learns nothing from a load balancer with the tags of the first version of LBC', () => {
    expect(schemeWith({ 'ingress.k8s.aws/cluster': 'demo', 'service.k8s.aws/stack': 'default/web' })).toBe('internal');
  });

  it('prints null, as LBC does, where a rule on targets lets nobody in', () => {
    const noRanges = answer({ annotations: { 'disable-nlb-sg': 'true', 'ip-address-type': 'dualstack' }, spec: { ipFamilies: ['IPv6'] } });
    const spec = only(noRanges, 'K8S::ElasticLoadBalancingV2::TargetGroupBinding') as { template: { spec: { networking: PlainObject } } };
    expect(spec.template.spec.networking).toEqual({ ingress: [{ from: null, ports: [{ protocol: 'TCP', port: 30080 }] }] });
  });
});
