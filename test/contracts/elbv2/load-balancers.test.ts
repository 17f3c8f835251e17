import { describe, expect, it } from 'vitest';
import { aBalancer, codeOf, elbv2Account, isForeign, MOMENT_MS } from './elbv2-account';

/** AWS: "CreateLoadBalancer". */
describe('CreateLoadBalancer', () => {
  it('answers a Network Load Balancer with the ARN, name and address of its type, still provisioning', async () => {
    await using account = await elbv2Account();
    const { LoadBalancers } = await account.elb.createLoadBalancer({ Name: 'web', Type: 'network', Scheme: 'internal', Subnets: [...account.subnets], SecurityGroups: [account.securityGroup], Tags: [{ Key: 'a', Value: '<b> & "c"' }] });
    expect(LoadBalancers).toMatchObject([
      {
        LoadBalancerArn: expect.stringMatching(/^arn:aws:elasticloadbalancing:us-west-2:\d{12}:loadbalancer\/net\/web\/[0-9a-f]{16}$/) as string,
        DNSName: expect.stringMatching(/^web-[0-9a-f]{16}\.elb\.us-west-2\.amazonaws\.com$/) as string,
        State: { Code: 'provisioning' },
        Type: 'network',
        Scheme: 'internal',
        VpcId: account.vpcId,
        IpAddressType: 'ipv4',
        SecurityGroups: [account.securityGroup],
        EnablePrefixForIpv6SourceNat: 'off',
        EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on',
        AvailabilityZones: account.subnets.map((SubnetId, index) => ({ ZoneName: `us-west-2${'abc'[index] ?? ''}`, SubnetId, LoadBalancerAddresses: [] })),
      },
    ]);
    const { TagDescriptions } = await account.elb.describeTags({ ResourceArns: [LoadBalancers?.[0]?.LoadBalancerArn ?? ''] });
    expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: 'a', Value: '<b> & "c"' }]);
  });

  it('becomes active within two minutes', async () => {
    await using account = await elbv2Account();
    const LoadBalancerArns = [await aBalancer(account)];
    const stateNow = async () => (await account.elb.describeLoadBalancers({ LoadBalancerArns })).LoadBalancers?.[0]?.State?.Code;
    await account.pass(60_000 - MOMENT_MS);
    expect(await stateNow()).toBe('provisioning');
    await account.pass(60_000 + MOMENT_MS);
    expect(await stateNow()).toBe('active');
  });

  it('answers the existing one for the same name and settings, and refuses others', async () => {
    await using account = await elbv2Account();
    const arn = await aBalancer(account);
    expect(await aBalancer(account)).toBe(arn);
    const other = account.elb.createLoadBalancer({ Name: 'web', Type: 'network', Scheme: 'internal', Subnets: [...account.subnets] });
    expect(await codeOf(other)).toBe('DuplicateLoadBalancerName');
    expect((await account.elb.describeLoadBalancers({})).LoadBalancers).toHaveLength(1);
  });

  it('shows Elastic IPs and private addresses that were asked for', async () => {
    await using account = await elbv2Account();
    const { AllocationId, PublicIp } = await account.ec2.allocateAddress({ Domain: 'vpc' });
    const [a, b] = account.subnets;
    const open = await account.elb.createLoadBalancer({ Name: 'open', Type: 'network', SubnetMappings: [{ SubnetId: a, AllocationId }] });
    expect(open.LoadBalancers?.[0]?.AvailabilityZones?.[0]?.LoadBalancerAddresses).toEqual([{ IpAddress: PublicIp, AllocationId }]);
    const again = account.elb.createLoadBalancer({ Name: 'again', Type: 'network', SubnetMappings: [{ SubnetId: b, AllocationId }] });
    expect(await codeOf(again)).toBe('ResourceInUse');
    const closed = await account.elb.createLoadBalancer({ Name: 'closed', Type: 'network', Scheme: 'internal', SubnetMappings: [{ SubnetId: b, PrivateIPv4Address: '10.0.1.20' }] });
    expect(closed.LoadBalancers?.[0]?.AvailabilityZones?.[0]?.LoadBalancerAddresses).toEqual([{ PrivateIPv4Address: '10.0.1.20' }]);
  });

  it.each([
    ['a name of 33 characters', { Name: 'a'.repeat(33) }, 'ValidationError'],
    ['a name with a dot', { Name: 'a.b' }, 'ValidationError'],
    ['a name that begins with internal-', { Name: 'internal-a' }, 'ValidationError'],
    ['an unknown scheme', { Scheme: 'public' as 'internal' }, 'ValidationError'],
    ['an unknown subnet', { Subnets: ['subnet-0123456789abcdef0'] }, 'SubnetNotFound'],
    ['an unknown security group', { SecurityGroups: ['sg-0123456789abcdef0'] }, 'InvalidSecurityGroup'],
    ['an unknown Elastic IP', { Subnets: undefined, mapping: { AllocationId: 'eipalloc-0123456789abcdef0' } }, 'AllocationIdNotFound'],
    ['two of one tag key', { Tags: [{ Key: 'a', Value: '1' }, { Key: 'a', Value: '2' }] }, 'DuplicateTagKeys'],
    ['51 tags', { Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' })) }, 'TooManyTags'],
    ['a dual stack without IPv6 blocks', { IpAddressType: 'dualstack' as const }, 'InvalidSubnet'],
  ])('refuses %s', async (_, { mapping, ...change }: Record<string, unknown> & { mapping?: object }, code) => {
    await using account = await elbv2Account();
    const [subnet] = account.subnets;
    const input = { Name: 'web', Type: 'network' as const, Subnets: [subnet], ...(mapping !== undefined && { SubnetMappings: [{ SubnetId: subnet, ...mapping }] }), ...change };
    expect(await codeOf(account.elb.createLoadBalancer(input))).toBe(code);
    expect((await account.elb.describeLoadBalancers({})).LoadBalancers).toEqual([]);
  });

  it('wants one subnet per zone, and two zones for an Application Load Balancer', async () => {
    await using account = await elbv2Account();
    const { Subnet } = await account.ec2.createSubnet({ VpcId: account.vpcId, CidrBlock: '10.0.9.0/24', AvailabilityZone: 'us-west-2a' });
    const twice = account.elb.createLoadBalancer({ Name: 'web', Type: 'network', Subnets: [account.subnets[0], Subnet?.SubnetId ?? ''] });
    expect(await codeOf(twice)).toBe('InvalidConfigurationRequest');
    expect(await codeOf(account.elb.createLoadBalancer({ Name: 'web', Type: 'application', Subnets: [account.subnets[0]] }))).toBe('ValidationError');
  });

  it('refuses an internet-facing one in a VPC without internet gateway', async () => {
    await using account = await elbv2Account();
    const { Vpc } = await account.ec2.createVpc({ CidrBlock: '10.9.0.0/16' });
    const { Subnet } = await account.ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: '10.9.0.0/24', AvailabilityZone: 'us-west-2a' });
    const Subnets = [Subnet?.SubnetId ?? ''];
    expect(await codeOf(account.elb.createLoadBalancer({ Name: 'open', Type: 'network', Subnets }))).toBe('InvalidSubnet');
    expect(await codeOf(account.elb.createLoadBalancer({ Name: 'closed', Type: 'network', Scheme: 'internal', Subnets }))).toBe('accepted');
  });

  it.skipIf(isForeign)('keeps to the quota', async () => {
    await using account = await elbv2Account({ quotas: { 'network-load-balancers': 2 } });
    await aBalancer(account, 'one');
    await aBalancer(account, 'two');
    expect(await codeOf(aBalancer(account, 'three'))).toBe('TooManyLoadBalancers');
  });
});

