import type { EC2 } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGroup, aVpc, ec2Endpoint, errorOf, newAccount, type Ec2Endpoint } from './ec2-endpoint';

let endpoint: Ec2Endpoint;
let ec2: EC2;
let vpcId: string;
let subnetIds: string[];
beforeAll(async () => {
  endpoint = await ec2Endpoint();
  ec2 = newAccount(endpoint);
  vpcId = await aVpc(ec2);
  subnetIds = await Promise.all(['a', 'b'].map(async (zone, index) => (await ec2.createSubnet({ VpcId: vpcId, CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `us-west-2${zone}` })).Subnet?.SubnetId ?? ''));
});
afterAll(() => endpoint.close());

/** AWS: "DescribeSubnets", "CreateSubnet". */
describe('subnets', () => {
  it('show their zone, block and free addresses', async () => {
    const { Subnets } = await ec2.describeSubnets({ SubnetIds: subnetIds });
    expect(Subnets).toMatchObject([
      { SubnetId: subnetIds[0], VpcId: vpcId, AvailabilityZone: 'us-west-2a', AvailabilityZoneId: 'usw2-az1', CidrBlock: '10.0.0.0/24', AvailableIpAddressCount: 251, State: 'available' },
      { SubnetId: subnetIds[1], AvailabilityZone: 'us-west-2b', AvailabilityZoneId: 'usw2-az2' },
    ]);
  });

  it('are found by VPC and role tag, with an empty value or a 1', async () => {
    await ec2.createTags({ Resources: [subnetIds[0] ?? ''], Tags: [{ Key: 'kubernetes.io/role/elb', Value: '' }] });
    await ec2.createTags({ Resources: [subnetIds[1] ?? ''], Tags: [{ Key: 'kubernetes.io/role/elb', Value: '1' }] });
    const find = async (...values: string[]) => (await ec2.describeSubnets({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }, { Name: 'tag:kubernetes.io/role/elb', Values: values }] })).Subnets?.map((one) => one.SubnetId);
    expect([await find('', '1'), await find(''), await find('2')]).toEqual([subnetIds, [subnetIds[0]], []]);
  });

  it.each([
    ['an unknown id', { SubnetIds: ['subnet-00000000000000000'] }, 'InvalidSubnetID.NotFound'],
    ['an id of the wrong form', { SubnetIds: ['subnet-XYZ'] }, 'InvalidSubnetID.Malformed'],
    ['an unknown filter', { Filters: [{ Name: 'zone', Values: ['x'] }] }, 'InvalidParameterValue'],
  ])('refuse %s', async (_, input, code) => expect(await errorOf(() => ec2.describeSubnets(input))).toBe(code));

  it.each([
    ['a block outside the VPC', '10.1.0.0/24', 'InvalidSubnet.Range'],
    ['a block that is too small', '10.0.9.0/29', 'InvalidSubnet.Range'],
    ['a block that is taken', '10.0.1.128/25', 'InvalidSubnet.Conflict'],
  ])('refuse %s', async (_, CidrBlock, code) => expect(await errorOf(() => ec2.createSubnet({ VpcId: vpcId, CidrBlock }))).toBe(code));
});

/** AWS: "DescribeAvailabilityZones". */
describe('zones', () => {
  it('are found by id, with their type', async () => {
    const { AvailabilityZones } = await ec2.describeAvailabilityZones({ ZoneIds: ['usw2-az2'] });
    expect(AvailabilityZones).toMatchObject([{ ZoneName: 'us-west-2b', ZoneId: 'usw2-az2', ZoneType: 'availability-zone', State: 'available', RegionName: 'us-west-2' }]);
  });

  it('refuse an unknown id', async () => expect(await errorOf(() => ec2.describeAvailabilityZones({ ZoneIds: ['usw2-az9'] }))).toBe('InvalidParameterValue'));
});

