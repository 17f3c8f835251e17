import type { CreateLoadBalancerInput, CreateLoadBalancerOutput, DeleteLoadBalancerInput, DeleteLoadBalancerOutput, DescribeLoadBalancersInput, DescribeLoadBalancersOutput, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call, Operations } from '../operation';
import { AwsError } from '../operation';
import { arnPrefix, dnsNameOf, hash, hostedZoneOf, isIn, loadBalancerPath } from './names';
import { page } from './paging';
import { assertArn, assertName, assertOneOf, validationError } from './refusals';
import { assertSecurityGroups } from './security-groups';
import type { Elbv2, IpAddressType, LoadBalancerRecord, LoadBalancerType, Scheme } from './state';
import { checkedTags } from './tags';
import type { ChosenSubnet } from './zones';
import { assertFree, chooseSubnets, openZone, shownZone } from './zones';

/** Create, describe and delete load balancers. Gateway Load Balancers are refused by name. */
export function loadBalancerOperations(elbv2: Elbv2): Operations {
  const create = (input: CreateLoadBalancerInput, call: Call): CreateLoadBalancerOutput => {
    const wanted = readWanted(input);
    const subnets = chooseSubnets(elbv2, call, input, wanted);
    const draft = draftOf(elbv2, call, { input, wanted, subnets });
    const existing = elbv2.state.loadBalancers.values().find(({ arn, name }) => isIn(call, arn) && name === wanted.name);
    if (existing !== undefined) return { LoadBalancers: [shownLoadBalancer(sameOrRefused(existing, draft, subnets), call)] };
    return { LoadBalancers: [shownLoadBalancer(build(elbv2, call, { draft, subnets }), call)] };
  };
  const describe = (input: DescribeLoadBalancersInput, call: Call): DescribeLoadBalancersOutput => {
    const { items, ...next } = page(selected(elbv2, call, input), input, ({ arn }) => arn);
    return { LoadBalancers: items.map((record) => shownLoadBalancer(record, call)), ...next };
  };
  return { CreateLoadBalancer: create, DescribeLoadBalancers: describe, DeleteLoadBalancer: (input: DeleteLoadBalancerInput, call: Call) => remove(elbv2, call, input) };
}

interface Wanted {
  readonly name: string;
  readonly type: LoadBalancerType;
  readonly scheme: Scheme;
  readonly ipAddressType: IpAddressType;
  readonly sourceNat: 'on' | 'off';
}

function readWanted(input: CreateLoadBalancerInput): Wanted {
  const { Name: name = '', Type: type = 'application', Scheme: scheme = 'internet-facing', IpAddressType: ipAddressType = 'ipv4', EnablePrefixForIpv6SourceNat: sourceNat = 'off' } = input;
  assertName(name, 'Load balancer');
  if (name.startsWith('internal-')) throw validationError(`Load balancer name '${name}' cannot begin with 'internal-'`);
  assertOneOf(type, ['application', 'network', 'gateway'], 'type');
  if (type === 'gateway') throw new AwsError('NotImplemented', 'The local AWS does not implement Gateway Load Balancers');
  assertOneOf(scheme, ['internal', 'internet-facing'], 'scheme');
  assertIpAddressType(ipAddressType, { type, scheme });
  assertOneOf(sourceNat, ['on', 'off'], 'enablePrefixForIpv6SourceNat');
  if (sourceNat === 'on' && (type !== 'network' || ipAddressType !== 'dualstack')) throw new AwsError('InvalidConfigurationRequest', 'EnablePrefixForIpv6SourceNat needs a dual-stack Network Load Balancer');
  if (input.CustomerOwnedIpv4Pool !== undefined && type !== 'application') throw new AwsError('InvalidConfigurationRequest', 'Customer-owned address pools need an Application Load Balancer');
  const hasPool = input.IpamPools?.Ipv4IpamPoolId !== undefined;
  if (hasPool && (type !== 'application' || scheme !== 'internet-facing')) throw new AwsError('InvalidConfigurationRequest', 'IPAM pools need an internet-facing Application Load Balancer');
  return { name, type, scheme, ipAddressType, sourceNat };
}

