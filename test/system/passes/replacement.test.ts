import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { planHash } from '../../../shared/plan/format-plan';
import { accountOf } from '../accounts';

import { aDeployment } from '../manifests';
import { DEPLOYMENTS } from '../view';
import { openServiceWorld, type ServiceWorld } from './service-world';

/** A world with two pods behind a healthy load balancer, and an observer that looks after each call of the system whether somebody answers. */
async function openServing(change: Parameters<ServiceWorld['apply']>[0] = {}) {
  const world = await openServiceWorld(accountOf('svc-three-zones'), { nodes: 3 });
  const elbv2 = new ElasticLoadBalancingV2({ region: world.place.region, credentials: { accessKeyId: 'observer', secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws), maxAttempts: 1 });
  await world.client.create({ ...DEPLOYMENTS }, aDeployment('web') as never);
  await world.runner.settle(30_000);
  await world.apply(change);
  await world.runner.settle(5 * 60_000);
  await world.again();
  return { world, elbv2 };
}

type Serving = Awaited<ReturnType<typeof openServing>>;

/** What the load balancer that the Service names forwards to: target groups by weight, with the states of their targets. */
async function serving({ world, elbv2 }: Serving) {
  const hostname = await world.hostname();
  const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({});
  const balancer = LoadBalancers.find(({ DNSName }) => DNSName?.toLowerCase() === hostname);
  if (!balancer) return [];
  const { Listeners = [] } = await elbv2.describeListeners({ LoadBalancerArn: balancer.LoadBalancerArn });
  const tuples = Listeners.flatMap(({ DefaultActions = [] }) => DefaultActions.flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? []));
  const groups = tuples.filter(({ Weight }) => tuples.length === 1 || Weight !== 0);
  return Promise.all(groups.map(async ({ TargetGroupArn }) => {
    const { TargetHealthDescriptions = [] } = await elbv2.describeTargetHealth({ TargetGroupArn });
    return { arn: TargetGroupArn, name: TargetGroupArn?.split('/')[1], states: TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State) };
  }));
}

const answers = (groups: Awaited<ReturnType<typeof serving>>) => groups.length > 0 && groups.every(({ states }) => states.includes('healthy'));

/** Runs what changes something, and looks after every call that AWS answered in between. Answers the calls after which nobody would have answered. */
async function watch(all: Serving, act: () => Promise<unknown>): Promise<string[]> {
  const gaps: string[] = [];
  const looks: Promise<void>[] = [];
  const stop = all.world.account.aws.log.subscribe((call) => {
    if (call.caller === 'observer' || call.kind !== 'write') return;
    looks.push(serving(all).then((groups) => void (answers(groups) || gaps.push(`${call.action}: ${JSON.stringify(groups)}`))));
  });
  await act();
  stop();
  await Promise.all(looks);
  if (!answers(await serving(all))) gaps.push(`in the end: ${JSON.stringify(await serving(all))}`);
  return gaps;
}

async function targetGroups({ elbv2 }: Serving) {
  const { TargetGroups = [] } = await elbv2.describeTargetGroups({});
  return TargetGroups.map(({ TargetGroupName, TargetType, Protocol }) => ({ name: TargetGroupName, type: TargetType, protocol: Protocol }));
}

describe('a target group that AWS cannot change', () => {
  it('is made anew beside the old one, and goes when the new one is healthy', async () => {
    const all = await openServing();
    const [old] = await targetGroups(all);
    const gaps = await watch(all, async () => {
      const pass = await all.world.apply({ annotations: { 'nlb-target-type': 'instance' } });
      expect(pass.failure).toBeUndefined();
      await all.world.runner.settle(10 * 60_000);
    });
    expect(gaps).toEqual([]);
    expect(await targetGroups(all)).toEqual([{ name: expect.not.stringMatching(`^${old?.name}$`) as string, type: 'instance', protocol: 'TCP' }]);
    expect((await all.world.again()).plans.every(({ outcome }) => outcome === 'noop')).toBe(true);
    expect(await all.world.client.list(RESOURCES.targetGroupBindings, {})).toHaveLength(1);
    await all.world.close();
  });

  it('stays while the new one has no healthy target, and goes as soon as it has', async () => {
    const all = await openServing();
    let fails = true;
    all.world.account.elbv2.useProbe(({ id, port }) => (id.startsWith('i-') && fails ? 'unhealthy' : all.world.cluster.probe(id, port) ? 'healthy' : 'unhealthy'));
    const gaps = await watch(all, async () => {
      await all.world.apply({ annotations: { 'nlb-target-type': 'instance' } });
      await all.world.runner.settle(20 * 60_000);
      expect(new Set((await targetGroups(all)).map(({ type }) => type))).toEqual(new Set(['instance', 'ip']));
      expect((await serving(all)).map(({ states }) => states.length)).toEqual([2]);
      fails = false;
      await all.world.runner.settle(10 * 60_000);
    });
    expect(gaps).toEqual([]);
    expect((await targetGroups(all)).map(({ type }) => type)).toEqual(['instance']);
    await all.world.close();
  });

  it('is taken back where the manifest takes the change back before the new one is healthy', async () => {
    const all = await openServing();
    all.world.account.elbv2.useProbe(({ id, port }) => (!id.startsWith('i-') && all.world.cluster.probe(id, port) ? 'healthy' : 'unhealthy'));
    const gaps = await watch(all, async () => {
      await all.world.apply({ annotations: { 'nlb-target-type': 'instance' } });
      await all.world.runner.settle(3 * 60_000);
      await all.world.apply({ annotations: { 'nlb-target-type': 'ip' } });
      await all.world.runner.settle(10 * 60_000);
    });
    expect(gaps).toEqual([]);
    expect((await targetGroups(all)).map(({ type }) => type)).toEqual(['ip']);
    await all.world.close();
  });
});

