import type { Ec2, RouteTable, SecurityGroup, Subnet, Vpc } from '../aws/ec2';
import type { Settings } from '../contract/settings';
import { neededFacts } from '../desired/service/needed-facts';
import type { ClusterFacts, LoadBalancerFacts, NetworkFacts, RouteTableFacts, SecurityGroupFacts, ServiceFacts, ServiceNeeds, SubnetFacts, SubnetNeed, VpcFacts, ZoneFacts } from '../model/facts';
import type { Service } from '../model/kubernetes';
import { forEach, inParallel } from './in-parallel';

/** What the facts of a Service are read for. */
export interface ReadFactsInput {
  readonly cluster: ClusterFacts;
  readonly service: Service;
  readonly settings: Settings;
  /** From `existingLoadBalancer`. */
  readonly existingLoadBalancer?: LoadBalancerFacts;
  /** A Service of the same namespace, undefined where there is none. The reference is to be written before it is read. */
  readonly readService: (name: string) => Promise<Service | undefined>;
}

type Reads = Pick<Ec2, 'describeSubnets' | 'describeVpcs' | 'describeAvailabilityZones' | 'describeRouteTables' | 'describeSecurityGroups'>;

/**
 * Everything that the model of a Service is computed from, in as few calls as can be: one for subnets (three where no subnet has a role tag), none for zones whose names
 * say what they are, one for security groups that are named, one for the VPC where its ranges count. Ids that do not exist are absent and hide nothing.
 */
export async function readServiceFacts(ec2: Reads, input: ReadFactsInput): Promise<ServiceFacts> {
  const { cluster, service, existingLoadBalancer } = input;
  const needs = neededFacts({ service, settings: input.settings, ...(existingLoadBalancer ? { existingLoadBalancer } : {}) });
  const [network, securityGroups, extraServices] = await inParallel(readNetwork(ec2, needs, cluster), readSecurityGroups(ec2, needs, cluster.vpcId), forEach(needs.extraServices, input.readService));
  return {
    cluster,
    service,
    extraServices: extraServices.filter((extra) => extra !== undefined),
    network,
    securityGroups,
    ...(existingLoadBalancer ? { existingLoadBalancer } : {}),
  };
}

async function readNetwork(ec2: Reads, needs: ServiceNeeds, cluster: ClusterFacts): Promise<NetworkFacts> {
  const [{ subnets, routeTables }, vpcs] = await inParallel(readSubnets(ec2, needs.subnets, cluster.vpcId), needs.vpc ? ec2.describeVpcs({ 'vpc-id': [cluster.vpcId] }) : Promise.resolve([]));
  const zones = needs.zones ? await readZones(ec2, subnets, cluster.region) : [];
  const [vpc] = vpcs;
  return { vpc: vpc ? vpcFacts(vpc) : { id: cluster.vpcId, cidrBlocks: [], ipv6CidrBlocks: [] }, subnets, zones, routeTables };
}

async function readSubnets(ec2: Reads, need: SubnetNeed | undefined, vpcId: string): Promise<{ subnets: SubnetFacts[]; routeTables: RouteTableFacts[] }> {
  if (need === undefined) return { subnets: [], routeTables: [] };
  if (need.by === 'selected') {
    const [byId, byName] = await inParallel(ec2.describeSubnets({ 'subnet-id': need.ids }), ec2.describeSubnets({ 'vpc-id': [vpcId], 'tag:Name': need.names }));
    return { subnets: uniqueById([...byId, ...byName].map(subnetFacts)), routeTables: [] };
  }
  const tagged = await ec2.describeSubnets({ 'vpc-id': [vpcId], [`tag:${need.tag}`]: need.values });
  if (tagged.length > 0 || !need.reachabilityFallback) return { subnets: tagged.map(subnetFacts), routeTables: [] };
  const [all, tables] = await inParallel(ec2.describeSubnets({ 'vpc-id': [vpcId] }), ec2.describeRouteTables({ 'vpc-id': [vpcId] }));
  return { subnets: all.map(subnetFacts), routeTables: tables.map(routeTableFacts) };
}

