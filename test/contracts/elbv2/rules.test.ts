import type { CreateRuleCommandInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import type { Elbv2Account } from './elbv2-account';
import { aBalancer, aListener, aTargetGroup, codeOf, elbv2Account, isForeign } from './elbv2-account';

async function anHttpListener({ elb, subnets }: Elbv2Account): Promise<string> {
  const { LoadBalancers } = await elb.createLoadBalancer({ Name: 'site', Type: 'application', Subnets: [...subnets] });
  const { Listeners } = await elb.createListener({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }] });
  return Listeners?.[0]?.ListenerArn ?? '';
}

const path = (...Values: string[]) => ({ Field: 'path-pattern', PathPatternConfig: { Values } });
const notHere = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '410' } };
const aRule = (ListenerArn: string, Priority: number, change: Partial<CreateRuleCommandInput> = {}): CreateRuleCommandInput => ({ ListenerArn, Priority, Conditions: [path(`/${Priority}`)], Actions: [notHere], ...change });

/** AWS: "CreateRule", "DescribeRules", "SetRulePriorities", "DeleteRule". */
describe('rules', () => {
  it('are shown by priority, the default one last', async () => {
    await using account = await elbv2Account();
    const ListenerArn = await anHttpListener(account);
    for (const priority of [30, 4, 100]) await account.elb.createRule(aRule(ListenerArn, priority));
    const { Rules } = await account.elb.describeRules({ ListenerArn });
    expect(Rules?.map(({ Priority }) => Priority)).toEqual(['4', '30', '100', 'default']);
    expect(Rules?.[0]).toMatchObject({ IsDefault: false, Transforms: [], Conditions: [{ Field: 'path-pattern', Values: ['/4'], PathPatternConfig: { Values: ['/4'] } }] });
  });

  it('swap their places in one call', async () => {
    await using account = await elbv2Account();
    const ListenerArn = await anHttpListener(account);
    const arns = await Promise.all([1, 2].map(async (priority) => (await account.elb.createRule(aRule(ListenerArn, priority))).Rules?.[0]?.RuleArn ?? ''));
    const [first = '', second = ''] = arns;
    await account.elb.setRulePriorities({ RulePriorities: [{ RuleArn: first, Priority: 2 }, { RuleArn: second, Priority: 1 }] });
    expect((await account.elb.describeRules({ ListenerArn })).Rules?.map(({ RuleArn }) => RuleArn).slice(0, 2)).toEqual([second, first]);
    expect(await codeOf(account.elb.setRulePriorities({ RulePriorities: [{ RuleArn: first, Priority: 1 }] }))).toBe('PriorityInUse');
  });

  it('keep their default one', async () => {
    await using account = await elbv2Account();
    const { Rules } = await account.elb.describeRules({ ListenerArn: await anHttpListener(account) });
    expect(await codeOf(account.elb.deleteRule({ RuleArn: Rules?.[0]?.RuleArn }))).toBe('OperationNotPermitted');
  });

  it.each([
    ['a priority that is taken', { Priority: 1 }, 'PriorityInUse'],
    ['priority 0', { Priority: 0 }, 'ValidationError'],
    ['six condition values', { Conditions: [path('/1', '/2', '/3', '/4', '/5', '/6')] }, 'ValidationError'],
    ['an unknown field', { Conditions: [{ Field: 'cookie', Values: ['a'] }] }, 'ValidationError'],
    ['two host conditions', { Conditions: [{ Field: 'host-header', Values: ['a.b'] }, { Field: 'host-header', Values: ['c.d'] }] }, 'ValidationError'],
    ['what is no regular expression', { Conditions: [{ Field: 'path-pattern', RegexValues: ['('] }] }, 'ValidationError'],
    ['a redirect to itself', { Actions: [{ Type: 'redirect' as const, RedirectConfig: { StatusCode: 'HTTP_301' as const } }] }, 'InvalidLoadBalancerAction'],
    ['two final actions', { Actions: [{ ...notHere, Order: 1 }, { ...notHere, Order: 2 }] }, 'InvalidLoadBalancerAction'],
    ['authentication over HTTP', { Actions: [{ Type: 'authenticate-cognito' as const, Order: 1 }, { ...notHere, Order: 2 }] }, 'InvalidLoadBalancerAction'],
  ])('refuse %s', async (_, change, code) => {
    await using account = await elbv2Account();
    const ListenerArn = await anHttpListener(account);
    await account.elb.createRule(aRule(ListenerArn, 1));
    expect(await codeOf(account.elb.createRule(aRule(ListenerArn, 2, change)))).toBe(code);
  });

  it('take all six kinds of condition and show them as they are', async () => {
    await using account = await elbv2Account();
    const ListenerArn = await anHttpListener(account);
    const Conditions = [
      { Field: 'host-header', HostHeaderConfig: { RegexValues: ['^a\\.b$'] } },
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Kind', Values: ['a*'] } },
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
      { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '<1&2>' }] } },
      { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } },
    ];
    const { Rules } = await account.elb.createRule(aRule(ListenerArn, 1, { Conditions }));
    expect(Rules?.[0]?.Conditions).toEqual(Conditions);
  });

  it('fill in what a redirect leaves out', async () => {
    await using account = await elbv2Account();
    const Actions = [{ Type: 'redirect' as const, RedirectConfig: { Protocol: 'HTTPS', StatusCode: 'HTTP_301' as const } }];
    const { Rules } = await account.elb.createRule(aRule(await anHttpListener(account), 1, { Actions }));
    expect(Rules?.[0]?.Actions?.[0]?.RedirectConfig).toEqual({ Protocol: 'HTTPS', Port: '#{port}', Host: '#{host}', Path: '/#{path}', Query: '#{query}', StatusCode: 'HTTP_301' });
  });

  it.skipIf(isForeign)('keep to the quota', async () => {
    await using account = await elbv2Account({ quotas: { 'rules-per-application-load-balancer': 2 } });
    const ListenerArn = await anHttpListener(account);
    const codes = [];
    for (const priority of [1, 2, 3]) codes.push(await codeOf(account.elb.createRule(aRule(ListenerArn, priority))));
    expect(codes).toEqual(['accepted', 'accepted', 'TooManyRules']);
  });
});

