import { describe, expect, it } from 'vitest';
import type { Elbv2Account } from './elbv2-account';
import { codeOf, elbv2Account } from './elbv2-account';

/** A subnet with a /64 of its VPC's /56, as a dual stack needs, one without, and the /64 without its length. */
async function aDualSubnet({ ec2 }: Elbv2Account): Promise<{ subnet: string; plain: string; vpcId: string; prefix: string }> {
  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.6.0.0/16', AmazonProvidedIpv6CidrBlock: true });
  const vpcId = Vpc?.VpcId ?? '';
  const { InternetGateway } = await ec2.createInternetGateway({});
  await ec2.attachInternetGateway({ InternetGatewayId: InternetGateway?.InternetGatewayId, VpcId: vpcId });
  const { Vpcs } = await ec2.describeVpcs({ VpcIds: [vpcId] });
  const prefix = (Vpcs?.[0]?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? '').replace('::/56', '');
  const dual = await ec2.createSubnet({ VpcId: vpcId, CidrBlock: '10.6.0.0/24', Ipv6CidrBlock: `${prefix}::/64`, AvailabilityZone: 'us-west-2a' });
  const plain = await ec2.createSubnet({ VpcId: vpcId, CidrBlock: '10.6.1.0/24', AvailabilityZone: 'us-west-2b' });
  return { subnet: dual.Subnet?.SubnetId ?? '', plain: plain.Subnet?.SubnetId ?? '', vpcId, prefix };
}

async function aDualStack({ elb }: Elbv2Account, subnet: string, change: object = {}) {
  const sourceNat = 'SourceNatIpv6Prefix' in change ? { EnablePrefixForIpv6SourceNat: 'on' as const } : {};
  const { LoadBalancers } = await elb.createLoadBalancer({ Name: 'dual', Type: 'network', Scheme: 'internet-facing', IpAddressType: 'dualstack', SubnetMappings: [{ SubnetId: subnet, ...change }], ...sourceNat });
  return LoadBalancers?.[0];
}

/** AWS: "CreateLoadBalancer" (SubnetMappings, IpAddressType, EnablePrefixForIpv6SourceNat). */
describe('a dual-stack Network Load Balancer', () => {
  it('shows the IPv6 address that was asked for, and no prefix', async () => {
    await using account = await elbv2Account();
    const { subnet, prefix } = await aDualSubnet(account);
    const balancer = await aDualStack(account, subnet, { IPv6Address: `${prefix}::1234` });
    expect(balancer).toMatchObject({ IpAddressType: 'dualstack', EnablePrefixForIpv6SourceNat: 'off', AvailabilityZones: [{ LoadBalancerAddresses: [{ IPv6Address: `${prefix}::1234` }] }] });
    expect(balancer?.AvailabilityZones?.[0]).not.toHaveProperty('SourceNatIpv6Prefixes');
  });

  it('shows its source NAT prefix, the one that was asked for or one of the subnet', async () => {
    await using account = await elbv2Account();
    const { subnet, prefix } = await aDualSubnet(account);
    const balancer = await aDualStack(account, subnet, { SourceNatIpv6Prefix: `${prefix}:aaaa::/80` });
    expect(balancer).toMatchObject({ EnablePrefixForIpv6SourceNat: 'on', AvailabilityZones: [{ SourceNatIpv6Prefixes: [`${prefix}:aaaa::/80`] }] });
    const off = await account.elb.setSubnets({ LoadBalancerArn: balancer?.LoadBalancerArn, Subnets: [subnet], EnablePrefixForIpv6SourceNat: 'off' });
    expect(off.EnablePrefixForIpv6SourceNat).toBe('off');
    const on = await account.elb.setSubnets({ LoadBalancerArn: balancer?.LoadBalancerArn, SubnetMappings: [{ SubnetId: subnet, SourceNatIpv6Prefix: 'auto_assigned' }], EnablePrefixForIpv6SourceNat: 'on' });
    expect(on).toMatchObject({ EnablePrefixForIpv6SourceNat: 'on', AvailabilityZones: [{ SourceNatIpv6Prefixes: [expect.stringMatching(new RegExp(`^${prefix}.*/80$`))] }] });
  });

  it.each([
    ['an IPv6 address of another subnet', { IPv6Address: '2001:db8::1' }],
    ['a prefix of another length', { SourceNatIpv6Prefix: '2001:db8::/64' }],
    ['a private IPv4 address, being internet-facing', { PrivateIPv4Address: '10.0.0.10' }],
  ])('refuses %s', async (_, change) => {
    await using account = await elbv2Account();
    const { subnet } = await aDualSubnet(account);
    expect(await codeOf(aDualStack(account, subnet, change))).toBe('InvalidConfigurationRequest');
  });

  it('takes UDP listeners only with source NAT', async () => {
    await using account = await elbv2Account();
    const { subnet, vpcId, prefix } = await aDualSubnet(account);
    const { TargetGroups } = await account.elb.createTargetGroup({ Name: 'udp', Protocol: 'UDP', Port: 53, VpcId: vpcId, TargetType: 'ip', IpAddressType: 'ipv6' });
    const listen = (LoadBalancerArn: string | undefined) => codeOf(account.elb.createListener({ LoadBalancerArn, Port: 53, Protocol: 'UDP', DefaultActions: [{ Type: 'forward', TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }] }));
    const without = await aDualStack(account, subnet);
    expect(await listen(without?.LoadBalancerArn)).toBe('InvalidConfigurationRequest');
    await account.elb.setSubnets({ LoadBalancerArn: without?.LoadBalancerArn, SubnetMappings: [{ SubnetId: subnet, SourceNatIpv6Prefix: `${prefix}:bbbb::/80` }], EnablePrefixForIpv6SourceNat: 'on' });
    expect(await listen(without?.LoadBalancerArn)).toBe('accepted');
  });
});

/** AWS: "SetIpAddressType". */
describe('SetIpAddressType', () => {
  it('goes to dual stack and back, where all subnets have IPv6', async () => {
    await using account = await elbv2Account();
    const { subnet, plain } = await aDualSubnet(account);
    const { LoadBalancers } = await account.elb.createLoadBalancer({ Name: 'web', Type: 'network', Subnets: [subnet, plain] });
    const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
    expect(await codeOf(account.elb.setIpAddressType({ LoadBalancerArn, IpAddressType: 'dualstack' }))).toBe('InvalidSubnet');
    await account.elb.setSubnets({ LoadBalancerArn, Subnets: [subnet] });
    expect((await account.elb.setIpAddressType({ LoadBalancerArn, IpAddressType: 'dualstack' })).IpAddressType).toBe('dualstack');
    expect((await account.elb.describeLoadBalancers({})).LoadBalancers?.[0]?.IpAddressType).toBe('dualstack');
    expect((await account.elb.setIpAddressType({ LoadBalancerArn, IpAddressType: 'ipv4' })).IpAddressType).toBe('ipv4');
    expect(await codeOf(account.elb.setIpAddressType({ LoadBalancerArn, IpAddressType: 'dualstack-without-public-ipv4' }))).toBe('InvalidConfigurationRequest');
  });
});