/** Refuses address types that a type of load balancer does not have. */
export function assertIpAddressType(ipAddressType: string, { type, scheme }: { type: LoadBalancerType; scheme: Scheme }): asserts ipAddressType is IpAddressType {
  assertOneOf(ipAddressType, ['ipv4', 'dualstack', 'dualstack-without-public-ipv4'], 'ipAddressType');
  const isSupported = ipAddressType !== 'dualstack-without-public-ipv4' || (type === 'application' && scheme === 'internet-facing');
  if (!isSupported) throw new AwsError('InvalidConfigurationRequest', `The IP address type '${ipAddressType}' is supported only by internet-facing Application Load Balancers`);
}

type Draft = Omit<LoadBalancerRecord, 'arn' | 'dnsName' | 'zones' | 'createdAt' | 'activeAt'>;

function draftOf(elbv2: Elbv2, call: Call, { input, wanted, subnets }: { input: CreateLoadBalancerInput; wanted: Wanted; subnets: readonly ChosenSubnet[] }): Draft {
  const vpcId = subnets[0]?.subnet.vpcId ?? '';
  const given = [...new Set(input.SecurityGroups ?? [])];
  const fallback = wanted.type === 'application' ? elbv2.network.defaultSecurityGroup(call, vpcId)?.groupId : undefined;
  const securityGroups = given.length === 0 && fallback !== undefined ? [fallback] : given;
  assertSecurityGroups(elbv2, call, { groups: securityGroups, vpcId });
  return {
    ...wanted,
    vpcId,
    securityGroups,
    attributes: {},
    tags: checkedTags(input.Tags, elbv2),
    ...(wanted.type === 'network' && securityGroups.length > 0 && { privateLinkRules: 'on' }),
    ...(input.CustomerOwnedIpv4Pool !== undefined && { coipPool: input.CustomerOwnedIpv4Pool }),
    ...(input.IpamPools?.Ipv4IpamPoolId !== undefined && { ipv4IpamPoolId: input.IpamPools.Ipv4IpamPoolId }),
  };
}

/** The same name with the same settings is the same load balancer: the call may be repeated. AWS: "CreateLoadBalancer" ("idempotent"). */
function sameOrRefused(existing: LoadBalancerRecord, draft: Draft, subnets: readonly ChosenSubnet[]): LoadBalancerRecord {
  const settings = (record: Draft, ids: readonly string[]) =>
    JSON.stringify([record.type, record.scheme, record.ipAddressType, record.sourceNat, record.securityGroups.toSorted(), ids.toSorted(), record.tags.map(({ Key, Value }) => `${Key ?? ''}=${Value ?? ''}`).toSorted()]);
  const subnetIds = subnets.map(({ subnet }) => subnet.subnetId);
  const existingIds = existing.zones.map(({ subnetId }) => subnetId);
  if (settings(existing, existingIds) === settings(draft, subnetIds)) return existing;
  throw new AwsError('DuplicateLoadBalancerName', `A load balancer with the same name '${draft.name}' exists, but with different settings`);
}

function build(elbv2: Elbv2, call: Call, { draft, subnets }: { draft: Draft; subnets: readonly ChosenSubnet[] }): LoadBalancerRecord {
  const { state, network, quotas, world } = elbv2;
  const quota = draft.type === 'network' ? quotas['network-load-balancers'] : quotas['application-load-balancers'];
  const count = state.loadBalancers.values().filter(({ arn, type }) => isIn(call, arn) && type === draft.type).length;
  if (count >= quota) throw new AwsError('TooManyLoadBalancers', `The maximum number of ${draft.type} load balancers is ${quota}`);
  const isUnreachable = draft.scheme === 'internet-facing' && network.vpc(call, draft.vpcId)?.hasInternetGateway === false;
  if (isUnreachable) throw new AwsError('InvalidSubnet', `VPC ${draft.vpcId} has no internet gateway`);
  for (const chosen of subnets) assertFree(elbv2, call, { chosen, type: draft.type });
  const id = hash(world.random);
  const path = loadBalancerPath(draft.type, draft.name, id);
  const record: LoadBalancerRecord = {
    ...draft,
    arn: `${arnPrefix(call)}loadbalancer/${path}`,
    dnsName: dnsNameOf({ ...draft, hash: id, region: call.region }),
    zones: subnets.map((chosen) => openZone(elbv2, call, chosen, { ...draft, path })),
    createdAt: call.now,
    activeAt: call.now + provisioningMs(draft.type, world.random) * world.factor,
  };
  state.loadBalancers.set(record.arn, record);
  return record;
}

