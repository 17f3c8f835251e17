import { describe, expect, it } from 'vitest';
import { aBalancer, aListener, aTargetGroup, codeOf, elbv2Account } from './elbv2-account';

const asRecord = (attributes: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined) => Object.fromEntries((attributes ?? []).map(({ Key, Value }) => [Key, Value]));

/** AWS: "CreateTargetGroup". */
describe('CreateTargetGroup', () => {
  it('gives a TCP group the health check of a Network Load Balancer', async () => {
    await using account = await elbv2Account();
    const { TargetGroups } = await account.elb.createTargetGroup({ Name: 'web', Protocol: 'TCP', Port: 80, VpcId: account.vpcId, TargetType: 'ip' });
    expect(TargetGroups).toEqual([
      {
        TargetGroupArn: expect.stringMatching(/:targetgroup\/web\/[0-9a-f]{16}$/) as string,
        TargetGroupName: 'web',
        Protocol: 'TCP',
        Port: 80,
        VpcId: account.vpcId,
        HealthCheckProtocol: 'TCP',
        HealthCheckPort: 'traffic-port',
        HealthCheckEnabled: true,
        HealthCheckIntervalSeconds: 30,
        HealthCheckTimeoutSeconds: 10,
        HealthyThresholdCount: 5,
        UnhealthyThresholdCount: 2,
        LoadBalancerArns: [],
        TargetType: 'ip',
        IpAddressType: 'ipv4',
      },
    ]);
  });

  it.each([
    ['an HTTP group', { Protocol: 'HTTP' as const }, { HealthCheckProtocol: 'HTTP', HealthCheckTimeoutSeconds: 5, HealthCheckPath: '/', Matcher: { HttpCode: '200' }, ProtocolVersion: 'HTTP1' }],
    ['a gRPC group', { Protocol: 'HTTP' as const, ProtocolVersion: 'GRPC' }, { HealthCheckPath: '/AWS.ALB/healthcheck', Matcher: { GrpcCode: '12' }, ProtocolVersion: 'GRPC' }],
    ['a TCP group checked over HTTP', { Protocol: 'TCP' as const, HealthCheckProtocol: 'HTTP' as const }, { HealthCheckTimeoutSeconds: 6, HealthCheckPath: '/', Matcher: { HttpCode: '200-399' } }],
  ])('gives %s the defaults of its kind', async (_, input, expected) => {
    await using account = await elbv2Account();
    const { TargetGroups } = await account.elb.createTargetGroup({ Name: 'web', Port: 80, VpcId: account.vpcId, ...input });
    expect(TargetGroups).toMatchObject([expected]);
  });

  it.each([
    ['a name that is taken', { Name: 'taken' }, 'DuplicateTargetGroupName'],
    ['an unknown VPC', { VpcId: 'vpc-0123456789abcdef0' }, 'ValidationError'],
    ['a port out of range', { Port: 70_000 }, 'ValidationError'],
    ['an unknown protocol', { Protocol: 'SCTP' as 'TCP' }, 'ValidationError'],
    ['an interval out of range', { HealthCheckIntervalSeconds: 4 }, 'ValidationError'],
    ['a path for a TCP check', { HealthCheckPath: '/' }, 'ValidationError'],
    ['a matcher out of range', { HealthCheckProtocol: 'HTTP' as const, Matcher: { HttpCode: '600' } }, 'ValidationError'],
    ['a protocol version for TCP', { ProtocolVersion: 'HTTP2' }, 'ValidationError'],
  ])('refuses %s', async (_, change, code) => {
    await using account = await elbv2Account();
    await aTargetGroup(account, 'taken');
    expect(await codeOf(account.elb.createTargetGroup({ Name: 'web', Protocol: 'TCP', Port: 80, VpcId: account.vpcId, ...change }))).toBe(code);
  });
});

/** AWS: "ModifyTargetGroup". */
describe('ModifyTargetGroup', () => {
  it('changes a health check from TCP to HTTP and back', async () => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aTargetGroup(account);
    const http = await account.elb.modifyTargetGroup({ TargetGroupArn, HealthCheckProtocol: 'HTTP', HealthCheckPath: '/ready', HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 3 });
    expect(http.TargetGroups).toMatchObject([{ HealthCheckProtocol: 'HTTP', HealthCheckPath: '/ready', Matcher: { HttpCode: '200-399' }, HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 3, HealthCheckTimeoutSeconds: 6 }]);
    const tcp = await account.elb.modifyTargetGroup({ TargetGroupArn, HealthCheckProtocol: 'TCP' });
    expect(tcp.TargetGroups?.[0]).not.toHaveProperty('Matcher');
    expect(tcp.TargetGroups).toMatchObject([{ HealthCheckProtocol: 'TCP', HealthCheckIntervalSeconds: 10 }]);
  });
});

