import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CLUSTER, openSmallWorld, type SmallWorld } from '../../../infra/local/small-world';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { aService } from '../manifests';

const environment = parse(readFileSync(join(import.meta.dirname, '../../vectors/environments/svc-three-zones.yaml'), 'utf8')) as object;
const NAMES = ['one', 'two', 'three', 'four', 'five'];
const MINUTE_MS = 60_000;
const keyOf = (name: string) => `svc#${CLUSTER}#default/${name}`;

describe('the limit of deletions of a cluster', () => {
  let world: SmallWorld;
  beforeEach(async () => {
    world = await openSmallWorld({ environment: { ...environment, settings: { stepbalancer: { maxDeletes: 3 } } }, objects: NAMES.map((name) => aService(name)) as never });
    for (const name of NAMES) await world.runner.run(keyOf(name));
    await world.runner.settle(10 * MINUTE_MS);
  });
  afterEach(() => world.close());

  const balancers = () => [...world.account.elbv2.state.loadBalancers.values()].length;
  const service = (name: string) => world.client.get(RESOURCES.services, { namespace: 'default', name });
  const phase = async (name: string) => (await world.store.leases.read(keyOf(name)))?.phase;
  const phases = () => Promise.all(NAMES.map(phase));
  const remove = async (name: string) => {
    await world.client.delete(RESOURCES.services, { namespace: 'default', name });
    return world.runner.run(keyOf(name));
  };
  const warning = async (name: string) => (await world.client.list(RESOURCES.events, { namespace: 'default' })).filter((event) => (event['involvedObject'] as { name?: string }).name === name && event['reason'] === 'PlanTooManyDeletions').map(({ message }) => String(message));

  it('lets as many go as it says; the others wait, say why, and go when there is room', async () => {
    for (const name of NAMES) await remove(name);
    expect(await phases()).toEqual(['Deleted', 'Deleted', 'Deleted', 'Blocked', 'Blocked']);
    expect(balancers()).toBe(2);
    expect((await warning('four'))[0]).toContain('Expected at most 3 deletions');
    expect((await service('four'))?.metadata.finalizers).toHaveLength(1);
    await world.runner.settle(11 * MINUTE_MS);
    expect(await phases()).toEqual(NAMES.map(() => 'Deleted'));
    expect([balancers(), await service('five')]).toEqual([0, undefined]);
  });

  it('lets that very plan through which a person approves on the object, as long as its finalizer holds it', async () => {
    for (const name of NAMES) await remove(name);
    const hash = /approve-plan: ([0-9a-f]+)/.exec((await warning('five'))[0] ?? '')?.[1];
    for (const name of ['four', 'five']) await world.client.patch(RESOURCES.services, { namespace: 'default', name }, { type: 'merge', body: { metadata: { annotations: { 'stepbalancer.io/approve-plan': hash } } } });
    for (const name of ['four', 'five']) await world.runner.run(keyOf(name));
    expect(await phases()).toEqual(['Deleted', 'Deleted', 'Deleted', 'Blocked', 'Deleted']);
  });

  it('counts a deletion that is interrupted and goes on once', async () => {
    const refuse = world.account.aws.faults.add({ kind: 'error', service: 'elbv2', action: 'DeleteTargetGroup', code: 'AccessDenied', status: 403, times: 1 });
    const failed = await remove('one');
    expect(failed.failure?.error).toBe('Denied');
    refuse();
    for (const name of ['two', 'three']) await remove(name);
    await world.runner.settle(5 * MINUTE_MS);
    expect((await phases()).slice(0, 3)).toEqual(['Deleted', 'Deleted', 'Deleted']);
    await remove('four');
    expect(await phase('four')).toBe('Blocked');
  });
});