/** AWS: "AddTags", "RemoveTags", "DescribeTags"; "GetResources" of the Resource Groups Tagging API. */
describe('tags', () => {
  it('are added, replaced and removed on every kind of resource', async () => {
    await using account = await elbv2Account();
    const [balancer, group] = [await aBalancer(account), await aTargetGroup(account)];
    const ResourceArns = [balancer, group, await aListener(account, { balancer, group })];
    await account.elb.addTags({ ResourceArns, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] });
    await account.elb.addTags({ ResourceArns, Tags: [{ Key: 'a', Value: '3' }] });
    await account.elb.removeTags({ ResourceArns, TagKeys: ['b', 'none'] });
    const { TagDescriptions } = await account.elb.describeTags({ ResourceArns });
    expect(TagDescriptions).toEqual(ResourceArns.map((ResourceArn) => ({ ResourceArn, Tags: [{ Key: 'a', Value: '3' }] })));
  });

  it('are refused for an unknown ARN, for more than 20 ARNs and beyond 50 tags', async () => {
    await using account = await elbv2Account();
    const group = await aTargetGroup(account);
    const [unknown, Tags] = [group.replace('/web/', '/none/'), Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }))];
    expect(await codeOf(account.elb.addTags({ ResourceArns: [group, unknown], Tags: Tags.slice(0, 1) }))).toBe('TargetGroupNotFound');
    expect((await account.elb.describeTags({ ResourceArns: [group] })).TagDescriptions?.[0]?.Tags).toEqual([]);
    expect(await codeOf(account.elb.describeTags({ ResourceArns: Array.from({ length: 21 }, () => group) }))).toBe('ValidationError');
    await account.elb.addTags({ ResourceArns: [group], Tags: Tags.slice(0, 50) });
    expect(await codeOf(account.elb.addTags({ ResourceArns: [group], Tags: Tags.slice(50) }))).toBe('TooManyTags');
  });

  it('find load balancers, target groups and security groups', async () => {
    await using account = await elbv2Account();
    const [balancer, group] = [await aBalancer(account), await aTargetGroup(account)];
    await account.elb.addTags({ ResourceArns: [balancer, group], Tags: [{ Key: 'stack', Value: 'a/b' }] });
    await account.ec2.createTags({ Resources: [account.securityGroup], Tags: [{ Key: 'stack', Value: 'a/b' }] });
    const find = async (types: string[], Values: string[]) => (await account.tagging.getResources({ ResourceTypeFilters: types, TagFilters: [{ Key: 'stack', Values }] })).ResourceTagMappingList?.map(({ ResourceARN }) => ResourceARN);
    expect(await find(['elasticloadbalancing:loadbalancer'], ['a/b'])).toEqual([balancer]);
    expect(await find(['elasticloadbalancing:loadbalancer', 'elasticloadbalancing:targetgroup'], [])).toEqual([balancer, group]);
    expect(await find(['ec2:security-group'], ['x', 'a/b'])).toEqual([expect.stringContaining(`security-group/${account.securityGroup}`)]);
    expect(await find([], ['other'])).toEqual([]);
  });
});
