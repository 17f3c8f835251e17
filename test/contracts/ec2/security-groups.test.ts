import type { DescribeSecurityGroupsResult, EC2 } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGroup, aVpc, ec2Endpoint, errorOf, newAccount, type Ec2Endpoint } from './ec2-endpoint';

let endpoint: Ec2Endpoint;
let ec2: EC2;
let vpcId: string;
beforeAll(async () => {
  endpoint = await ec2Endpoint();
  ec2 = newAccount(endpoint);
  vpcId = await aVpc(ec2);
});
afterAll(() => endpoint.close());

const describeOne = async (id: string) => (await ec2.describeSecurityGroups({ GroupIds: [id] })).SecurityGroups?.[0];

/** AWS: "CreateSecurityGroup". */
describe('CreateSecurityGroup', () => {
  it('makes a group that lets everything out and nothing in', async () => {
    const id = await aGroup(ec2, vpcId, 'fresh');
    expect(await describeOne(id)).toMatchObject({
      GroupName: 'fresh',
      Description: 'group fresh',
      VpcId: vpcId,
      IpPermissions: [],
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
  });

  it('keeps tags, empty values too', async () => {
    const tags = [{ Key: 'elbv2.k8s.aws/cluster', Value: 'demo' }, { Key: 'empty', Value: '' }];
    const made = await ec2.createSecurityGroup({ GroupName: 'tagged', Description: '[k8s] Shared', VpcId: vpcId, TagSpecifications: [{ ResourceType: 'security-group', Tags: tags }] });
    expect([made.Tags, (await describeOne(made.GroupId ?? ''))?.Tags]).toEqual([tags, tags]);
  });

  it.each([
    ['a name twice in a VPC', { GroupName: 'twice', Description: 'x' }, 'InvalidGroup.Duplicate'],
    ['the reserved name', { GroupName: 'default', Description: 'x' }, 'InvalidGroup.Reserved'],
    ['a name like an id', { GroupName: 'sg-abc', Description: 'x' }, 'InvalidParameterValue'],
    ['a name of 256 characters', { GroupName: 'x'.repeat(256), Description: 'x' }, 'InvalidParameterValue'],
    ['a description with strange characters', { GroupName: 'strange', Description: 'a<b' }, 'InvalidParameterValue'],
    ['tags for another kind of thing', { GroupName: 'other', Description: 'x', TagSpecifications: [{ ResourceType: 'vpc' as const, Tags: [] }] }, 'InvalidParameterValue'],
    ['a reserved tag', { GroupName: 'other', Description: 'x', TagSpecifications: [{ ResourceType: 'security-group' as const, Tags: [{ Key: 'aws:x', Value: '' }] }] }, 'InvalidParameterValue'],
  ])('refuses %s', async (_, input, code) => {
    if (input.GroupName === 'twice') await ec2.createSecurityGroup({ ...input, VpcId: vpcId });
    expect(await errorOf(() => ec2.createSecurityGroup({ ...input, VpcId: vpcId }))).toBe(code);
  });

  it('refuses a VPC that does not exist', async () => {
    const call = (VpcId: string) => errorOf(() => ec2.createSecurityGroup({ GroupName: 'x', Description: 'x', VpcId }));
    expect([await call('vpc-00000000000000000'), await call('vpc-x')]).toEqual(['InvalidVpcID.NotFound', 'InvalidVpcID.Malformed']);
  });

  it('takes the same name in two VPCs', async () => {
    const other = await aVpc(ec2, '10.1.0.0/16');
    expect([await aGroup(ec2, vpcId, 'both'), await aGroup(ec2, other, 'both')]).toEqual([expect.stringMatching(/^sg-/), expect.stringMatching(/^sg-/)]);
  });
});

/** AWS: "DeleteSecurityGroup". */
describe('DeleteSecurityGroup', () => {
  it('deletes a group that nothing refers to, one that refers to itself too', async () => {
    const id = await aGroup(ec2, vpcId, 'alone');
    await ec2.authorizeSecurityGroupIngress({ GroupId: id, IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: id }] }] });
    await ec2.deleteSecurityGroup({ GroupId: id });
    expect(await errorOf(() => ec2.describeSecurityGroups({ GroupIds: [id] }))).toBe('InvalidGroup.NotFound');
    expect(await errorOf(() => ec2.deleteSecurityGroup({ GroupId: id }))).toBe('InvalidGroup.NotFound');
  });

  it('refuses while a rule of another group refers to it', async () => {
    const [used, user] = [await aGroup(ec2, vpcId, 'used'), await aGroup(ec2, vpcId, 'user')];
    const rule = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: used }] };
    await ec2.authorizeSecurityGroupIngress({ GroupId: user, IpPermissions: [rule] });
    expect(await errorOf(() => ec2.deleteSecurityGroup({ GroupId: used }))).toBe('DependencyViolation');
    await ec2.revokeSecurityGroupIngress({ GroupId: user, IpPermissions: [rule] });
    expect(await errorOf(() => ec2.deleteSecurityGroup({ GroupId: used }))).toBe('none');
  });

  it('refuses while an instance’s interface is in it', async () => {
    const own = await aVpc(ec2, '10.2.0.0/16');
    const { Subnet } = await ec2.createSubnet({ VpcId: own, CidrBlock: '10.2.0.0/24' });
    const group = await aGroup(ec2, own, 'node');
    const { Instances } = await ec2.runInstances({ ImageId: 'ami-00000000000000001', MinCount: 1, MaxCount: 1, SubnetId: Subnet?.SubnetId, SecurityGroupIds: [group] });
    expect(await errorOf(() => ec2.deleteSecurityGroup({ GroupId: group }))).toBe('DependencyViolation');
    await ec2.terminateInstances({ InstanceIds: [Instances?.[0]?.InstanceId ?? ''] });
    expect(await errorOf(() => ec2.deleteSecurityGroup({ GroupId: group }))).toBe('none');
  });

  it('refuses the default group', async () => {
    const { SecurityGroups } = await ec2.describeSecurityGroups({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }, { Name: 'group-name', Values: ['default'] }] });
    expect(await errorOf(() => ec2.deleteSecurityGroup({ GroupId: SecurityGroups?.[0]?.GroupId }))).toBe('CannotDelete');
  });
});

