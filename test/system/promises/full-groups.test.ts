import { expect, it, onTestFinished } from 'vitest';
import { accountOf, type Account } from '../accounts';
import { example } from '../local';
import { annotationsOf } from '../manifests';
import { openLivelyWorld, type LivelyWorld } from './lively-world';

const NODES = 'sg-0de00000000000d01';
const SERVICE = { namespace: 'instance-targets', name: 'web' };

/** An account whose nodes' security group has this many rules of somebody else. */
function withRules(count: number): Account {
  const account = accountOf('svc-three-zones');
  const facts = account.facts as { securityGroups: { id: string }[] };
  const ingress = Array.from({ length: count }, (_, index) => ({ IpProtocol: 'tcp', FromPort: index + 1, ToPort: index + 1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }));
  return { ...account, facts: { ...facts, securityGroups: facts.securityGroups.map((group) => (group.id === account.nodeSecurityGroup ? { ...group, ingress } : group)) } };
}

async function open(account: Account): Promise<LivelyWorld> {
  const world = await openLivelyWorld(account);
  onTestFinished(() => world.close());
  return world;
}

const NOTHING = { loadBalancers: 0, targetGroups: 0, securityGroups: 0 };

it.each(['instance', 'ip'])('P11: a full group behind %s targets is an error before anything is made, with the ways out; with room for one rule the Service goes on by itself', async (type) => {
  const world = await open(withRules(60));
  const [namespace = '', pods = '', service = ''] = example('instance-targets').split('---');
  await world.apply(`${namespace}---${pods}`);
  await world.apply(service.replace('nlb-target-type: instance', `nlb-target-type: ${type}`));
  expect([world.left(), world.nodeRules().length]).toEqual([NOTHING, 60]);
  expect(world.calls().filter(({ kind, service }) => kind === 'write' && service !== 'dynamodb')).toEqual([]);
  expect(await world.events(SERVICE)).toEqual([expect.stringMatching(/^SecurityGroupRuleQuota: Service instance-targets\/web: the security group sg-0de00000000000d01 of the targets would need 61 inbound rules, 1 more than it has, and AWS takes 60\. .*quota.*ip targets.*Ingress/)]);
  await world.ec2.revokeSecurityGroupIngress({ GroupId: NODES, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }] });
  await world.until(async () => (await world.hostname(SERVICE)) !== undefined);
  await world.until(async () => (await world.targets((await world.targetGroups(SERVICE))[0])).every(({ state }) => state === 'healthy'));
  expect(world.nodeRules()).toHaveLength(60);
});

it('P11: a second Service needs no rule of its own where the group is full', async () => {
  const world = await open(withRules(59));
  await world.apply(example('instance-targets'));
  const port = (await world.targetGroups(SERVICE))[0]?.Port ?? 0;
  await world.apply([{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'same', namespace: 'default', annotations: annotationsOf({ type: 'external', 'nlb-target-type': 'ip' }) }, spec: { type: 'LoadBalancer', selector: { app: 'nobody' }, ports: [{ port: 80, targetPort: port, protocol: 'TCP' }] } }]);
  expect(await world.hostname({ name: 'same' })).toBeDefined();
});

it('P11: a group that AWS let grow beyond 60 is not held against anybody', async () => {
  const world = await open(withRules(61));
  await world.apply(example('instance-targets'));
  expect((await world.events(SERVICE)).filter((event) => event.includes('of the targets would need'))).toEqual([]);
  expect(await world.hostname(SERVICE)).toBeDefined();
});

it('P11: a group that somebody fills later is told on the Service', async () => {
  const world = await open(withRules(59));
  await world.apply(example('instance-targets'));
  const { SecurityGroupRules = [] } = await world.ec2.describeSecurityGroupRules({ Filters: [{ Name: 'group-id', Values: [NODES] }] });
  const ours = SecurityGroupRules.find(({ Description }) => Description?.startsWith('elbv2.k8s.aws/'));
  await world.ec2.revokeSecurityGroupIngress({ GroupId: NODES, SecurityGroupRuleIds: [ours?.SecurityGroupRuleId ?? ''] });
  await world.ec2.authorizeSecurityGroupIngress({ GroupId: NODES, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 7, ToPort: 8, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }] });
  await world.runner.settle(90 * 60_000);
  expect(await world.events(SERVICE)).toContainEqual(expect.stringMatching(/^SecurityGroupRuleQuota: Expected room for 1 more inbound rules in security group sg-0de00000000000d01 of the targets, found it full: it has 60\. .*Raise the quota.*ip targets.*Ingress/));
});
