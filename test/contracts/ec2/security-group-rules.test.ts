import type { EC2, IpPermission } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGroup, aVpc, ec2Endpoint, errorOf, newAccount, type Ec2Endpoint } from './ec2-endpoint';

let endpoint: Ec2Endpoint;
let ec2: EC2;
let vpcId: string;
let names = 0;
beforeAll(async () => {
  endpoint = await ec2Endpoint();
  ec2 = newAccount(endpoint);
  vpcId = await aVpc(ec2);
});
afterAll(() => endpoint.close());

const tcp = (port: number, rest: Partial<IpPermission>): IpPermission => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, ...rest });
const fromOffice = tcp(443, { IpRanges: [{ CidrIp: '203.0.113.0/24', Description: 'office' }] });
const newGroup = () => aGroup(ec2, vpcId, `rules-${(names += 1)}`);
const permissionsOf = async (id: string) => (await ec2.describeSecurityGroups({ GroupIds: [id] })).SecurityGroups?.[0]?.IpPermissions;
const authorize = (GroupId: string, ...IpPermissions: IpPermission[]) => ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
const revoke = (GroupId: string, ...IpPermissions: IpPermission[]) => ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions });

/** AWS: "AuthorizeSecurityGroupIngress", "IpPermission", "IpRange". */
describe('AuthorizeSecurityGroupIngress', () => {
  it('answers one rule with an id per source', async () => {
    const id = await newGroup();
    const { SecurityGroupRules } = await authorize(id, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8' }], Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }] }));
    expect(SecurityGroupRules).toMatchObject([
      { GroupId: id, IsEgress: false, IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIpv4: '10.0.0.0/8' },
      { GroupId: id, IsEgress: false, IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIpv6: '2001:db8::/32' },
    ]);
    expect(new Set(SecurityGroupRules?.map((rule) => rule.SecurityGroupRuleId)).size).toBe(2);
    for (const rule of SecurityGroupRules ?? []) expect(rule.SecurityGroupRuleId).toMatch(/^sgr-[0-9a-f]{17}$/);
  });

  it('merges rules of one protocol and port, and keeps descriptions', async () => {
    const id = await newGroup();
    const source = await newGroup();
    const description = 'elbv2.k8s.aws/targetGroupBinding=shared';
    await authorize(id, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8', Description: '' }] }));
    await authorize(id, tcp(80, { IpRanges: [{ CidrIp: '192.168.0.0/16' }] }), tcp(80, { UserIdGroupPairs: [{ GroupId: source, Description: description }] }));
    const [permission, ...others] = (await permissionsOf(id)) ?? [];
    expect(others).toEqual([]);
    expect(permission).toMatchObject({ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '192.168.0.0/16' }], UserIdGroupPairs: [{ GroupId: source, Description: description }] });
    expect(permission?.UserIdGroupPairs?.[0]?.UserId).toMatch(/^\d{12}$/);
    expect(permission?.IpRanges?.[0]?.Description).toBeUndefined();
  });

  it('cuts off the host bits of a block', async () => {
    const id = await newGroup();
    await authorize(id, tcp(80, { IpRanges: [{ CidrIp: '10.1.2.3/8' }], Ipv6Ranges: [{ CidrIpv6: '2001:0DB8::1/32' }] }));
    expect(await permissionsOf(id)).toMatchObject([{ IpRanges: [{ CidrIp: '10.0.0.0/8' }], Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }] }]);
    expect(await errorOf(() => authorize(id, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8' }] })))).toBe('InvalidPermission.Duplicate');
  });

  it('keeps prefix lists, which must exist', async () => {
    const id = await newGroup();
    const { PrefixList } = await ec2.createManagedPrefixList({ PrefixListName: 'partners', MaxEntries: 5, AddressFamily: 'IPv4' });
    const PrefixListId = PrefixList?.PrefixListId;
    await authorize(id, tcp(443, { PrefixListIds: [{ PrefixListId, Description: 'partners' }] }));
    expect(await permissionsOf(id)).toMatchObject([{ PrefixListIds: [{ PrefixListId, Description: 'partners' }] }]);
    expect(await errorOf(() => authorize(id, tcp(80, { PrefixListIds: [{ PrefixListId: 'pl-00000000000000000' }] })))).toBe('InvalidPrefixListID.NotFound');
  });

  it('takes a rule that differs in description only as the same one', async () => {
    const id = await newGroup();
    await authorize(id, fromOffice);
    const again = tcp(443, { IpRanges: [{ CidrIp: '203.0.113.0/24', Description: 'new words' }] });
    const message = await authorize(id, again).then(() => 'none', (error: unknown) => String(error));
    expect(message).toBe('InvalidPermission.Duplicate: the specified rule "peer: 203.0.113.0/24, TCP, from port: 443, to port: 443, ALLOW" already exists');
  });

  it('adds nothing if one of the rules is there already', async () => {
    const id = await newGroup();
    await authorize(id, fromOffice);
    expect(await errorOf(() => authorize(id, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8' }] }), fromOffice))).toBe('InvalidPermission.Duplicate');
    expect(await permissionsOf(id)).toHaveLength(1);
  });

  it('takes the flat spelling of one permission', async () => {
    const id = await newGroup();
    await ec2.authorizeSecurityGroupIngress({ GroupId: id, IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '10.0.0.0/8' });
    expect(await permissionsOf(id)).toMatchObject([{ FromPort: 22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }]);
  });

  it.each<[string, IpPermission, string]>([
    ['a port above 65535', tcp(70_000, { IpRanges: [{ CidrIp: '10.0.0.0/8' }] }), 'InvalidParameterValue'],
    ['TCP without ports', { IpProtocol: 'tcp', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'InvalidParameterValue'],
    ['a block that is none', tcp(80, { IpRanges: [{ CidrIp: '10.0.0.300/8' }] }), 'InvalidParameterValue'],
    ['an unknown protocol', { IpProtocol: 'xyz', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'InvalidParameterValue'],
    ['a group that does not exist', tcp(80, { UserIdGroupPairs: [{ GroupId: 'sg-00000000000000000' }] }), 'InvalidGroup.NotFound'],
  ])('refuses %s', async (_, permission, code) => {
    const id = await newGroup();
    expect(await errorOf(() => authorize(id, permission))).toBe(code);
    expect(await permissionsOf(id)).toEqual([]);
  });

  it('refuses a source group of another VPC', async () => {
    const elsewhere = await aGroup(ec2, await aVpc(ec2, '10.9.0.0/16'), 'elsewhere');
    const id = await newGroup();
    expect(await errorOf(() => authorize(id, tcp(80, { UserIdGroupPairs: [{ GroupId: elsewhere }] })))).toBe('InvalidGroup.NotFound');
  });
});

/** AWS: "Amazon VPC quotas", inbound or outbound rules per security group. */
describe('the quota of 60 rules', () => {
  const ranges = (count: number) => Array.from({ length: count }, (_, index) => ({ CidrIp: `10.0.${index}.0/24` }));

  it('holds for each family apart', async () => {
    const id = await newGroup();
    await authorize(id, tcp(80, { IpRanges: ranges(60) }));
    expect(await errorOf(() => authorize(id, tcp(81, { IpRanges: ranges(1) })))).toBe('RulesPerSecurityGroupLimitExceeded');
    expect(await errorOf(() => authorize(id, tcp(81, { Ipv6Ranges: [{ CidrIpv6: '::/0' }] })))).toBe('none');
    expect(await errorOf(() => authorize(id, tcp(82, { UserIdGroupPairs: [{ GroupId: id }] })))).toBe('RulesPerSecurityGroupLimitExceeded');
  });

  it('adds nothing when it is exceeded', async () => {
    const id = await newGroup();
    expect(await errorOf(() => authorize(id, tcp(80, { IpRanges: ranges(61) })))).toBe('RulesPerSecurityGroupLimitExceeded');
    expect(await permissionsOf(id)).toEqual([]);
  });

  it('counts a prefix list by its size', async () => {
    const id = await newGroup();
    const { PrefixList } = await ec2.createManagedPrefixList({ PrefixListName: 'large', MaxEntries: 60, AddressFamily: 'IPv4' });
    await authorize(id, tcp(80, { PrefixListIds: [{ PrefixListId: PrefixList?.PrefixListId }] }));
    expect(await errorOf(() => authorize(id, tcp(81, { IpRanges: ranges(1) })))).toBe('RulesPerSecurityGroupLimitExceeded');
  });
});

/** AWS: "RevokeSecurityGroupIngress". */
describe('RevokeSecurityGroupIngress', () => {
  it('takes away by permission, whatever the description, and by rule id', async () => {
    const id = await newGroup();
    await authorize(id, fromOffice);
    const { SecurityGroupRules } = await authorize(id, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8' }] }));
    await revoke(id, tcp(443, { IpRanges: [{ CidrIp: '203.0.113.7/24' }] }));
    expect(await permissionsOf(id)).toMatchObject([{ FromPort: 80 }]);
    const { RevokedSecurityGroupRules } = await ec2.revokeSecurityGroupIngress({ GroupId: id, SecurityGroupRuleIds: [SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? ''] });
    expect(RevokedSecurityGroupRules).toMatchObject([{ GroupId: id, CidrIpv4: '10.0.0.0/8' }]);
    expect(await permissionsOf(id)).toEqual([]);
  });

  it('takes nothing away if one of the rules is not there', async () => {
    const id = await newGroup();
    await authorize(id, fromOffice);
    expect(await errorOf(() => revoke(id, fromOffice, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8' }] })))).toBe('InvalidPermission.NotFound');
    expect(await permissionsOf(id)).toHaveLength(1);
  });

  it('knows a part of a range of ports not', async () => {
    const id = await newGroup();
    await authorize(id, { IpProtocol: 'tcp', FromPort: 80, ToPort: 90, IpRanges: [{ CidrIp: '10.0.0.0/8' }] });
    expect(await errorOf(() => revoke(id, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8' }] })))).toBe('InvalidPermission.NotFound');
  });

  it('refuses a rule id that does not exist', async () => {
    const id = await newGroup();
    expect(await errorOf(() => ec2.revokeSecurityGroupIngress({ GroupId: id, SecurityGroupRuleIds: ['sgr-00000000000000000'] }))).toBe('InvalidSecurityGroupRuleId.NotFound');
  });

  it('takes the default way out away', async () => {
    const id = await newGroup();
    await ec2.revokeSecurityGroupEgress({ GroupId: id, IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] });
    expect((await ec2.describeSecurityGroups({ GroupIds: [id] })).SecurityGroups?.[0]?.IpPermissionsEgress).toEqual([]);
  });
});

/** AWS: "DescribeSecurityGroupRules", "ModifySecurityGroupRules", "UpdateSecurityGroupRuleDescriptionsIngress". */
describe('rules by their ids', () => {
  it('are listed by group, both directions, -1 for no ports', async () => {
    const id = await newGroup();
    await authorize(id, { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: id }] });
    const { SecurityGroupRules } = await ec2.describeSecurityGroupRules({ Filters: [{ Name: 'group-id', Values: [id] }] });
    const inbound = SecurityGroupRules?.find((rule) => rule.IsEgress === false);
    expect(SecurityGroupRules).toHaveLength(2);
    expect(inbound).toMatchObject({ IpProtocol: '-1', FromPort: -1, ToPort: -1, ReferencedGroupInfo: { GroupId: id } });
  });

  it('keep their tags', async () => {
    const id = await newGroup();
    const { SecurityGroupRules } = await ec2.authorizeSecurityGroupIngress({ GroupId: id, IpPermissions: [fromOffice], TagSpecifications: [{ ResourceType: 'security-group-rule', Tags: [{ Key: 'owner', Value: 'x' }] }] });
    const found = await ec2.describeSecurityGroupRules({ Filters: [{ Name: 'tag:owner', Values: ['x'] }] });
    expect(found.SecurityGroupRules?.map((rule) => rule.SecurityGroupRuleId)).toEqual(SecurityGroupRules?.map((rule) => rule.SecurityGroupRuleId));
  });

  it('get another description', async () => {
    const id = await newGroup();
    await authorize(id, fromOffice);
    await ec2.updateSecurityGroupRuleDescriptionsIngress({ GroupId: id, IpPermissions: [tcp(443, { IpRanges: [{ CidrIp: '203.0.113.0/24', Description: 'new' }] })] });
    expect(await permissionsOf(id)).toMatchObject([{ IpRanges: [{ CidrIp: '203.0.113.0/24', Description: 'new' }] }]);
  });

  it('are changed in place, but not into one that is there', async () => {
    const id = await newGroup();
    const { SecurityGroupRules } = await authorize(id, fromOffice, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8' }] }));
    const SecurityGroupRuleId = SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? '';
    const change = (FromPort: number) => ec2.modifySecurityGroupRules({ GroupId: id, SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule: { IpProtocol: 'tcp', FromPort, ToPort: FromPort, CidrIpv4: '10.0.0.0/8' } }] });
    expect(await errorOf(() => change(80))).toBe('InvalidPermission.Duplicate');
    await change(8080);
    const { SecurityGroupRules: after } = await ec2.describeSecurityGroupRules({ SecurityGroupRuleIds: [SecurityGroupRuleId] });
    expect(after).toMatchObject([{ SecurityGroupRuleId, FromPort: 8080, CidrIpv4: '10.0.0.0/8' }]);
  });
});
