import { Settings } from '../../../../shared/contract/settings';
import type { ServiceFacts, SubnetFacts } from '../../../../shared/model/facts';
import type { Service, ServicePort } from '../../../../shared/model/kubernetes';
import type { Resource } from '../../../../shared/model/model';
import { buildServiceModel } from '../../../../shared/desired/service/build-service-model';

const PREFIX = 'service.beta.kubernetes.io';

/** A Service of our class with instance targets; annotations by suffix. */
export function aService(given: { annotations?: Record<string, string>; spec?: Partial<Service['spec']>; ports?: ServicePort[] } = {}): Service {
  return {
    metadata: { name: 'web', namespace: 'default', uid: '0b1c2d3e-0000-4000-8000-000000000001', annotations: Object.fromEntries(Object.entries(given.annotations ?? {}).map(([suffix, value]) => [`${PREFIX}/${suffix}`, value])) },
    spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', ports: given.ports ?? [aPort()], ...given.spec },
  };
}

export function aPort(given: Partial<ServicePort> = {}): ServicePort {
  return { protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30080, ...given };
}

export function aSubnet(given: Partial<SubnetFacts> = {}): SubnetFacts {
  return { id: 'subnet-a', vpcId: 'vpc-1', zoneName: 'us-west-2a', zoneId: 'usw2-az1', cidrBlock: '10.0.0.0/20', ipv6CidrBlocks: [], availableIpAddressCount: 100, tags: { 'kubernetes.io/role/internal-elb': '1', 'kubernetes.io/role/elb': '1' }, ...given };
}

export function factsOf(service: Service, given: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    cluster: { id: 'demo', name: 'demo', region: 'us-west-2', accountId: '111122223333', vpcId: 'vpc-1' },
    service,
    extraServices: [],
    network: { vpc: { id: 'vpc-1', cidrBlocks: [{ cidrBlock: '10.0.0.0/16', state: 'associated' }], ipv6CidrBlocks: [] }, subnets: [aSubnet()], zones: [{ name: 'us-west-2a', id: 'usw2-az1', zoneType: 'availability-zone' }], routeTables: [] },
    securityGroups: [],
    ...given,
  };
}

/** The outcome for a Service in a small network. */
export function modelOf(service: Service, given: Partial<ServiceFacts> = {}, settings: object = {}) {
  return buildServiceModel(factsOf(service, given), Settings.parse(settings));
}

/** The codes of all problems of an outcome. */
export function codesOf(outcome: ReturnType<typeof modelOf>): string[] {
  return outcome.outcome === 'none' ? [] : outcome.problems.map(({ code }) => code);
}

type SpecOf<Type extends Resource['type']> = { [Key in Resource['type']]: Extract<Resource, { type: Key }>['spec'] }[Type];

/** The spec of one resource of a model. */
export function specOf<Type extends Resource['type']>(outcome: ReturnType<typeof modelOf>, type: Type): SpecOf<Type> {
  if (outcome.outcome !== 'load-balancer') throw new Error(`no model: ${JSON.stringify(outcome)}`);
  const found = outcome.model.resources.find((resource) => resource.type === type);
  if (!found) throw new Error(`no ${type} in the model`);
  return found.spec as SpecOf<Type>;
}
