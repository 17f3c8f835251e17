import { describe, expect, it } from 'vitest';
import { defaultEnvironment } from '../../../infra/local/aws/default-environment';
import { isWrite } from '../../../shared/plan/change';
import { describeChange } from '../../../shared/plan/describe-change';
import { aService, openStack, type StackOnLocalAws } from './stack-on-local-aws';
import type { Service } from '../../../shared/model/kubernetes';

const INSTANCES = [80, 443, 8080].map((port) => ({ name: `p${port}`, protocol: 'TCP', port, targetPort: port, nodePort: 30000 + (port % 1000) }));

/** A stack that was made from a Service and is at rest. */
async function made(service: Service = aService()): Promise<StackOnLocalAws> {
  const stack = openStack(defaultEnvironment());
  await stack.apply((await stack.plan(service)).plan);
  return stack;
}

async function changesFor(stack: StackOnLocalAws, service: Service | undefined): Promise<string[]> {
  return (await stack.plan(service)).plan.changes.map(describeChange);
}

describe('observing a stack', () => {
  it('reads next to nothing before a creation', async () => {
    const stack = openStack(defaultEnvironment());
    expect(await stack.counted(() => stack.plan(aService()))).toEqual({ reads: ['DescribeSubnets'], writes: [] });
  });

  it('finds nothing to do after everything was made', async () => {
    const stack = await made();
    expect(await changesFor(stack, aService())).toEqual([]);
  });

  it('compares one port with AWS in 7 reads, each further target group costs one more', async () => {
    const one = await made();
    expect((await one.counted(() => one.plan(aService()))).reads).toEqual([
      'DescribeListeners', 'DescribeLoadBalancers', 'DescribeSecurityGroups', 'DescribeSubnets', 'DescribeTags', 'DescribeTargetGroupAttributes', 'DescribeTargetGroups',
    ]);
    const three = await made(aService({}, INSTANCES));
    expect((await three.counted(() => three.plan(aService({}, INSTANCES)))).reads).toHaveLength(9);
  });

  it('finds nothing to do for a Service that states all it can', async () => {
    const certificates = ['a', 'b'].map((letter) => `arn:aws:acm:us-west-2:111122223333:certificate/${letter.repeat(8)}-0000-4000-8000-000000000000`);
    const service = aService(
      {
        scheme: 'internet-facing',
        'ssl-cert': certificates.join(),
        'ssl-ports': '443',
        attributes: 'load_balancing.cross_zone.enabled=true',
        'target-group-attributes': 'preserve_client_ip.enabled=true,deregistration_delay.timeout_seconds=30',
        'listener-attributes.TCP-80': 'tcp.idle_timeout.seconds=400',
        'additional-resource-tags': 'team=web,stage=prod',
        'healthcheck-protocol': 'HTTP',
        'healthcheck-path': '/healthz',
        'inbound-sg-rules-on-private-link-traffic': 'off',
      },
      INSTANCES,
    );
    const stack = openStack(defaultEnvironment());
    for (const arn of certificates) stack.account.acm.ensureCertificate(stack.place, arn);
    await stack.apply((await stack.plan(service)).plan);
    expect(await changesFor(stack, service)).toEqual([]);
  });

  it('plans one call for one attribute', async () => {
    const stack = await made();
    const changed = aService({ 'target-group-attributes': 'deregistration_delay.timeout_seconds=30' });
    const { plan } = await stack.plan(changed);
    expect(plan.changes.map(describeChange)).toEqual([expect.stringMatching(/^update target group .*: attributes deregistration_delay.timeout_seconds=30$/)]);
    expect((await stack.counted(() => stack.apply(plan))).writes).toEqual(['ModifyTargetGroupAttributes']);
    expect(await changesFor(stack, changed)).toEqual([]);
  });

  it('puts back what somebody changed, and removes what somebody added', async () => {
    const stack = await made();
    const { observed } = await stack.plan(aService());
    const idOf = (type: string) => observed.find((resource) => resource.type === type)?.physicalId ?? '';
    await stack.elbv2.addTags([idOf('load-balancer')], { 'service.k8s.aws/stack': 'default/other', owner: 'me' });
    await stack.elbv2.modifyTargetGroup({ TargetGroupArn: idOf('target-group'), HealthCheckIntervalSeconds: 30 });
    await stack.ec2.authorizeIngress(idOf('security-group'), [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]);
    const { plan } = await stack.plan(aService());
    expect(plan.changes.map(describeChange)).toEqual([
      expect.stringContaining('rules -tcp 22 from 0.0.0.0/0'),
      expect.stringContaining('health check intervalSeconds 30 → 10'),
      expect.stringContaining('tags +service.k8s.aws/stack=default/web -owner'),
    ]);
    await stack.apply(plan);
    expect(await changesFor(stack, aService())).toEqual([]);
  });

  it('replaces a target group beside the old one', async () => {
    const stack = await made();
    const instance = aService({ 'nlb-target-type': 'instance' });
    const { plan } = await stack.plan(instance);
    expect(plan.changes.map(({ action }) => action)).toEqual(['replace', 'update', 'create', 'delete']);
    await stack.apply(plan);
    expect(await changesFor(stack, instance)).toEqual([]);
    expect([...stack.ledger.keys()].filter((id) => id.includes('~')).sort()).toEqual(['target-group-binding/default/web:80~1', 'target-group/default/web:80~1']);
    expect(await changesFor(stack, aService())).toHaveLength(4);
  });

  it('replaces a load balancer with all that belongs to it', async () => {
    const stack = await made(aService({}, INSTANCES));
    const other = aService({ scheme: 'internet-facing' }, INSTANCES);
    const { plan } = await stack.plan(other);
    await stack.apply(plan);
    expect(await changesFor(stack, other)).toEqual([]);
    expect((await stack.plan(other)).observed.filter(({ type }) => type === 'load-balancer')).toHaveLength(1);
  });

  it('deletes everything in few calls', async () => {
    const stack = await made();
    const reads = await stack.counted(() => stack.plan(undefined));
    expect(reads.reads).toEqual(['DescribeLoadBalancers', 'DescribeSecurityGroups', 'DescribeTags']);
    expect(await changesFor(stack, undefined)).toEqual([
      expect.stringMatching(/^delete load balancer k8s-/),
      expect.stringMatching(/^delete TargetGroupBinding default\/k8s-/),
      expect.stringMatching(/^delete target group k8s-/),
      expect.stringMatching(/^delete security group k8s-/),
    ]);
  });

  it('takes over what it finds by its tags alone, whatever its name, and knows it ever after', async () => {
    const stack = await made();
    stack.ledger.clear();
    const renamed = { ...aService(), metadata: { ...aService().metadata, uid: 'aaaaaaaa-0000-4000-8000-000000000000' } };
    const { plan } = await stack.plan(renamed);
    expect(plan.changes.filter(isWrite)).toEqual([]);
    expect(plan.changes.map(({ action }) => action)).toEqual(['adopt', 'adopt', 'adopt', 'adopt', 'adopt']);
    await stack.apply(plan);
    expect(await changesFor(stack, renamed)).toEqual([]);
  });

  it('makes again what somebody deleted', async () => {
    const stack = await made();
    const { observed } = await stack.plan(aService());
    const idOf = (type: string) => observed.find((resource) => resource.type === type)?.physicalId ?? '';
    await stack.elbv2.deleteLoadBalancer(idOf('load-balancer'));
    await stack.elbv2.deleteTargetGroup(idOf('target-group'));
    const { plan } = await stack.plan(aService());
    expect(plan.changes.map(({ action, id }) => `${action} ${id.slice(0, id.indexOf('/'))}`)).toEqual([
      'forget listener', 'forget load-balancer', 'forget target-group', 'create target-group', 'create load-balancer', 'create listener', 'update target-group-binding',
    ]);
    await stack.apply(plan);
    expect(await changesFor(stack, aService())).toEqual([]);
  });

  it('finds what was created when the reply was lost', async () => {
    const stack = await made();
    for (const [id, item] of stack.ledger) {
      const { physicalId: _, ...intent } = item;
      stack.ledger.set(id, { ...intent, phase: 'intent' });
    }
    const { plan } = await stack.plan(aService());
    expect(plan.changes.map(({ action }) => action)).toEqual(['adopt', 'adopt', 'adopt', 'adopt', 'adopt']);
  });
});
