import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { accountOf } from '../accounts';
import { openServiceWorld, type ServiceWorld } from '../passes/service-world';

async function balancers(world: ServiceWorld) {
  const elbv2 = new ElasticLoadBalancingV2({ region: world.place.region, credentials: { accessKeyId: 'observer', secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws), maxAttempts: 1 });
  const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({});
  const { TargetGroups = [] } = await elbv2.describeTargetGroups({});
  return { schemes: LoadBalancers.map(({ Scheme }) => Scheme), types: TargetGroups.map(({ TargetType }) => TargetType) };
}

it.each(['svc-three-zones', 'svc-kops'])('P3: nlb-ip means ip targets (%s)', async (environment) => {
  const world = await openServiceWorld(accountOf(environment));
  await world.apply({ annotations: { type: 'nlb-ip', 'nlb-target-type': null } });
  expect(await balancers(world)).toEqual({ schemes: ['internal'], types: ['ip'] });
  await world.close();
});

it.each(['nlb', null])('P14: a Service of the in-tree provider (type %s) is left alone', async (type) => {
  const world = await openServiceWorld(accountOf('svc-kops'));
  await world.apply({ annotations: { type, 'nlb-target-type': null } });
  expect([world.writes(), world.reads()]).toEqual([[], []]);
  await world.close();
});

it('P16: a Service of the in-tree provider is ours where the settings say so', async () => {
  const world = await openServiceWorld(accountOf('svc-kops'), { settings: { stepbalancer: { legacyServices: true } } });
  await world.apply({ annotations: { type: 'nlb', 'nlb-target-type': null, internal: '0.0.0.0/0' } });
  expect(await balancers(world)).toEqual({ schemes: ['internal'], types: ['instance'] });
  await world.close();
});

it('P12: a type that changes after creation takes nothing away, and says how to go on', async () => {
  const world = await openServiceWorld(accountOf('svc-three-zones'));
  await world.apply({});
  const hostname = await world.hostname();
  const pass = await world.apply({ annotations: { type: 'nlb' } });
  expect(pass.plans.map(({ outcome }) => outcome)).toEqual(['blocked']);
  expect(world.writes()).toEqual([]);
  expect((await world.events()).find((event) => event.startsWith('PlanNeedsApproval'))).toMatch(/must not change after creation.*approve-plan/);
  await world.apply({ annotations: { type: 'external' } });
  expect(await world.hostname()).toBe(hostname);
  await world.close();
});

it('P14: the load balancer of somebody else is not replaced by surprise', async () => {
  const world = await openServiceWorld(accountOf('svc-three-zones'));
  await world.apply({ annotations: { type: 'nlb' } });
  const status = { loadBalancer: { ingress: [{ hostname: 'a0123456789abcdef.elb.us-west-2.amazonaws.com' }] } };
  await world.client.patch(RESOURCES.services, { namespace: 'default', name: 'web' }, { type: 'merge', body: { status } }, { subresource: 'status' });
  const pass = await world.apply({ annotations: { type: 'external' } });
  expect(pass.plans.map(({ outcome }) => outcome)).toEqual(['blocked']);
  expect(world.writes()).toEqual([]);
  expect(await world.hostname()).toBe('a0123456789abcdef.elb.us-west-2.amazonaws.com');
  await world.close();
});
