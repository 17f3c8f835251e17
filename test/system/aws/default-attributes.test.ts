import { beforeAll, describe, expect, it } from 'vitest';
import { defaultEnvironment, defaultIds } from '../../../infra/local/aws/default-environment';
import type { Attribute } from '../../../shared/model/model';
import { attributesBeyondDefaults } from '../../../shared/plan/default-attributes';
import { aListener, aLoadBalancer, aTargetGroup } from '../../shared/plan/models';
import { openStack, type StackOnLocalAws } from '../observe/stack-on-local-aws';

/** Defaults that depend on the scheme, or on more than a model says: a creation that states them sends them, which does no harm. */
const SENT = ['deregistration_delay.connection_termination.enabled', 'ipv6.deny_all_igw_traffic', 'preserve_client_ip.enabled'];

let stack: StackOnLocalAws;
beforeAll(() => {
  stack = openStack(defaultEnvironment());
});

const listed = (pairs: Readonly<Record<string, string>> | undefined): Attribute[] => Object.entries(pairs ?? {}).map(([key, value]) => ({ key, value }));
const beyond = (desired: Parameters<typeof attributesBeyondDefaults>[0], stated: string[]) => attributesBeyondDefaults(desired).filter(({ key }) => stated.includes(key) && !SENT.includes(key));

/** What the table and AWS both know: there they must agree. */
const IN_TABLE = [
  'access_logs.s3.enabled', 'access_logs.s3.bucket', 'access_logs.s3.prefix', 'deletion_protection.enabled', 'load_balancing.cross_zone.enabled', 'dns_record.client_routing_policy', 'zonal_shift.config.enabled',
  'secondary_ips.auto_assigned.per_subnet', 'idle_timeout.timeout_seconds', 'client_keep_alive.seconds', 'routing.http2.enabled', 'routing.http.desync_mitigation_mode', 'routing.http.xff_header_processing.mode',
  'waf.fail_open.enabled', 'deregistration_delay.timeout_seconds', 'stickiness.enabled', 'stickiness.type', 'proxy_protocol_v2.enabled', 'slow_start.duration_seconds', 'stickiness.lb_cookie.duration_seconds',
  'load_balancing.algorithm.type', 'tcp.idle_timeout.seconds', 'target_group_health.dns_failover.minimum_healthy_targets.count', 'target_group_health.dns_failover.minimum_healthy_targets.percentage',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count', 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
];

describe("the table of AWS's defaults", () => {
  it.each(['network', 'application'] as const)('agrees with a new load balancer of type %s', async (type) => {
    const { LoadBalancerArn } = await stack.elbv2.createLoadBalancer({ Name: type, Type: type, Scheme: 'internal', SubnetMappings: defaultIds.privateSubnets.map((SubnetId) => ({ SubnetId })) });
    const loadBalancerAttributes = listed(await stack.elbv2.describeLoadBalancerAttributes(LoadBalancerArn));
    expect(loadBalancerAttributes.length).toBeGreaterThan(3);
    expect(beyond(aLoadBalancer({ type, loadBalancerAttributes }), IN_TABLE)).toEqual([]);
  });

  it.each(['TCP', 'TLS', 'UDP', 'TCP_UDP', 'HTTP', 'HTTPS'].flatMap((protocol) => ['ip', 'instance'].map((targetType) => [protocol, targetType] as const)))('agrees with a new target group of %s and type %s', async (protocol, targetType) => {
    const { TargetGroupArn } = await stack.elbv2.createTargetGroup({ Name: `${protocol.replace('_', '-')}-${targetType}`, Protocol: protocol, Port: 80, VpcId: defaultIds.vpcId, TargetType: targetType });
    const targetGroupAttributes = listed(await stack.elbv2.describeTargetGroupAttributes(TargetGroupArn));
    expect(targetGroupAttributes.length).toBeGreaterThan(3);
    const group = aTargetGroup(80, { protocol, targetType: targetType === 'ip' ? 'ip' : 'instance', targetGroupAttributes });
    expect(beyond(group, IN_TABLE)).toEqual([]);
    const dependent = attributesBeyondDefaults(group).map(({ key }) => key).filter((key) => key === 'preserve_client_ip.enabled');
    expect(protocol === 'TCP' || protocol === 'TLS' ? dependent : []).toEqual([]);
  });

  it('agrees with a new TCP listener', async () => {
    const { LoadBalancerArn } = await stack.elbv2.createLoadBalancer({ Name: 'listened', Type: 'network', Scheme: 'internal', SubnetMappings: [{ SubnetId: defaultIds.privateSubnets[0] ?? '' }] });
    const { TargetGroupArn } = await stack.elbv2.createTargetGroup({ Name: 'listened', Protocol: 'TCP', Port: 80, VpcId: defaultIds.vpcId, TargetType: 'ip' });
    const { ListenerArn } = await stack.elbv2.createListener({ LoadBalancerArn, Port: 80, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', TargetGroupArn }] });
    const listenerAttributes = listed(await stack.elbv2.describeListenerAttributes(ListenerArn));
    expect(listenerAttributes).toEqual([{ key: 'tcp.idle_timeout.seconds', value: '350' }]);
    expect(attributesBeyondDefaults(aListener(80, { listenerAttributes }))).toEqual([]);
  });
});