/** One to two minutes for a Network, two to three for an Application Load Balancer. */
function provisioningMs(type: LoadBalancerType, random: () => number): number {
  return ((type === 'network' ? 60 : 120) + Math.floor(random() * 60)) * 1000;
}

function selected({ state }: Elbv2, call: Call, { LoadBalancerArns: arns, Names: names }: DescribeLoadBalancersInput): LoadBalancerRecord[] {
  const visible = state.loadBalancers.values().filter(({ arn }) => isIn(call, arn));
  const hasArns = arns !== undefined && arns.length > 0;
  const hasNames = names !== undefined && names.length > 0;
  if (hasArns && hasNames) throw validationError('Load balancer names and ARNs cannot be specified at the same time');
  if (!hasArns && !hasNames) return visible;
  const wanted = [...new Set(hasArns ? arns : names)];
  if (wanted.length > 20) throw validationError(`At most 20 load balancers can be named in one call, got ${wanted.length}`);
  if (hasArns) for (const arn of wanted) assertArn(arn, 'loadbalancer');
  return wanted.map((key) => {
    const found = visible.find(({ arn, name }) => (hasArns ? arn : name) === key);
    if (found === undefined) throw new AwsError('LoadBalancerNotFound', `One or more load balancers not found: ${key}`);
    return found;
  });
}

/** What Describe calls show of a load balancer. */
export function shownLoadBalancer(record: LoadBalancerRecord, call: Call): LoadBalancer {
  return {
    LoadBalancerArn: record.arn,
    DNSName: record.dnsName,
    CanonicalHostedZoneId: hostedZoneOf(record.type, call.region),
    CreatedTime: new Date(record.createdAt),
    LoadBalancerName: record.name,
    Scheme: record.scheme,
    VpcId: record.vpcId,
    State: { Code: call.now < record.activeAt ? 'provisioning' : 'active' },
    Type: record.type,
    AvailabilityZones: record.zones.map(shownZone),
    SecurityGroups: record.securityGroups.length > 0 ? [...record.securityGroups] : undefined,
    IpAddressType: record.ipAddressType,
    CustomerOwnedIpv4Pool: record.coipPool,
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: record.privateLinkRules,
    EnablePrefixForIpv6SourceNat: record.sourceNat,
    IpamPools: record.ipv4IpamPoolId === undefined ? undefined : { Ipv4IpamPoolId: record.ipv4IpamPoolId },
  };
}

/** Deleting what does not exist succeeds. Its interfaces go 20 seconds later. AWS: "DeleteLoadBalancer". */
function remove({ state, network, world }: Elbv2, call: Call, input: DeleteLoadBalancerInput): DeleteLoadBalancerOutput {
  const arn = input.LoadBalancerArn ?? '';
  assertArn(arn, 'loadbalancer');
  const record = isIn(call, arn) ? state.loadBalancers.get(arn) : undefined;
  if (record === undefined) return {};
  if (record.attributes['deletion_protection.enabled'] === 'true') throw new AwsError('OperationNotPermitted', `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`);
  const isTarget = state.targets.values().some(({ id, goneAt }) => id === arn && (goneAt === undefined || call.now < goneAt));
  if (isTarget) throw new AwsError('ResourceInUse', `Load balancer '${arn}' is registered as a target`);
  for (const zone of record.zones) network.releaseInterface(call, zone.networkInterfaceId, call.now + lingeringMs * world.factor);
  for (const rule of state.rules.values()) if (rule.loadBalancerArn === arn) state.rules.delete(rule.arn);
  for (const listener of state.listeners.values()) if (listener.loadBalancerArn === arn) state.listeners.delete(listener.arn);
  state.loadBalancers.delete(arn);
  return {};
}

/** How long the interfaces of a load balancer, or of a subnet that it left, stay. */
export const lingeringMs = 20_000;