/**
 * Types of the zones. An Availability Zone is named like its Region with one letter behind (AWS: Regions and Zones), a Local or Wavelength Zone never is: only what
 * has another name is asked for.
 */
async function readZones(ec2: Reads, subnets: readonly SubnetFacts[], region: string): Promise<ZoneFacts[]> {
  const zones = new Map(subnets.filter(({ outpostArn }) => outpostArn === undefined).map(({ zoneName, zoneId }) => [zoneId, zoneName]));
  const isPlain = (name: string) => name.length === region.length + 1 && name.startsWith(region) && /[a-z]$/.test(name);
  const plain = [...zones].filter(([, name]) => isPlain(name)).map(([id, name]): ZoneFacts => ({ id, name, zoneType: 'availability-zone' }));
  const others = await ec2.describeAvailabilityZones([...zones].filter(([, name]) => !isPlain(name)).map(([id]) => id));
  return [...plain, ...others.map(({ ZoneId, ZoneName, ZoneType }) => ({ id: ZoneId, name: ZoneName, zoneType: ZoneType }))];
}

async function readSecurityGroups(ec2: Reads, { securityGroups: { ids, names } }: ServiceNeeds, vpcId: string): Promise<SecurityGroupFacts[]> {
  const [byId, byName] = await inParallel(ec2.describeSecurityGroups({ 'group-id': ids }), ec2.describeSecurityGroups({ 'vpc-id': [vpcId], 'tag:Name': names }));
  return uniqueById([...byId, ...byName].map(securityGroupFacts));
}

function uniqueById<Fact extends { readonly id: string }>(facts: readonly Fact[]): Fact[] {
  return [...new Map(facts.map((fact) => [fact.id, fact])).values()];
}

function tagsOf(tags: Subnet['Tags']): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

function subnetFacts(found: Subnet): SubnetFacts {
  return {
    id: found.SubnetId,
    vpcId: found.VpcId,
    zoneName: found.AvailabilityZone,
    zoneId: found.AvailabilityZoneId,
    cidrBlock: found.CidrBlock ?? '',
    ipv6CidrBlocks: (found.Ipv6CidrBlockAssociationSet ?? []).map(({ Ipv6CidrBlock, Ipv6CidrBlockState }) => ({ cidrBlock: Ipv6CidrBlock ?? '', state: Ipv6CidrBlockState?.State ?? '' })),
    availableIpAddressCount: found.AvailableIpAddressCount ?? 0,
    ...(found.OutpostArn ? { outpostArn: found.OutpostArn } : {}),
    tags: tagsOf(found.Tags),
  };
}

function vpcFacts(found: Vpc): VpcFacts {
  return {
    id: found.VpcId,
    cidrBlocks: (found.CidrBlockAssociationSet ?? []).map(({ CidrBlock, CidrBlockState }) => ({ cidrBlock: CidrBlock ?? '', state: CidrBlockState?.State ?? '' })),
    ipv6CidrBlocks: (found.Ipv6CidrBlockAssociationSet ?? []).map(({ Ipv6CidrBlock, Ipv6CidrBlockState }) => ({ cidrBlock: Ipv6CidrBlock ?? '', state: Ipv6CidrBlockState?.State ?? '' })),
  };
}

function routeTableFacts(found: RouteTable): RouteTableFacts {
  const associations = found.Associations ?? [];
  return {
    id: found.RouteTableId,
    vpcId: found.VpcId ?? '',
    main: associations.some(({ Main }) => Main === true),
    subnetIds: associations.flatMap(({ SubnetId }) => (SubnetId === undefined ? [] : [SubnetId])),
    gatewayIds: (found.Routes ?? []).flatMap(({ GatewayId }) => (GatewayId === undefined ? [] : [GatewayId])),
  };
}

/** A described security group as a fact. */
export function securityGroupFacts(found: SecurityGroup): SecurityGroupFacts {
  return { id: found.GroupId, vpcId: found.VpcId ?? '', name: found.GroupName, tags: tagsOf(found.Tags) };
}