describe('a load balancer that AWS cannot change', () => {
  const INTERNET = { annotations: { scheme: 'internet-facing' } };
  const plannedHash = (pass: Awaited<ReturnType<ServiceWorld['apply']>>) => planHash(pass.plans.at(-1)?.plan ?? { modelId: '', changes: [], kept: {} });

  it('is never replaced by surprise: the Event says what would happen, and how to approve that very plan', async () => {
    const all = await openServing();
    const { world } = all;
    const hostname = await world.hostname();
    const gaps = await watch(all, async () => {
      const pass = await world.apply(INTERNET);
      expect(pass.plans.map(({ outcome }) => outcome)).toEqual(['blocked']);
      expect(world.writes()).toEqual([]);
      const [event] = (await world.events()).filter((text) => text.startsWith('PlanNeedsApproval'));
      expect(event).toMatch(/replace load balancer k8s-default-web-\w+ by k8s-default-web-\w+: scheme internal → internet-facing \(the old one goes when the new one is healthy\)/);
      expect(event).toContain(`stepbalancer.io/approve-plan: ${plannedHash(pass)}`);
      await world.runner.settle(30 * 60_000);
    });
    expect(gaps).toEqual([]);
    expect(await world.hostname()).toBe(hostname);
    await world.close();
  });

  it('is replaced when that plan is approved, the new one first, and its hostname is told when it serves', async () => {
    const all = await openServing();
    const { world, elbv2 } = all;
    const before = await world.hostname();
    const gaps = await watch(all, async () => {
      const blocked = await world.apply(INTERNET);
      await world.apply({ ownAnnotations: { 'stepbalancer.io/approve-plan': plannedHash(blocked) } });
      await world.runner.settle(10 * 60_000);
    });
    expect(gaps).toEqual([]);
    const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({});
    expect(LoadBalancers.map(({ Scheme, DNSName }) => ({ Scheme, DNSName: DNSName?.toLowerCase() }))).toEqual([{ Scheme: 'internet-facing', DNSName: await world.hostname() }]);
    expect(await world.hostname()).not.toBe(before);
    await world.runner.settle(20 * 60_000);
    expect((await world.again()).plans.every(({ outcome }) => outcome === 'noop')).toBe(true);
    await world.remove();
    await world.runner.settle(10 * 60_000);
    expect((await elbv2.describeLoadBalancers({})).LoadBalancers).toEqual([]);
    expect((await elbv2.describeTargetGroups({})).TargetGroups).toEqual([]);
    await world.close();
  });

  it('needs another approval when the manifest changes after the first', async () => {
    const all = await openServing();
    const { world } = all;
    const first = plannedHash(await world.apply(INTERNET));
    const pass = await world.apply({ annotations: { attributes: 'load_balancing.cross_zone.enabled=true' }, ownAnnotations: { 'stepbalancer.io/approve-plan': first } });
    expect(pass.plans.map(({ outcome }) => outcome)).toEqual(['blocked']);
    expect(plannedHash(pass)).not.toBe(first);
    expect(world.writes()).toEqual([]);
    await world.close();
  });

  it('goes first where both cannot be there together, and the plan says so', async () => {
    const named = { annotations: { name: 'shop' } };
    const all = await openServing(named);
    const { world, elbv2 } = all;
    const blocked = await world.apply(INTERNET);
    const [event] = (await world.events()).filter((text) => text.startsWith('PlanNeedsApproval'));
    expect(event).toMatch(/the old one goes first, because both cannot be there together: traffic is interrupted/);
    const approved = await world.apply({ ownAnnotations: { 'stepbalancer.io/approve-plan': plannedHash(blocked) } });
    expect(approved.failure).toBeUndefined();
    await world.runner.settle(10 * 60_000);
    const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({});
    expect(LoadBalancers.map(({ LoadBalancerName, Scheme }) => `${LoadBalancerName} ${Scheme}`)).toEqual(['shop internet-facing']);
    expect(answers(await serving(all))).toBe(true);
    expect(await world.hostname()).toBe(LoadBalancers[0]?.DNSName?.toLowerCase());
    await world.close();
  });
});