/** AWS: "DescribeLoadBalancers". */
describe('DescribeLoadBalancers', () => {
  it('refuses an unknown name or ARN among known ones', async () => {
    await using account = await elbv2Account();
    const arn = await aBalancer(account);
    expect(await codeOf(account.elb.describeLoadBalancers({ Names: ['web', 'none'] }))).toBe('LoadBalancerNotFound');
    expect(await codeOf(account.elb.describeLoadBalancers({ LoadBalancerArns: [arn, arn.replace('/web/', '/none/')] }))).toBe('LoadBalancerNotFound');
  });

  it('pages with markers', async () => {
    await using account = await elbv2Account();
    for (const name of ['one', 'two', 'three']) await aBalancer(account, name);
    const first = await account.elb.describeLoadBalancers({ PageSize: 2 });
    const second = await account.elb.describeLoadBalancers({ PageSize: 2, Marker: first.NextMarker });
    expect([first, second].map(({ LoadBalancers }) => LoadBalancers?.map((one) => one.LoadBalancerName))).toEqual([['one', 'two'], ['three']]);
    expect(second.NextMarker).toBeUndefined();
    expect(await codeOf(account.elb.describeLoadBalancers({ PageSize: 401 }))).toBe('ValidationError');
    expect(await codeOf(account.elb.describeLoadBalancers({ Marker: 'nonsense' }))).toBe('ValidationError');
  });
});

