import { addAddress } from './ec2/addresses';
import type { Acm } from './acm';
import { loadElbv2 } from './environment-elbv2';
import { AwsEnvironment } from './environment-schema';
import type { LocalEc2 } from './ec2/create-ec2';
import { isInside, canonicalAddress } from './ec2/cidr';
import { completeInterface } from './ec2/interface-making';
import { explodePermissions } from './ec2/permissions';
import type { CidrRecord, InterfaceRecord, RuleRecord } from './ec2/records';
import { addDefaultGroup } from './ec2/security-groups';
import type { Ec2, Region } from './ec2/state';
import type { Elbv2State } from './elbv2/state';
import type { Place } from './network';
import type { World } from './operation';
import type { Wafv2 } from './wafv2';

/** The parts of the local AWS that an environment fills. */
export interface EnvironmentParts {
  readonly world: World;
  readonly ec2: LocalEc2;
  readonly elbv2: Elbv2State;
  readonly acm: Acm;
  readonly wafv2: Wafv2;
}

/**
 * Fills the local AWS with the account that an environment states and answers its place. Ids and ARNs are kept as they are given; what AWS always has and no
 * environment states is added: a default security group and an internet gateway per VPC, a main route table where none is said.
 * Throws a ZodError for a value of the wrong form. Atomic.
 */
export function loadEnvironment(parts: EnvironmentParts, given: unknown): Place {
  const environment = AwsEnvironment.parse(given);
  const place: Place = { account: environment.cluster.accountId, region: environment.cluster.region };
  parts.world.storage.atomically(() => {
    const { state } = parts.ec2;
    const loading: Loading = { ec2: state, region: state.open(place), home: environment.cluster.vpcId, environment };
    for (const load of [loadZones, loadVpcs, loadSubnets, loadGateways, loadRouteTables, loadSecurityGroups, loadInterfaces, loadPools]) load(loading);
    loadCertificates(parts, place, environment);
    for (const webAcl of environment.webAcls) parts.wafv2.putWebAcl(place, webAcl);
    loadElbv2(parts, place, environment);
  });
  return place;
}

interface Loading {
  readonly ec2: Ec2;
  readonly region: Region;
  /** The VPC of everything that names none. */
  readonly home: string;
  readonly environment: AwsEnvironment;
}

function tag({ region }: Loading, id: string, tags: Readonly<Record<string, string>>): void {
  region.tags.set(id, Object.entries(tags).map(([Key, Value]) => ({ Key, Value })));
}

function loadZones({ region, environment }: Loading): void {
  if (environment.availabilityZones.length === 0) return;
  for (const [name] of region.zones.entries()) region.zones.delete(name);
  for (const { name, id, zoneType } of environment.availabilityZones) region.zones.set(name, { zoneName: name, zoneId: id, zoneType });
}

function loadVpcs({ ec2, region, environment }: Loading): void {
  const block = (cidrBlock: string, state: CidrRecord['state']): CidrRecord => ({ associationId: ec2.id('vpc-cidr-assoc'), cidrBlock, state });
  const blocks = (given: AwsEnvironment['vpc']['cidrBlocks'], gone: readonly string[]) => [
    ...given.map((one) => (typeof one === 'string' ? block(one, 'associated') : block(one.cidrBlock, one.state))),
    ...gone.map((one) => block(one, 'disassociated')),
  ];
  for (const vpc of [environment.vpc, ...environment.otherVpcs]) {
    const record = {
      vpcId: vpc.id,
      cidrBlocks: blocks(vpc.cidrBlocks, vpc.disassociatedCidrBlocks),
      ipv6CidrBlocks: blocks(vpc.ipv6CidrBlocks, vpc.disassociatedIpv6CidrBlocks),
      isDefault: false,
    };
    region.vpcs.set(vpc.id, record);
    addDefaultGroup(ec2, region, record);
  }
}

function loadSubnets(loading: Loading): void {
  const { ec2, region, home, environment } = loading;
  const block = (cidrBlock: string, state: CidrRecord['state']): CidrRecord => ({ associationId: ec2.id('subnet-cidr-assoc'), cidrBlock, state });
  for (const { id, vpcId = home, outpostArn, tags, ipv6CidrBlocks, disassociatedIpv6CidrBlocks, ...rest } of environment.subnets) {
    region.subnets.set(id, {
      ...rest,
      subnetId: id,
      vpcId,
      ipv6CidrBlocks: [...disassociatedIpv6CidrBlocks.map((one) => block(one, 'disassociated')), ...ipv6CidrBlocks.map((one) => block(one, 'associated'))],
      cursor: 4,
      ...(outpostArn === undefined ? {} : { outpostArn }),
    });
    tag(loading, id, tags);
  }
}

/** The gateways that routes name; a VPC whose routes name none has one all the same. */
function loadGateways({ ec2, region, home, environment }: Loading): void {
  for (const { vpcId = home, routes } of environment.routeTables) {
    for (const { gatewayId } of routes) if (gatewayId?.startsWith('igw-') === true) region.gateways.set(gatewayId, { gatewayId, vpcId });
  }
  for (const { id: vpcId } of [environment.vpc, ...environment.otherVpcs]) {
    if (region.gateways.values().some((gateway) => gateway.vpcId === vpcId)) continue;
    const gatewayId = ec2.id('igw');
    region.gateways.set(gatewayId, { gatewayId, vpcId });
  }
}

