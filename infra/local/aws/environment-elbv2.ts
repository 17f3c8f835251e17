import type { EnvironmentParts } from './environment';
import type { AwsEnvironment } from './environment-schema';
import { healthCheckOf } from './elbv2/health-check';
import { dnsNameOf, pathOf } from './elbv2/names';
import type { LoadBalancerRecord, TargetGroupRecord, TargetRecord, ZoneRecord } from './elbv2/state';
import type { Place } from './network';
import type { Call } from './operation';

const asTags = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Puts an environment's load balancers (active, with AWS's default attributes and interfaces of their own), target groups with targets, and trust stores into ELBv2's state. */
export function loadElbv2(parts: EnvironmentParts, place: Place, environment: AwsEnvironment): void {
  const { loadBalancers, targetGroups, targets, trustStores } = parts.elbv2;
  const home = environment.cluster.vpcId;
  for (const { name, arn } of environment.trustStores) trustStores.set(arn, { name, arn, certificates: 1 });
  for (const given of environment.loadBalancers) loadBalancers.set(given.arn, loadBalancerOf(parts, place, { given, home }));
  for (const given of environment.targetGroups) {
    const group = targetGroupOf(given, home);
    targetGroups.set(group.arn, group);
    for (const target of given.targets) {
      const record = targetOf(parts, group, target);
      targets.set([record.targetGroupArn, record.id, record.port, record.zone ?? ''].join('|'), record);
    }
  }
}

function loadBalancerOf(parts: EnvironmentParts, place: Place, { given, home }: { given: AwsEnvironment['loadBalancers'][number]; home: string }): LoadBalancerRecord {
  const { arn, name, type, ipAddressType, securityGroups, attributes } = given;
  const scheme = given.scheme === 'internet-facing' ? 'internet-facing' : 'internal';
  const hash = arn.split('/').at(-1) ?? '';
  return {
    arn,
    name,
    type,
    scheme,
    ipAddressType,
    securityGroups,
    attributes,
    vpcId: given.vpcId ?? home,
    zones: given.availabilityZones.map(({ zoneName, subnetId }) => ({ zoneName, subnetId, sourceNatPrefixes: [], networkInterfaceId: interfaceOf(parts, place, { given, subnetId }) }) satisfies ZoneRecord),
    dnsName: dnsNameOf({ name, hash, type, scheme, region: place.region }),
    createdAt: 0,
    activeAt: 0,
    tags: asTags(given.tags),
    sourceNat: 'off',
  };
}

/** The subnet's number of free addresses is a fact of the environment, in which the interface is counted already. */
function interfaceOf({ ec2, world }: EnvironmentParts, place: Place, { given, subnetId }: { given: AwsEnvironment['loadBalancers'][number]; subnetId: string }): string {
  const { subnets } = ec2.state.open(place);
  const subnet = subnets.get(subnetId);
  if (subnet === undefined) return '';
  const stated = subnet.availableIpAddressCount;
  subnets.set(subnetId, { ...subnet, availableIpAddressCount: stated + 1 });
  const call: Call = { ...place, caller: 'environment', userAgent: '', now: world.clock.now() };
  const { networkInterfaceId } = ec2.network.createInterface(call, {
    subnetId,
    groups: given.securityGroups,
    description: `ELB ${pathOf(given.arn)}`,
    interfaceType: given.type === 'network' ? 'network_load_balancer' : 'interface',
    assignIpv6: given.ipAddressType !== 'ipv4',
    assignPublicIp: given.scheme === 'internet-facing',
  });
  const after = subnets.get(subnetId);
  if (after !== undefined) subnets.set(subnetId, { ...after, availableIpAddressCount: stated });
  return networkInterfaceId;
}

/** A group that says no more than its name is one of instances over HTTP. */
function targetGroupOf(given: AwsEnvironment['targetGroups'][number], home: string): TargetGroupRecord {
  const { arn, name, targetType, ipAddressType, tags } = given;
  const protocol = given.protocol ?? (targetType === 'alb' ? 'TCP' : 'HTTP');
  const destination = targetType === 'lambda' ? {} : { protocol, port: given.port ?? 80, vpcId: given.vpcId ?? home, ...(protocol.startsWith('HTTP') && { protocolVersion: 'HTTP1' }) };
  return { arn, name, targetType, ipAddressType, ...destination, healthCheck: healthCheckOf({ targetType, ...destination }, {}), attributes: {}, tags: asTags(tags) };
}

/** A draining target drains for five minutes more; other states follow from what the target answers. */
function targetOf({ world }: EnvironmentParts, { arn }: TargetGroupRecord, { id, port, availabilityZone, quicServerId, state }: AwsEnvironment['targetGroups'][number]['targets'][number]): TargetRecord {
  return {
    targetGroupArn: arn,
    id,
    port,
    registeredAt: 0,
    ...(availabilityZone === undefined ? {} : { zone: availabilityZone }),
    ...(quicServerId === undefined ? {} : { quicServerId }),
    ...(state === 'draining' ? { goneAt: world.clock.now() + 300_000 * world.factor } : {}),
  };
}