/** AWS: "DeleteLoadBalancer". */
describe('DeleteLoadBalancer', () => {
  it('is refused while deletion protection is on', async () => {
    await using account = await elbv2Account();
    const LoadBalancerArn = await aBalancer(account);
    await account.elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }] });
    expect(await codeOf(account.elb.deleteLoadBalancer({ LoadBalancerArn }))).toBe('OperationNotPermitted');
    await account.elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key: 'deletion_protection.enabled', Value: 'false' }] });
    expect(await codeOf(account.elb.deleteLoadBalancer({ LoadBalancerArn }))).toBe('accepted');
    expect(await codeOf(account.elb.deleteLoadBalancer({ LoadBalancerArn }))).toBe('accepted');
  });

  it('leaves its network interfaces, and so its security groups, for some seconds', async () => {
    await using account = await elbv2Account();
    const { LoadBalancers } = await account.elb.createLoadBalancer({ Name: 'web', Type: 'network', Subnets: [...account.subnets], SecurityGroups: [account.securityGroup] });
    const interfaces = async () => (await account.ec2.describeNetworkInterfaces({ Filters: [{ Name: 'description', Values: ['ELB net/web/*'] }] })).NetworkInterfaces?.length;
    expect(await interfaces()).toBe(3);
    await account.elb.deleteLoadBalancer({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn });
    expect(await interfaces()).toBe(3);
    expect(await codeOf(account.ec2.deleteSecurityGroup({ GroupId: account.securityGroup }))).toBe('DependencyViolation');
    await account.pass(20_000);
    expect(await interfaces()).toBe(0);
    expect(await codeOf(account.ec2.deleteSecurityGroup({ GroupId: account.securityGroup }))).toBe('accepted');
  });
});

/** AWS: "SetSubnets", "SetSecurityGroups", "SetIpAddressType", "ModifyCapacityReservation". */
describe('changes of a load balancer', () => {
  it('takes and leaves subnets', async () => {
    await using account = await elbv2Account();
    const LoadBalancerArn = await aBalancer(account);
    const { AvailabilityZones } = await account.elb.setSubnets({ LoadBalancerArn, Subnets: [account.subnets[1]] });
    expect(AvailabilityZones?.map((zone) => zone.SubnetId)).toEqual([account.subnets[1]]);
    await account.pass(20_000);
    const { NetworkInterfaces } = await account.ec2.describeNetworkInterfaces({ Filters: [{ Name: 'description', Values: ['ELB net/web/*'] }] });
    expect(NetworkInterfaces?.map((one) => one.SubnetId)).toEqual([account.subnets[1]]);
  });

  it('sets security groups only where there were some, with the flag for PrivateLink', async () => {
    await using account = await elbv2Account();
    const without = await aBalancer(account, 'without');
    expect(await codeOf(account.elb.setSecurityGroups({ LoadBalancerArn: without, SecurityGroups: [account.securityGroup] }))).toBe('InvalidConfigurationRequest');
    const { LoadBalancers } = await account.elb.createLoadBalancer({ Name: 'with', Type: 'network', Subnets: [...account.subnets], SecurityGroups: [account.securityGroup] });
    const answer = await account.elb.setSecurityGroups({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn, SecurityGroups: [account.securityGroup], EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off' });
    expect(answer).toMatchObject({ SecurityGroupIds: [account.securityGroup], EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off' });
  });

  it('reserves capacity once it is active, and shows it', async () => {
    await using account = await elbv2Account();
    const LoadBalancerArn = await aBalancer(account);
    const reserve = () => account.elb.modifyCapacityReservation({ LoadBalancerArn, MinimumLoadBalancerCapacity: { CapacityUnits: 3000 } });
    expect(await codeOf(reserve())).toBe('PriorRequestNotComplete');
    await account.pass(120_000);
    await reserve();
    expect((await account.elb.describeCapacityReservation({ LoadBalancerArn })).MinimumLoadBalancerCapacity).toEqual({ CapacityUnits: 3000 });
    await account.elb.modifyCapacityReservation({ LoadBalancerArn, ResetCapacityReservation: true });
    expect((await account.elb.describeCapacityReservation({ LoadBalancerArn })).MinimumLoadBalancerCapacity).toBeUndefined();
  });
});