/** AWS: "DescribeSecurityGroups". */
describe('DescribeSecurityGroups', () => {
  it('finds groups by tags, also in another VPC’s shadow', async () => {
    const own = newAccount(endpoint);
    const home = await aVpc(own);
    const id = await aGroup(own, home, 'k8s-traffic');
    await own.createTags({ Resources: [id], Tags: [{ Key: 'elbv2.k8s.aws/cluster', Value: 'demo' }, { Key: 'elbv2.k8s.aws/resource', Value: 'backend-sg' }] });
    const find = async (...filters: [string, string][]) => (await own.describeSecurityGroups({ Filters: filters.map(([Name, value]) => ({ Name, Values: [value] })) })).SecurityGroups?.map((group) => group.GroupId);
    expect(await find(['vpc-id', home], ['tag:elbv2.k8s.aws/cluster', 'demo'], ['tag:elbv2.k8s.aws/resource', 'backend-sg'])).toEqual([id]);
    expect(await find(['tag:elbv2.k8s.aws/cluster', 'other'])).toEqual([]);
    expect(await find(['tag-key', 'elbv2.k8s.aws/*'])).toEqual([id]);
  });

  it('finds groups by their rules', async () => {
    const id = await aGroup(ec2, vpcId, 'ruled');
    await ec2.authorizeSecurityGroupIngress({ GroupId: id, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 8443, ToPort: 8443, IpRanges: [{ CidrIp: '203.0.113.0/24' }] }] });
    const find = async (Name: string, value: string) => (await ec2.describeSecurityGroups({ Filters: [{ Name, Values: [value] }] })).SecurityGroups?.map((group) => group.GroupId);
    expect([await find('ip-permission.from-port', '8443'), await find('ip-permission.cidr', '203.0.113.0/24'), await find('egress.ip-permission.from-port', '8443')]).toEqual([[id], [id], []]);
  });

  it.each([
    ['an id of the wrong form', { GroupIds: ['group'] }, 'InvalidGroupId.Malformed'],
    ['an unknown filter', { Filters: [{ Name: 'vpc', Values: ['x'] }] }, 'InvalidParameterValue'],
    ['pages of four', { MaxResults: 4 }, 'InvalidParameterValue'],
    ['a token that is none', { MaxResults: 5, NextToken: 'x' }, 'InvalidNextToken'],
  ])('refuses %s', async (_, input, code) => expect(await errorOf(() => ec2.describeSecurityGroups(input))).toBe(code));

  it('fails as a whole for one unknown id among known ones', async () => {
    const id = await aGroup(ec2, vpcId, 'known');
    expect(await errorOf(() => ec2.describeSecurityGroups({ GroupIds: [id, 'sg-00000000000000000'] }))).toBe('InvalidGroup.NotFound');
  });

  it('pages through all groups, none twice', async () => {
    const own = newAccount(endpoint);
    const home = await aVpc(own);
    for (let index = 0; index < 11; index += 1) await aGroup(own, home, `group-${index}`);
    const ids: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page: DescribeSecurityGroupsResult = await own.describeSecurityGroups({ MaxResults: 5, NextToken: token });
      ids.push(...(page.SecurityGroups ?? []).map((group) => group.GroupId));
      token = page.NextToken;
    } while (token !== undefined);
    expect([ids.length, new Set(ids).size]).toEqual([12, 12]);
  });

  it('does not show one account’s groups to another', async () => {
    const id = await aGroup(ec2, vpcId, 'mine');
    expect(await errorOf(() => newAccount(endpoint).describeSecurityGroups({ GroupIds: [id] }))).toBe('InvalidGroup.NotFound');
  });
});
