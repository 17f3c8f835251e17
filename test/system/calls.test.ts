import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallRecord } from '../../infra/local/aws/call-log';
import { isLoadBalancing, startWorld, type World } from './local';
import { aDeployment, annotationsOf, aService } from './manifests';

/** Calls to ELBv2 and EC2, against the budgets that LBC 3.5 was measured by. What is asked again while something is awaited is counted apart. */
const SERVICE = { name: 'web' };
let world: World;
let isWaiting = false;
const polls = new Set<number>();
beforeAll(async () => {
  world = await startWorld({ factor: 0.03 });
  world.system.states.onState((event) => {
    if (event.type === 'entered') isWaiting = event.state === 'WaitForHealthy';
  });
  world.system.account.aws.log.subscribe(({ number, kind }) => void (isWaiting && kind === 'read' && polls.add(number)));
  await world.apply([aDeployment('web', { replicas: 3 })]);
});
afterAll(() => world.stop());

/** What was called since the mark, but for polls: reads in WaitForHealthy, and the same look for lingering interfaces again. */
function spent(mark: number) {
  const calls = world.calls(mark).filter((call) => isLoadBalancing(call) && !polls.has(call.number));
  const names = (kind: CallRecord['kind']) => calls.filter((call) => call.kind === kind).map(({ action }) => action);
  const once = (actions: readonly string[]) => actions.filter((action, index) => action !== 'DescribeNetworkInterfaces' || actions.indexOf(action) === index);
  return { reads: once(names('read')), writes: names('write'), failed: calls.filter(({ kind, result }) => kind === 'write' && result !== 'ok').map(({ action, result }) => `${action} ${result}`) };
}

describe('calls to ELBv2 and EC2', () => {
  it('creates with at most 8 writes and 10 reads', async () => {
    const mark = world.mark();
    await world.apply([aService('web')]);
    await world.settled(SERVICE, 'Healthy');
    const { reads, writes, failed } = spent(mark);
    expect(writes.slice(8)).toEqual([]);
    expect(reads.slice(10)).toEqual([]);
    expect(failed).toEqual([]);
  });

  it('answers an event that changes nothing without a call', async () => {
    const mark = world.mark();
    const { gen = 0 } = (await world.state(SERVICE)) ?? {};
    await world.annotate(SERVICE, { 'example.com/note': 'nothing to us' });
    await world.until('the event was answered', async () => {
      const state = await world.state(SERVICE);
      return state !== undefined && state.doneGen > gen && state.doneGen === state.gen;
    });
    await world.settled(SERVICE, 'Healthy');
    expect(spent(mark)).toEqual({ reads: [], writes: [], failed: [] });
  });

  it('scales on known nodes with 1 write and at most 1 read', async () => {
    const mark = world.mark();
    await world.scale(SERVICE, 4);
    await world.until('4 targets are healthy', async () => (await world.targets(SERVICE)).filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length === 4);
    const { reads, writes } = spent(mark);
    expect(writes).toEqual(['RegisterTargets']);
    expect(reads.slice(1)).toEqual([]);
  });

  it('changes one attribute with one write, and compares everything with at most 8 reads', async () => {
    const mark = world.mark();
    const { driftCheckedAt = 0 } = (await world.state(SERVICE)) ?? {};
    await world.annotate(SERVICE, annotationsOf({ attributes: 'load_balancing.cross_zone.enabled=true' }));
    await world.until('AWS was compared', async () => ((await world.state(SERVICE))?.driftCheckedAt ?? 0) > driftCheckedAt);
    await world.settled(SERVICE, 'Healthy');
    const { reads, writes } = spent(mark);
    expect(writes).toEqual(['ModifyLoadBalancerAttributes']);
    expect(reads.slice(8)).toEqual([]);
  });

  it('deletes with at most 5 writes, none of which fails, and 5 reads', async () => {
    const mark = world.mark();
    await world.remove(SERVICE);
    await world.settled(SERVICE, 'Deleted');
    await world.until('the shared group is gone', async () => ((await world.ec2.describeSecurityGroups({ Filters: [{ Name: 'tag-key', Values: ['elbv2.k8s.aws/cluster'] }] })).SecurityGroups ?? []).length === 0);
    const { reads, writes, failed } = spent(mark);
    expect(failed).toEqual([]);
    expect(writes.slice(5)).toEqual([]);
    expect(reads.slice(5)).toEqual([]);
  });
});
