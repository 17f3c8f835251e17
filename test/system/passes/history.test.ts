import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showHistory } from '../../../infra/cli/show-history';
import { showPlan } from '../../../infra/cli/show-plan';
import { CLUSTER } from '../../../infra/local/small-world';
import { KEY, openOneService, type OneService } from './one-service';

let world: OneService;
beforeEach(async () => {
  world = await openOneService();
});
afterEach(() => world.close());

const runs = () => world.store.runs.list(KEY, 100);
const history = (wish: { limit?: number; json?: boolean } = {}) => showHistory(world, { key: KEY, limit: 20, json: false, ...wish });
const operation = async (name: string, input: (arn: string) => object) => {
  const [arn = ''] = [...world.account.elbv2.state.loadBalancers.values()].map((balancer) => balancer.arn);
  const call = { account: world.place.account, region: world.place.region, caller: 'person', userAgent: 'person', now: world.clock.now() };
  await world.account.elbv2.operations[name]?.(input(arn) as never, call);
};
const attribute = (key: string, value: string) => operation('ModifyLoadBalancerAttributes', (LoadBalancerArn) => ({ LoadBalancerArn, Attributes: [{ Key: key, Value: value }] }));
const CROSS_ZONE = 'service.beta.kubernetes.io/aws-load-balancer-attributes';

describe('the history of a key', () => {
  it('tells of the creation: what was done, with how many calls, and how it ended', async () => {
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ outcome: 'degraded', pass: 1, gen: 1, problems: [], drift: [] });
    expect(run?.changes).toContainEqual(expect.stringMatching(/^create load balancer k8s-default-web-/));
    const counted = world.calls().filter(({ service, kind }) => ['elasticloadbalancing', 'ec2'].includes(service) && kind === 'write').map(({ action }) => action);
    expect(run?.calls.writes).toEqual(Object.fromEntries([...new Set(counted)].toSorted((a, b) => (a < b ? -1 : 1)).map((action) => [action, counted.filter((other) => other === action).length])));
    expect(run?.calls.reads).toBeGreaterThan(3);
  });

  it('says nothing of passes that found nothing to do', async () => {
    const before = await runs();
    await world.run();
    await world.wait(130);
    expect(await runs()).toEqual(before);
  });

  it('tells of drift: what the manifest says, what was observed, what was done', async () => {
    await world.annotate({ [CROSS_ZONE]: 'load_balancing.cross_zone.enabled=true' });
    await world.run();
    expect((await runs())[0]).toMatchObject({ drift: [], changes: [expect.stringContaining('load_balancing.cross_zone.enabled=true')] });
    await attribute('load_balancing.cross_zone.enabled', 'false');
    await world.wait(75);
    const [run] = await runs();
    expect(run?.drift).toEqual([{ resource: expect.stringMatching(/^load-balancer k8s-default-web/) as string, manifest: 'load_balancing.cross_zone.enabled=true', observed: 'load_balancing.cross_zone.enabled=false', done: 'put back' }]);
    expect(run?.cause).toBe('sweep: time for another look');
    expect(await history()).toContain('drift: load-balancer k8s-default-web');
  });

  it('tells of a pass that was blocked once, however often it is tried', async () => {
    await world.annotate({ 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing' });
    await world.run();
    await world.wait(60);
    const blocked = (await runs()).filter(({ outcome }) => outcome === 'blocked');
    expect(blocked).toMatchObject([{ problems: [{ code: 'PlanNeedsApproval' }], changes: expect.arrayContaining([expect.stringContaining('replace load balancer')]) as string[] }]);
    expect(await showPlan(world, { key: KEY, json: false })).toMatch(/blocked, hash [0-9a-f]{16}\n.*replace load balancer/s);
  });

  it('tells of a pass that was broken off because something changed, and of the one that went on', async () => {
    const change = (value: string) => world.annotate({ [CROSS_ZONE]: `load_balancing.cross_zone.enabled=${value}` });
    const { recordEvent } = world.client;
    const changeOnce: typeof recordEvent = async (event) => {
      Object.assign(world.client, { recordEvent });
      await change('false');
      await world.store.leases.markDirty(KEY, undefined, 'event: services default/web');
      return recordEvent(event);
    };
    Object.assign(world.client, { recordEvent: changeOnce });
    await change('true');
    await world.run();
    const [after, before] = await runs();
    expect([before?.outcome, before?.changes[0], before?.calls.writes]).toEqual(['broken off', expect.stringContaining('enabled=true'), { ModifyLoadBalancerAttributes: 1 }]);
    expect([after?.outcome, after?.changes[0], after?.cause, after?.pass]).toEqual(['degraded', expect.stringContaining('enabled=false'), 'event: services default/web', 2]);
  });

  it('tells of the deletion', async () => {
    await world.remove();
    await world.wait(5);
    expect((await runs())[0]).toMatchObject({ outcome: 'deleted', calls: { writes: { DeleteLoadBalancer: 1, DeleteTargetGroup: 1, DeleteSecurityGroup: 1 } } });
    expect(await history({ limit: 1 })).toMatch(/^svc#world#default\/web: Deleted, at rest\n\n.*deleted .*\n {2}delete load balancer/);
    expect((await history({ json: true })).split('\n')).toHaveLength(2);
  });

  it('is kept for 16 days', async () => {
    world.clock.advance(16 * 24 * 3_600_000 - 3_600_000);
    expect(await runs()).toHaveLength(1);
    world.clock.advance(3_600_000);
    expect(await runs()).toEqual([]);
  });

  it('refuses what is no key, and a key that nobody knows', async () => {
    await expect(showHistory(world, { key: 'svc#x', limit: 1, json: false })).rejects.toThrow('expected a key like');
    await expect(showHistory(world, { key: `svc#${CLUSTER}#default/none`, limit: 1, json: false })).rejects.toThrow('nothing is known');
  });
});

describe('a cluster that is only observed', () => {
  it('has its plans in the history once, and as the plan of the key', async () => {
    await world.remove();
    await world.wait(5);
    await world.store.clusters.update(CLUSTER, { mode: 'observe' });
    await world.create();
    await world.wait(40);
    const planned = (await runs()).filter(({ outcome }) => outcome === 'planned');
    expect(planned).toHaveLength(1);
    expect(await showPlan(world, { key: KEY, json: false })).toMatch(/create load balancer k8s-default-web-/);
    expect(JSON.parse(await showPlan(world, { key: KEY, json: true }))).toMatchObject({ key: KEY, outcome: 'blocked', plan: { modelId: 'default/web' } });
    expect(world.left().loadBalancers).toBe(0);
  });
});