function loadRouteTables(loading: Loading): void {
  const { ec2, region, home, environment } = loading;
  for (const { id, vpcId = home, associations, routes, tags } of environment.routeTables) {
    region.routeTables.set(id, {
      routeTableId: id,
      vpcId,
      routes: routes.map((route) => ({ destination: route.destination, ...target(route) })),
      associations: associations.map(({ main, subnetId }) => ({ associationId: ec2.id('rtbassoc'), main, ...(subnetId === undefined ? {} : { subnetId }) })),
    });
    tag(loading, id, tags);
  }
  for (const vpc of region.vpcs.values()) {
    if (region.routeTables.values().some((table) => table.vpcId === vpc.vpcId && table.associations.some((association) => association.main))) continue;
    const routeTableId = ec2.id('rtb');
    const routes = vpc.cidrBlocks.filter(({ state }) => state === 'associated').map(({ cidrBlock }) => ({ destination: cidrBlock, gatewayId: 'local' }));
    region.routeTables.set(routeTableId, { routeTableId, vpcId: vpc.vpcId, associations: [{ associationId: ec2.id('rtbassoc'), main: true }], routes });
  }
}

function target({ gatewayId, natGatewayId, transitGatewayId, egressOnlyInternetGatewayId }: AwsEnvironment['routeTables'][number]['routes'][number]) {
  if (gatewayId !== undefined) return { gatewayId };
  if (natGatewayId !== undefined) return { natGatewayId };
  if (transitGatewayId !== undefined) return { transitGatewayId };
  return egressOnlyInternetGatewayId === undefined ? {} : { egressOnlyInternetGatewayId };
}

function loadSecurityGroups(loading: Loading): void {
  const { ec2, region, home, environment } = loading;
  for (const { id, vpcId = home, name, description, tags, ingress } of environment.securityGroups) {
    const inbound = explodePermissions(ingress, region.place.account).map((rule): RuleRecord => ({ ...rule, ruleId: ec2.id('sgr'), egress: false }));
    const outbound: RuleRecord = { ruleId: ec2.id('sgr'), egress: true, protocol: '-1', source: { kind: 'ipv4', cidr: '0.0.0.0/0' } };
    for (const { source } of inbound) if (source.kind === 'prefixList') ensurePrefixList(ec2, region.place, source.prefixListId);
    region.groups.set(id, { groupId: id, vpcId, groupName: name, description, rules: [...inbound, outbound] });
    tag(loading, id, tags);
  }
}

function loadInterfaces(loading: Loading): void {
  const { ec2, region, home, environment } = loading;
  for (const one of environment.networkInterfaces) region.interfaces.set(one.id, makeRecord(loading, one));
  for (const { id, networkInterfaces } of environment.instances) {
    const records = networkInterfaces.map((one): InterfaceRecord => ({
      ...makeRecord(loading, one),
      attachment: { attachmentId: ec2.id('eni-attach'), instanceId: id, deviceIndex: one.deviceIndex, attachTime: 0, deleteOnTermination: true },
    }));
    for (const record of records) region.interfaces.set(record.networkInterfaceId, record);
    const subnet = region.subnets.get(records[0]?.subnetId ?? '');
    region.instances.set(id, {
      instanceId: id,
      vpcId: records[0]?.vpcId ?? home,
      ...(subnet === undefined ? {} : { subnetId: subnet.subnetId, availabilityZone: subnet.availabilityZone }),
      imageId: 'ami-00000000000000001',
      instanceType: 'm5.large',
      reservationId: ec2.id('r'),
      launchedAt: 0,
      runningAt: 0,
    });
  }
}

/** The subnet is the one that holds the first address, if the environment states subnets at all. */
function makeRecord({ ec2, region, home }: Loading, given: AwsEnvironment['networkInterfaces'][number]): InterfaceRecord {
  const vpcId = given.vpcId ?? home;
  const [first] = given.privateIpAddresses;
  const subnet = region.subnets.values().find((one) => one.vpcId === vpcId && first !== undefined && isInside(first, one.cidrBlock));
  return completeInterface(ec2, {
    networkInterfaceId: given.id,
    vpcId,
    description: '',
    interfaceType: 'interface',
    groups: given.groups,
    privateIpAddresses: given.privateIpAddresses,
    ipv4Prefixes: given.ipv4Prefixes,
    ipv6Addresses: given.ipv6Addresses.map(canonicalAddress),
    ipv6Prefixes: given.ipv6Prefixes,
    ...(subnet === undefined ? {} : { subnetId: subnet.subnetId }),
  });
}

function loadPools({ ec2, region, environment }: Loading): void {
  for (const { id, description } of environment.ipamPools) region.ipamPools.set(id, { poolId: id, ...(description === undefined ? {} : { description }) });
  for (const id of environment.elasticIps) addAddress(ec2, region, id);
  for (const { id, cidrs } of environment.coipPools) region.coipPools.set(id, { poolId: id, cidrs });
}

function loadCertificates({ acm, world }: EnvironmentParts, place: Place, { certificates }: AwsEnvironment): void {
  for (const { tags, subjectAlternativeNames, certificateAuthorityArn, ...rest } of certificates) {
    acm.put(place, {
      ...rest,
      subjectAlternativeNames: [...new Set([rest.domainName, ...subjectAlternativeNames])],
      createdAt: world.clock.now(),
      tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      ...(certificateAuthorityArn === undefined ? {} : { certificateAuthorityArn }),
    });
  }
}

/** Makes a prefix list exist under a literal id; one that is there stays as it is. */
export function ensurePrefixList(ec2: Ec2, place: Place, prefixListId: string): void {
  const { prefixLists } = ec2.open(place);
  if (!prefixLists.has(prefixListId)) prefixLists.set(prefixListId, { prefixListId, name: prefixListId, addressFamily: 'IPv4', maxEntries: 1, ownerId: place.account });
}
