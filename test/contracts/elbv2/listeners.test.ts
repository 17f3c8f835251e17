import { describe, expect, it } from 'vitest';
import type { Elbv2Account } from './elbv2-account';
import { aBalancer, aListener, aTargetGroup, codeOf, elbv2Account, isForeign } from './elbv2-account';

async function aTlsListener({ elb, certificate }: Elbv2Account, balancer: string, group: string) {
  const { Listeners } = await elb.createListener({ LoadBalancerArn: balancer, Port: 443, Protocol: 'TLS', Certificates: [{ CertificateArn: certificate }], DefaultActions: [{ Type: 'forward', TargetGroupArn: group }] });
  return Listeners?.[0];
}

/** AWS: "CreateListener". */
describe('CreateListener', () => {
  it('answers a TCP listener without policy, certificate or ALPN', async () => {
    await using account = await elbv2Account();
    const [balancer, group] = [await aBalancer(account), await aTargetGroup(account)];
    const ListenerArn = await aListener(account, { balancer, group });
    const { Listeners } = await account.elb.describeListeners({ LoadBalancerArn: balancer });
    expect(Listeners).toEqual([
      {
        ListenerArn: expect.stringMatching(/:listener\/net\/web\/[0-9a-f]{16}\/[0-9a-f]{16}$/) as string,
        LoadBalancerArn: balancer,
        Port: 80,
        Protocol: 'TCP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: group, ForwardConfig: { TargetGroups: [{ TargetGroupArn: group, Weight: 1 }], TargetGroupStickinessConfig: { Enabled: false } } }],
      },
    ]);
    const { Rules } = await account.elb.describeRules({ ListenerArn });
    expect(Rules).toMatchObject([{ Priority: 'default', IsDefault: true, Conditions: [], Transforms: [], Actions: [{ TargetGroupArn: group }] }]);
  });

  it('refuses a second listener on a port', async () => {
    await using account = await elbv2Account();
    const [balancer, group] = [await aBalancer(account), await aTargetGroup(account)];
    await aListener(account, { balancer, group });
    expect(await codeOf(aListener(account, { balancer, group }))).toBe('DuplicateListener');
    expect((await account.elb.describeListeners({ LoadBalancerArn: balancer })).Listeners).toHaveLength(1);
  });

  it('refuses a target group that another load balancer has', async () => {
    await using account = await elbv2Account();
    const group = await aTargetGroup(account);
    await aListener(account, { balancer: await aBalancer(account, 'one'), group });
    expect(await codeOf(aListener(account, { balancer: await aBalancer(account, 'two'), group }))).toBe('TargetGroupAssociationLimit');
  });

  it.each([
    ['an unknown load balancer', { LoadBalancerArn: 'arn:aws:elasticloadbalancing:us-west-2:000000000001:loadbalancer/net/no/0123456789abcdef' }, 'LoadBalancerNotFound'],
    ['a protocol of the other type', { Protocol: 'HTTP' as const }, 'UnsupportedProtocol'],
    ['a protocol that the target group does not go with', { Protocol: 'UDP' as const }, 'IncompatibleProtocols'],
    ['TLS without certificate', { Protocol: 'TLS' as const }, 'ValidationError'],
    ['a certificate that does not exist', { Protocol: 'TLS' as const, Certificates: [{ CertificateArn: 'arn:aws:acm:us-west-2:111122223333:certificate/none' }] }, 'CertificateNotFound'],
    ['a policy for TCP', { SslPolicy: 'ELBSecurityPolicy-2016-08' }, 'InvalidConfigurationRequest'],
    ['ALPN for TCP', { AlpnPolicy: ['HTTP2Only'] }, 'InvalidConfigurationRequest'],
    ['port 0', { Port: 0 }, 'ValidationError'],
    ['an action of the other type', { DefaultActions: [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200' } }] }, 'InvalidLoadBalancerAction'],
    ['no action', { DefaultActions: [] }, 'ValidationError'],
  ])('refuses %s', async (_, change, code) => {
    await using account = await elbv2Account();
    const [LoadBalancerArn, TargetGroupArn] = [await aBalancer(account), await aTargetGroup(account)];
    const input = { LoadBalancerArn, Port: 80, Protocol: 'TCP' as const, DefaultActions: [{ Type: 'forward' as const, TargetGroupArn }], ...change };
    expect(await codeOf(account.elb.createListener(input))).toBe(code);
    expect((await account.elb.describeListeners({ LoadBalancerArn })).Listeners).toEqual([]);
  });

  it('refuses an unknown policy by name', async () => {
    await using account = await elbv2Account();
    const listener = await aTlsListener(account, await aBalancer(account), await aTargetGroup(account));
    expect(listener).toMatchObject({ SslPolicy: 'ELBSecurityPolicy-2016-08', Certificates: [{ CertificateArn: account.certificate }] });
    const modify = (SslPolicy: string) => codeOf(account.elb.modifyListener({ ListenerArn: listener?.ListenerArn, SslPolicy }));
    expect(await modify('ELBSecurityPolicy-None')).toBe('SSLPolicyNotFound');
    expect(await modify('ELBSecurityPolicy-TLS13-1-2-2021-06')).toBe('accepted');
  });
});

/** AWS: "ModifyListener". */
describe('ModifyListener', () => {
  it('changes the default rule, port and protocol', async () => {
    await using account = await elbv2Account();
    const [balancer, one, two] = [await aBalancer(account), await aTargetGroup(account, 'one'), await aTargetGroup(account, 'two')];
    const ListenerArn = await aListener(account, { balancer, group: one });
    await account.elb.modifyListener({ ListenerArn, Port: 443, Protocol: 'TLS', Certificates: [{ CertificateArn: account.certificate }], DefaultActions: [{ Type: 'forward', TargetGroupArn: two }] });
    expect((await account.elb.describeListeners({ ListenerArns: [ListenerArn] })).Listeners).toMatchObject([{ Port: 443, Protocol: 'TLS', DefaultActions: [{ TargetGroupArn: two }] }]);
    expect((await account.elb.describeRules({ ListenerArn })).Rules).toMatchObject([{ Actions: [{ TargetGroupArn: two }] }]);
    expect(await codeOf(account.elb.deleteTargetGroup({ TargetGroupArn: one }))).toBe('accepted');
    await account.elb.modifyListener({ ListenerArn, Protocol: 'TCP' });
    const { Listeners } = await account.elb.describeListeners({ ListenerArns: [ListenerArn] });
    expect(Object.keys(Listeners?.[0] ?? {}).sort()).toEqual(['DefaultActions', 'ListenerArn', 'LoadBalancerArn', 'Port', 'Protocol']);
  });

  it('spreads over several target groups by weight', async () => {
    await using account = await elbv2Account();
    const [balancer, one, two] = [await aBalancer(account), await aTargetGroup(account, 'one'), await aTargetGroup(account, 'two')];
    const ListenerArn = await aListener(account, { balancer, group: one });
    const TargetGroups = [{ TargetGroupArn: one, Weight: 90 }, { TargetGroupArn: two, Weight: 10 }];
    const { Listeners } = await account.elb.modifyListener({ ListenerArn, DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }] });
    expect(Listeners?.[0]?.DefaultActions).toEqual([{ Type: 'forward', ForwardConfig: { TargetGroups, TargetGroupStickinessConfig: { Enabled: false } } }]);
  });
});

/** AWS: "DescribeListeners", "DeleteListener". */
describe('a listener that is gone', () => {
  it('is refused by all that name it', async () => {
    await using account = await elbv2Account();
    const ListenerArn = await aListener(account, { balancer: await aBalancer(account), group: await aTargetGroup(account) });
    await account.elb.deleteListener({ ListenerArn });
    const calls = [account.elb.deleteListener({ ListenerArn }), account.elb.describeListeners({ ListenerArns: [ListenerArn] }), account.elb.describeRules({ ListenerArn }), account.elb.describeListenerAttributes({ ListenerArn })];
    expect(await Promise.all(calls.map(codeOf))).toEqual(['ListenerNotFound', 'ListenerNotFound', 'ListenerNotFound', 'ListenerNotFound']);
    expect(await codeOf(account.elb.describeListeners({}))).toBe('ValidationError');
  });
});

/** AWS: "AddListenerCertificates", "RemoveListenerCertificates", "DescribeListenerCertificates". */
describe('listener certificates', () => {
  it('shows the default first, and twice if it was added too', async () => {
    await using account = await elbv2Account();
    const ListenerArn = (await aTlsListener(account, await aBalancer(account), await aTargetGroup(account)))?.ListenerArn;
    const Certificates = [{ CertificateArn: account.certificate }];
    const list = async () => (await account.elb.describeListenerCertificates({ ListenerArn })).Certificates?.map(({ IsDefault }) => IsDefault);
    expect(await list()).toEqual([true]);
    expect(await codeOf(account.elb.removeListenerCertificates({ ListenerArn, Certificates }))).toBe('OperationNotPermitted');
    await account.elb.addListenerCertificates({ ListenerArn, Certificates });
    expect(await list()).toEqual([true, false]);
    await account.elb.removeListenerCertificates({ ListenerArn, Certificates });
    expect(await list()).toEqual([true]);
  });

  it.skipIf(isForeign)('keeps to the limit', async () => {
    await using account = await elbv2Account({ quotas: { 'certificates-per-network-load-balancer': 0 } });
    const ListenerArn = (await aTlsListener(account, await aBalancer(account), await aTargetGroup(account)))?.ListenerArn;
    const add = (CertificateArn: string) => codeOf(account.elb.addListenerCertificates({ ListenerArn, Certificates: [{ CertificateArn }] }));
    expect(await add(account.certificate)).toBe('accepted');
    expect(await add(account.otherCertificate)).toBe('TooManyCertificates');
    expect(await add(account.certificate.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000'))).toBe('CertificateNotFound');
  });
});