/** AWS: "DescribeTargetGroups", "DeleteTargetGroup". */
describe('a target group in use', () => {
  it('names its load balancer once and cannot be deleted', async () => {
    await using account = await elbv2Account();
    const [balancer, TargetGroupArn] = [await aBalancer(account), await aTargetGroup(account)];
    const listener = await aListener(account, { balancer, group: TargetGroupArn });
    await aListener(account, { balancer, group: TargetGroupArn, port: 81 });
    expect((await account.elb.describeTargetGroups({ TargetGroupArns: [TargetGroupArn] })).TargetGroups?.[0]?.LoadBalancerArns).toEqual([balancer]);
    expect((await account.elb.describeTargetGroups({ LoadBalancerArn: balancer })).TargetGroups).toHaveLength(1);
    expect(await codeOf(account.elb.deleteTargetGroup({ TargetGroupArn }))).toBe('ResourceInUse');
    await account.elb.deleteListener({ ListenerArn: listener });
    await account.elb.deleteLoadBalancer({ LoadBalancerArn: balancer });
    expect((await account.elb.describeTargetGroups({})).TargetGroups?.[0]?.LoadBalancerArns).toEqual([]);
    expect(await codeOf(account.elb.deleteTargetGroup({ TargetGroupArn }))).toBe('accepted');
    expect(await codeOf(account.elb.deleteTargetGroup({ TargetGroupArn }))).toBe('accepted');
    expect(await codeOf(account.elb.describeTargetGroups({ TargetGroupArns: [TargetGroupArn] }))).toBe('TargetGroupNotFound');
    expect(await codeOf(account.elb.describeTargetGroups({ Names: ['web'] }))).toBe('TargetGroupNotFound');
  });
});

/** AWS: "TargetGroupAttribute", "LoadBalancerAttribute", "ListenerAttribute". */
describe('attributes', () => {
  it('lists all that a TCP group of addresses has', async () => {
    await using account = await elbv2Account();
    const { Attributes } = await account.elb.describeTargetGroupAttributes({ TargetGroupArn: await aTargetGroup(account) });
    expect(asRecord(Attributes)).toEqual({
      'deregistration_delay.timeout_seconds': '300',
      'deregistration_delay.connection_termination.enabled': 'false',
      'stickiness.enabled': 'false',
      'stickiness.type': 'source_ip',
      'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
      'preserve_client_ip.enabled': 'false',
      'proxy_protocol_v2.enabled': 'false',
      'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
      'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
      'target_health_state.unhealthy.connection_termination.enabled': 'true',
      'target_health_state.unhealthy.draining_interval_seconds': '0',
    });
  });

  it('lists all that a Network Load Balancer has, and keeps a change', async () => {
    await using account = await elbv2Account();
    const LoadBalancerArn = await aBalancer(account);
    await account.elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }] });
    expect(asRecord((await account.elb.describeLoadBalancerAttributes({ LoadBalancerArn })).Attributes)).toEqual({
      'access_logs.s3.enabled': 'false',
      'access_logs.s3.bucket': '',
      'access_logs.s3.prefix': '',
      'deletion_protection.enabled': 'false',
      'dns_record.client_routing_policy': 'any_availability_zone',
      'ipv6.deny_all_igw_traffic': 'false',
      'load_balancing.cross_zone.enabled': 'true',
      'secondary_ips.auto_assigned.per_subnet': '0',
      'zonal_shift.config.enabled': 'false',
    });
  });

  it.each([
    ['TCP', 'instance', { 'preserve_client_ip.enabled': 'true', 'deregistration_delay.connection_termination.enabled': 'false', 'target_health_state.unhealthy.connection_termination.enabled': 'true' }],
    ['TLS', 'ip', { 'preserve_client_ip.enabled': 'false', 'deregistration_delay.connection_termination.enabled': 'false' }],
    ['UDP', 'ip', { 'preserve_client_ip.enabled': 'true', 'deregistration_delay.connection_termination.enabled': 'true' }],
    ['TCP_UDP', 'instance', { 'preserve_client_ip.enabled': 'true', 'deregistration_delay.connection_termination.enabled': 'true' }],
    ['HTTP', 'ip', { 'stickiness.type': 'lb_cookie', 'load_balancing.algorithm.type': 'round_robin', 'slow_start.duration_seconds': '0', 'stickiness.lb_cookie.duration_seconds': '86400' }],
  ] as const)('have the defaults of %s to targets of type %s', async (Protocol, TargetType, expected) => {
    await using account = await elbv2Account();
    const { TargetGroups } = await account.elb.createTargetGroup({ Name: 'group', Protocol, Port: 80, VpcId: account.vpcId, TargetType });
    const { Attributes } = await account.elb.describeTargetGroupAttributes({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn });
    expect(asRecord(Attributes)).toMatchObject(expected);
  });

  it.each([
    ['an unknown key', 'no.such.key', 'true'],
    ['a key of the other type of load balancer', 'slow_start.duration_seconds', '30'],
    ['a value of the wrong form', 'proxy_protocol_v2.enabled', 'yes'],
    ['a number out of range', 'deregistration_delay.timeout_seconds', '3601'],
  ])('refuses %s', async (_, Key, Value) => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aTargetGroup(account);
    expect(await codeOf(account.elb.modifyTargetGroupAttributes({ TargetGroupArn, Attributes: [{ Key, Value }] }))).toBe('ValidationError');
  });

  it('has an idle timeout for TCP listeners', async () => {
    await using account = await elbv2Account();
    const ListenerArn = await aListener(account, { balancer: await aBalancer(account), group: await aTargetGroup(account) });
    expect((await account.elb.describeListenerAttributes({ ListenerArn })).Attributes).toEqual([{ Key: 'tcp.idle_timeout.seconds', Value: '350' }]);
    await account.elb.modifyListenerAttributes({ ListenerArn, Attributes: [{ Key: 'tcp.idle_timeout.seconds', Value: '600' }] });
    expect((await account.elb.describeListenerAttributes({ ListenerArn })).Attributes).toEqual([{ Key: 'tcp.idle_timeout.seconds', Value: '600' }]);
  });
});
