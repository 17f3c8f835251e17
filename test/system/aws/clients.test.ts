import { beforeEach, describe, expect, it } from 'vitest';
import { defaultEnvironment, defaultIds } from '../../../infra/local/aws/default-environment';
import { openStack, type StackOnLocalAws } from '../observe/stack-on-local-aws';

let stack: StackOnLocalAws;
beforeEach(() => {
  stack = openStack(defaultEnvironment());
});

const { vpcId, privateSubnets } = defaultIds;
const unknownArn = (kind: string) => `arn:aws:elasticloadbalancing:us-west-2:111122223333:${kind}/none/0123456789abcdef`;
const aTargetGroup = (name: string) => stack.elbv2.createTargetGroup({ Name: name, Protocol: 'TCP', Port: 80, VpcId: vpcId, TargetType: 'ip' });
const aLoadBalancer = (name: string) => stack.elbv2.createLoadBalancer({ Name: name, Type: 'network', Scheme: 'internal', SubnetMappings: [{ SubnetId: privateSubnets[0] ?? '' }] });

describe('the client for load balancers', () => {
  it('finds the known ones among unknown ARNs', async () => {
    const groups = await Promise.all(['a', 'b'].map(aTargetGroup));
    const arns = [unknownArn('targetgroup'), ...groups.map(({ TargetGroupArn }) => TargetGroupArn)];
    expect((await stack.elbv2.describeTargetGroups({ arns })).map(({ TargetGroupName }) => TargetGroupName).sort()).toEqual(['a', 'b']);
    expect(await stack.elbv2.describeLoadBalancers({ arns: [unknownArn('loadbalancer/net')] })).toEqual([]);
    expect([...(await stack.elbv2.describeTags(arns)).keys()].sort()).toEqual(arns.slice(1).sort());
  });

  it('asks in chunks of 20 and answers all', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `group-${index}`);
    const groups = await Promise.all(names.map(aTargetGroup));
    const { reads } = await stack.counted(async () => {
      expect(await stack.elbv2.describeTargetGroups({ arns: groups.map(({ TargetGroupArn }) => TargetGroupArn) })).toHaveLength(25);
    });
    expect(reads).toEqual(['DescribeTargetGroups', 'DescribeTargetGroups']);
  });

  it('registers 450 targets in three calls', async () => {
    const { TargetGroupArn } = await aTargetGroup('many');
    const targets = Array.from({ length: 450 }, (_, index) => ({ Id: `10.20.${48 + Math.floor(index / 200)}.${(index % 200) + 1}`, Port: 80 }));
    const { writes } = await stack.counted(() => stack.elbv2.registerTargets(TargetGroupArn, targets));
    expect(writes).toEqual(['RegisterTargets', 'RegisterTargets', 'RegisterTargets']);
    expect(await stack.elbv2.describeTargetHealth(TargetGroupArn)).toHaveLength(450);
  });

  it('says false of deletions of what is gone, and undefined of what is asked of it', async () => {
    const arn = unknownArn('targetgroup');
    expect(await stack.elbv2.describeTargetHealth(arn)).toBeUndefined();
    expect(await stack.elbv2.describeTargetGroupAttributes(arn)).toBeUndefined();
    expect(await stack.elbv2.deregisterTargets(arn, [{ Id: '10.20.48.1', Port: 80 }])).toBe(false);
    expect(await stack.elbv2.deleteListener(unknownArn('listener/net/none'))).toBe(false);
    expect(await stack.elbv2.describeListeners(unknownArn('loadbalancer/net'))).toEqual([]);
  });

  it('throws Conflict for a name that is taken and Eventual for what is in use, with the code of AWS', async () => {
    const { TargetGroupArn } = await aTargetGroup('web');
    await expect(aTargetGroup('web')).rejects.toMatchObject({ name: 'Conflict', details: { awsCode: 'DuplicateTargetGroupName' } });
    const { LoadBalancerArn } = await aLoadBalancer('web');
    await stack.elbv2.createListener({ LoadBalancerArn, Port: 80, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', TargetGroupArn }] });
    await expect(stack.elbv2.deleteTargetGroup(TargetGroupArn)).rejects.toMatchObject({ name: 'Eventual', details: { awsCode: 'ResourceInUse' } });
  });

  it('says what was attempted and what to do', async () => {
    const refused = stack.elbv2.createLoadBalancer({ Name: 'web', Type: 'network', SubnetMappings: [{ SubnetId: 'subnet-0123456789abcdef0' }] });
    await expect(refused).rejects.toMatchObject({ name: 'UserConfig', message: expect.stringMatching(/^CreateLoadBalancer web: SubnetNotFound: .* Correct the annotation/) });
  });

  it('ends a call when the step ends', async () => {
    const { createElbv2 } = await import('../../../shared/aws/elbv2');
    const elbv2 = createElbv2({ ...stack.config, signal: () => AbortSignal.abort() });
    await expect(elbv2.describeTags([unknownArn('targetgroup')])).rejects.toMatchObject({ name: 'Transient', details: { awsCode: 'AbortError' } });
  });
});

describe('the client for EC2', () => {
  it('reads by filter, so that unknown ids hide nothing, and asks nothing for no value', async () => {
    const { reads } = await stack.counted(async () => {
      expect(await stack.ec2.describeSubnets({ 'subnet-id': ['subnet-0123456789abcdef0', privateSubnets[0] ?? ''] })).toHaveLength(1);
      expect(await stack.ec2.describeSubnets({ 'subnet-id': [] })).toEqual([]);
    });
    expect(reads).toEqual(['DescribeSubnets']);
    await expect(stack.ec2.describeSubnets({})).rejects.toThrow('would list the whole account');
  });

  it('makes a group with rules, answers their ids, and revokes by them once', async () => {
    const groupId = await stack.ec2.createSecurityGroup({ name: 'web', description: 'of a test', vpcId, tags: { team: 'a' } });
    const permission = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/8' }] };
    const [rule] = await stack.ec2.authorizeIngress(groupId, [permission]);
    expect(rule?.SecurityGroupRuleId).toMatch(/^sgr-/);
    await expect(stack.ec2.authorizeIngress(groupId, [permission])).rejects.toMatchObject({ name: 'Conflict', details: { awsCode: 'InvalidPermission.Duplicate' } });
    const ruleIds = [rule?.SecurityGroupRuleId ?? ''];
    expect([await stack.ec2.revokeIngress(groupId, { ruleIds }), await stack.ec2.revokeIngress(groupId, { ruleIds })]).toEqual([true, false]);
    expect([await stack.ec2.deleteSecurityGroup(groupId), await stack.ec2.deleteSecurityGroup(groupId)]).toEqual([true, false]);
  });
});