/** AWS: "DescribeVpcs", "DescribeRouteTables", "DescribeInternetGateways", "Route table concepts" (main route table). */
describe('VPCs and routes', () => {
  it('show the blocks of a VPC with their state', async () => {
    expect((await ec2.describeVpcs({ VpcIds: [vpcId] })).Vpcs).toMatchObject([{ VpcId: vpcId, CidrBlock: '10.0.0.0/16', CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16', CidrBlockState: { State: 'associated' } }] }]);
    expect(await errorOf(() => ec2.describeVpcs({ VpcIds: ['vpc-00000000000000000'] }))).toBe('InvalidVpcID.NotFound');
  });

  it('give a VPC a main route table, and subnets their own', async () => {
    const own = newAccount(endpoint);
    const home = await aVpc(own);
    const subnetId = (await own.createSubnet({ VpcId: home, CidrBlock: '10.0.0.0/24' })).Subnet?.SubnetId;
    const gateway = (await own.createInternetGateway({})).InternetGateway?.InternetGatewayId;
    await own.attachInternetGateway({ InternetGatewayId: gateway, VpcId: home });
    const table = (await own.createRouteTable({ VpcId: home })).RouteTable?.RouteTableId;
    await own.createRoute({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway });
    await own.associateRouteTable({ RouteTableId: table, SubnetId: subnetId });
    const { RouteTables = [] } = await own.describeRouteTables({ Filters: [{ Name: 'vpc-id', Values: [home] }] });
    const main = RouteTables.find((one) => one.Associations?.some((association) => association.Main === true));
    const other = RouteTables.find((one) => one.RouteTableId === table);
    expect(main?.Routes).toMatchObject([{ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' }]);
    expect(other?.Associations).toMatchObject([{ Main: false, SubnetId: subnetId }]);
    expect(other?.Routes).toMatchObject([{ GatewayId: 'local' }, { DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway, State: 'active' }]);
    const { InternetGateways } = await own.describeInternetGateways({ Filters: [{ Name: 'attachment.vpc-id', Values: [home] }] });
    expect(InternetGateways?.map((one) => one.InternetGatewayId)).toEqual([gateway]);
  });
});

/** AWS: "RunInstances", "DescribeInstances", "DescribeNetworkInterfaces", "ModifyNetworkInterfaceAttribute". */
describe('instances and their interfaces', () => {
  it('take an address of the subnet, found by it', async () => {
    const own = newAccount(endpoint);
    const home = await aVpc(own);
    const SubnetId = (await own.createSubnet({ VpcId: home, CidrBlock: '10.0.0.0/24', AvailabilityZone: 'us-west-2c' })).Subnet?.SubnetId ?? '';
    const group = await aGroup(own, home, 'node');
    const { Instances } = await own.runInstances({ ImageId: 'ami-00000000000000001', InstanceType: 'm5.large', MinCount: 1, MaxCount: 1, SubnetId, SecurityGroupIds: [group] });
    const { InstanceId = '', PrivateIpAddress = '' } = Instances?.[0] ?? {};
    const { Reservations } = await own.describeInstances({ InstanceIds: [InstanceId] });
    expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({ InstanceId, VpcId: home, SubnetId, Placement: { AvailabilityZone: 'us-west-2c' }, NetworkInterfaces: [{ Attachment: { DeviceIndex: 0 }, PrivateIpAddress, Groups: [{ GroupId: group, GroupName: 'node' }] }] });
    const by = async (Name: string, value: string) => (await own.describeNetworkInterfaces({ Filters: [{ Name, Values: [value] }] })).NetworkInterfaces;
    const [found] = (await by('addresses.private-ip-address', PrivateIpAddress)) ?? [];
    expect(found).toMatchObject({ SubnetId, VpcId: home, Status: 'in-use', RequesterManaged: false, Attachment: { InstanceId } });
    expect(await by('group-id', 'sg-00000000000000000')).toEqual([]);
    expect((await own.describeSubnets({ SubnetIds: [SubnetId] })).Subnets?.[0]?.AvailableIpAddressCount).toBe(250);
    const other = await aGroup(own, home, 'other');
    await own.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: found?.NetworkInterfaceId, Groups: [other] });
    expect((await by('group-id', other))?.map((one) => one.NetworkInterfaceId)).toEqual([found?.NetworkInterfaceId]);
  });

  it.each([
    ['an unknown instance', () => ec2.describeInstances({ InstanceIds: ['i-00000000000000000'] }), 'InvalidInstanceID.NotFound'],
    ['an instance id of the wrong form', () => ec2.describeInstances({ InstanceIds: ['node-1'] }), 'InvalidInstanceID.Malformed'],
    ['ids with pages', () => ec2.describeInstances({ InstanceIds: ['i-00000000000000000'], MaxResults: 5 }), 'InvalidParameterCombination'],
    ['an unknown interface', () => ec2.describeNetworkInterfaces({ NetworkInterfaceIds: ['eni-00000000000000000'] }), 'InvalidNetworkInterfaceID.NotFound'],
    ['201 addresses in a filter', () => ec2.describeNetworkInterfaces({ Filters: [{ Name: 'addresses.private-ip-address', Values: Array.from({ length: 201 }, (_, index) => `10.0.0.${index}`) }] }), 'FilterLimitExceeded'],
  ])('refuse %s', async (_, call, code) => expect(await errorOf(call)).toBe(code));
});

/** AWS: "AllocateAddress", "DescribeAddresses", "ReleaseAddress"; "Elastic IP address quota". */
describe('Elastic IPs', () => {
  it('are allocated up to five, described and released', async () => {
    const own = newAccount(endpoint);
    for (let index = 0; index < 5; index += 1) await own.allocateAddress({ Domain: 'vpc' });
    expect(await errorOf(() => own.allocateAddress({ Domain: 'vpc' }))).toBe('AddressLimitExceeded');
    const { Addresses = [] } = await own.describeAddresses({});
    expect(new Set(Addresses.map((address) => address.PublicIp)).size).toBe(5);
    const [first] = Addresses;
    await own.releaseAddress({ AllocationId: first?.AllocationId });
    expect(await errorOf(() => own.describeAddresses({ AllocationIds: [first?.AllocationId ?? ''] }))).toBe('InvalidAllocationID.NotFound');
  });
});

/** AWS: "DescribeManagedPrefixLists". */
describe('prefix lists', () => {
  it('of AWS are there in every account, found by name', async () => {
    const { PrefixLists } = await ec2.describeManagedPrefixLists({ Filters: [{ Name: 'prefix-list-name', Values: ['com.amazonaws.global.cloudfront.origin-facing'] }] });
    expect(PrefixLists).toMatchObject([{ OwnerId: 'AWS', AddressFamily: 'IPv4' }]);
    expect(await errorOf(() => ec2.describeManagedPrefixLists({ PrefixListIds: ['pl-00000000'] }))).toBe('InvalidPrefixListID.NotFound');
  });
});

/** AWS: "CreateTags", "DeleteTags", "DescribeTags"; "Tag your Amazon EC2 resources". */
describe('tags', () => {
  it('are replaced by key and deleted by key or by key and value', async () => {
    const id = await aGroup(ec2, vpcId, 'tagged');
    const tags = async () => Object.fromEntries(((await ec2.describeTags({ Filters: [{ Name: 'resource-id', Values: [id] }] })).Tags ?? []).map((tag) => [tag.Key, tag.Value]));
    await ec2.createTags({ Resources: [id], Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '<&>"' }] });
    await ec2.createTags({ Resources: [id], Tags: [{ Key: 'a', Value: '2' }] });
    expect(await tags()).toEqual({ a: '2', b: '<&>"' });
    await ec2.deleteTags({ Resources: [id], Tags: [{ Key: 'a', Value: 'other' }, { Key: 'b' }] });
    expect(await tags()).toEqual({ a: '2' });
    await ec2.deleteTags({ Resources: [id] });
    expect(await tags()).toEqual({});
  });

  it('are fifty at most', async () => {
    const id = await aGroup(ec2, vpcId, 'many tags');
    const tags = Array.from({ length: 50 }, (_, index) => ({ Key: `key-${index}`, Value: '' }));
    await ec2.createTags({ Resources: [id], Tags: tags });
    expect(await errorOf(() => ec2.createTags({ Resources: [id], Tags: [{ Key: 'one more', Value: '' }] }))).toBe('TagLimitExceeded');
    expect(await errorOf(() => ec2.createTags({ Resources: [id], Tags: [{ Key: 'key-1', Value: 'changed' }] }))).toBe('none');
  });

  it.each([
    ['on what does not exist', 'sg-00000000000000000', 'x', 'InvalidGroup.NotFound'],
    ['on what is no id', 'thing', 'x', 'InvalidID'],
    ['with a reserved key', 'vpc', 'aws:x', 'InvalidParameterValue'],
    ['with an empty key', 'vpc', '', 'InvalidParameterValue'],
  ])('are refused %s', async (_, resource, Key, code) => {
    const id = resource === 'vpc' ? vpcId : resource;
    expect(await errorOf(() => ec2.createTags({ Resources: [id], Tags: [{ Key, Value: '' }] }))).toBe(code);
  });
});

describe('what is not implemented', () => {
  it('is refused by its name', async () => {
    const message = await ec2.describeInstances({ IncludeManagedResources: true }).then(() => 'none', String);
    expect(message).toBe('none');
    const refused = await ec2.createSubnet({ VpcId: vpcId, CidrBlock: '10.0.5.0/24', Ipv6Native: true }).then(() => 'none', String);
    expect(refused).toContain('Ipv6Native');
  });
});

/** AWS: "DryRun" of any EC2 action. */
describe('DryRun', () => {
  it('changes nothing', async () => {
    expect(await errorOf(() => ec2.createSecurityGroup({ GroupName: 'dry', Description: 'x', VpcId: vpcId, DryRun: true }))).toBe('DryRunOperation');
    expect((await ec2.describeSecurityGroups({ Filters: [{ Name: 'group-name', Values: ['dry'] }] })).SecurityGroups).toEqual([]);
  });
});

/** AWS: "Ensuring idempotency in Amazon EC2 API requests". */
describe('a client token', () => {
  it('makes a repeated call answer what the first one did', async () => {
    const run = (MaxCount: number) => ec2.runInstances({ ImageId: 'ami-00000000000000001', MinCount: 1, MaxCount, SubnetId: subnetIds[0], ClientToken: 'the same' });
    const ids = async () => (await run(1)).Instances?.map((instance) => [instance.InstanceId, instance.LaunchTime]);
    expect(await ids()).toEqual(await ids());
    expect(await errorOf(() => run(2))).toBe('IdempotentParameterMismatch');
  });
});
