import { describe, expect, it } from 'vitest';
import type { Elbv2Account } from './elbv2-account';
import { aBalancer, aListener, aTargetGroup, codeOf, elbv2Account, isForeign, MOMENT_MS } from './elbv2-account';

async function states({ elb }: Elbv2Account, TargetGroupArn: string): Promise<Record<string, string>> {
  const { TargetHealthDescriptions = [] } = await elb.describeTargetHealth({ TargetGroupArn });
  return Object.fromEntries(TargetHealthDescriptions.map(({ Target, TargetHealth }) => [`${Target?.Id ?? ''}:${Target?.Port ?? ''}`, [TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join(' ')]));
}

async function aServingGroup(account: Elbv2Account): Promise<string> {
  const group = await aTargetGroup(account);
  await account.elb.modifyTargetGroup({ TargetGroupArn: group, HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 3 });
  await aListener(account, { balancer: await aBalancer(account), group });
  return group;
}

/** AWS: "RegisterTargets", "DescribeTargetHealth", "Target health status". */
describe('targets', () => {
  it('are unused until a listener forwards to them', async () => {
    await using account = await elbv2Account();
    const group = await aTargetGroup(account);
    await account.elb.registerTargets({ TargetGroupArn: group, Targets: [{ Id: '10.0.0.10' }] });
    expect(await states(account, group)).toEqual({ '10.0.0.10:80': 'unused Target.NotInUse' });
  });

  it('go from initial to healthy when the load balancer is active and the first checks have passed', async () => {
    await using account = await elbv2Account();
    const group = await aServingGroup(account);
    await account.elb.registerTargets({ TargetGroupArn: group, Targets: [{ Id: '10.0.0.10', Port: 8080 }] });
    expect(await states(account, group)).toEqual({ '10.0.0.10:8080': 'initial Elb.RegistrationInProgress' });
    await account.pass(150_000);
    expect(await states(account, group)).toEqual({ '10.0.0.10:8080': 'healthy' });
    await account.elb.registerTargets({ TargetGroupArn: group, Targets: [{ Id: '10.0.0.11', Port: 8080 }] });
    await account.pass(15_000);
    expect(await states(account, group)).toEqual({ '10.0.0.10:8080': 'healthy', '10.0.0.11:8080': 'initial Elb.InitialHealthChecking' });
    await account.pass(15_000);
    expect(await states(account, group)).toEqual({ '10.0.0.10:8080': 'healthy', '10.0.0.11:8080': 'healthy' });
  });

  it.skipIf(isForeign)('are unhealthy when they fail their checks', async () => {
    await using account = await elbv2Account();
    const group = await aServingGroup(account);
    account.probe(({ id }) => (id === '10.0.0.11' ? 'unhealthy' : 'healthy'));
    await account.elb.registerTargets({ TargetGroupArn: group, Targets: [{ Id: '10.0.0.10' }, { Id: '10.0.0.11' }] });
    await account.pass(150_000);
    expect(await states(account, group)).toEqual({ '10.0.0.10:80': 'healthy', '10.0.0.11:80': 'unhealthy Target.FailedHealthChecks' });
  });

  it('drain for the deregistration delay and are gone then', async () => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aServingGroup(account);
    await account.elb.modifyTargetGroupAttributes({ TargetGroupArn, Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }] });
    await account.elb.registerTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.10' }, { Id: '10.0.0.11' }] });
    await account.pass(150_000);
    await account.elb.deregisterTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.10' }, { Id: '10.0.0.99' }] });
    await account.pass(60_000 - MOMENT_MS);
    expect(await states(account, TargetGroupArn)).toMatchObject({ '10.0.0.10:80': 'draining Target.DeregistrationInProgress' });
    await account.pass(MOMENT_MS);
    expect(Object.keys(await states(account, TargetGroupArn))).toEqual(['10.0.0.11:80']);
  });

  it('start anew when they are registered while draining', async () => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aServingGroup(account);
    const Targets = [{ Id: '10.0.0.10' }];
    await account.elb.registerTargets({ TargetGroupArn, Targets });
    await account.pass(150_000);
    await account.elb.deregisterTargets({ TargetGroupArn, Targets });
    await account.elb.registerTargets({ TargetGroupArn, Targets });
    expect(await states(account, TargetGroupArn)).toEqual({ '10.0.0.10:80': 'initial Elb.RegistrationInProgress' });
  });

  it('show their zone, check port and override', async () => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aTargetGroup(account);
    await account.elb.registerTargets({ TargetGroupArn, Targets: [{ Id: '10.0.1.10', Port: 8080 }, { Id: '192.168.0.1', AvailabilityZone: 'all' }] });
    const { TargetHealthDescriptions } = await account.elb.describeTargetHealth({ TargetGroupArn });
    expect(TargetHealthDescriptions).toMatchObject([
      { Target: { Id: '10.0.1.10', Port: 8080, AvailabilityZone: 'us-west-2b' }, HealthCheckPort: '8080', AdministrativeOverride: { State: 'no_override' } },
      { Target: { Id: '192.168.0.1', Port: 80, AvailabilityZone: 'all' }, HealthCheckPort: '80' },
    ]);
  });

  it('are told apart by port, and deregistered one by one', async () => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aServingGroup(account);
    await account.elb.registerTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.10', Port: 8080 }, { Id: '10.0.0.10', Port: 8081 }, { Id: '10.0.0.10', Port: 8080 }] });
    await account.elb.deregisterTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.10', Port: 8081 }] });
    const { TargetHealthDescriptions = [] } = await account.elb.describeTargetHealth({ TargetGroupArn });
    expect(TargetHealthDescriptions.map(({ Target, TargetHealth }) => `${Target?.Port ?? ''} ${TargetHealth?.State ?? ''}`).sort()).toEqual(['8080 initial', '8081 draining']);
  });

  it('are unused in a zone that the load balancer is not in', async () => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aTargetGroup(account);
    const { LoadBalancers } = await account.elb.createLoadBalancer({ Name: 'one-zone', Type: 'network', Subnets: [account.subnets[0]] });
    await aListener(account, { balancer: LoadBalancers?.[0]?.LoadBalancerArn ?? '', group: TargetGroupArn });
    await account.elb.registerTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.10' }, { Id: '10.0.1.10' }] });
    expect(await states(account, TargetGroupArn)).toMatchObject({ '10.0.0.10:80': expect.stringMatching(/^initial/) as string, '10.0.1.10:80': 'unused Target.NotInUse' });
  });

  it('can be asked for one by one, also when they are not registered', async () => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aTargetGroup(account);
    await account.elb.registerTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.10' }, { Id: '10.0.0.11' }] });
    const { TargetHealthDescriptions } = await account.elb.describeTargetHealth({ TargetGroupArn, Targets: [{ Id: '10.0.0.11' }, { Id: '10.0.0.12' }] });
    expect(TargetHealthDescriptions?.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.Reason])).toEqual([['10.0.0.11', 'Target.NotInUse'], ['10.0.0.12', 'Target.NotRegistered']]);
  });

  it.each([
    ['an address outside all private ranges', { Id: '8.8.8.8' }, 'InvalidTarget'],
    ['an address outside the VPC without a zone', { Id: '192.168.0.1' }, 'ValidationError'],
    ['an address of the VPC in another zone than its own', { Id: '10.0.0.11', AvailabilityZone: 'us-west-2b' }, 'ValidationError'],
    ['an address of the VPC in all zones', { Id: '10.0.0.11', AvailabilityZone: 'all' }, 'ValidationError'],
    ['an IPv6 address in an IPv4 group', { Id: '2001:db8::1' }, 'InvalidTarget'],
    ['what is no address', { Id: 'i-0123456789abcdef0' }, 'InvalidTarget'],
    ['a port out of range', { Id: '10.0.0.10', Port: 0 }, 'ValidationError'],
  ])('refuses %s, and with it the whole call', async (_, target, code) => {
    await using account = await elbv2Account();
    const TargetGroupArn = await aTargetGroup(account);
    expect(await codeOf(account.elb.registerTargets({ TargetGroupArn, Targets: [{ Id: '10.0.0.10' }, target] }))).toBe(code);
    expect(await states(account, TargetGroupArn)).toEqual({});
  });

  it('refuses an instance that does not exist', async () => {
    await using account = await elbv2Account();
    const { TargetGroups } = await account.elb.createTargetGroup({ Name: 'nodes', Protocol: 'TCP', Port: 80, VpcId: account.vpcId, TargetType: 'instance' });
    const register = account.elb.registerTargets({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn, Targets: [{ Id: 'i-0123456789abcdef0' }] });
    expect(await codeOf(register)).toBe('InvalidTarget');
  });

  it.skipIf(isForeign)('keep to the quota', async () => {
    await using account = await elbv2Account({ quotas: { 'targets-per-target-group': 2 } });
    const TargetGroupArn = await aTargetGroup(account);
    const register = (...ids: string[]) => codeOf(account.elb.registerTargets({ TargetGroupArn, Targets: ids.map((Id) => ({ Id })) }));
    expect(await register('10.0.0.1', '10.0.0.2')).toBe('accepted');
    expect(await register('10.0.0.2')).toBe('accepted');
    expect(await register('10.0.0.3')).toBe('TooManyTargets');
  });
});
