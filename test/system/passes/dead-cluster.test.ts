import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler as resync } from '../../../functions/resync';
import { forgetCluster, type ForgetWish } from '../../../infra/cli/cluster-forget';
import { CLUSTER } from '../../../infra/local/small-world';
import { TransientError } from '../../../shared/contract/errors';
import { openOneService, type OneService } from './one-service';

const NOTHING = { loadBalancers: 0, targetGroups: 0, securityGroups: 0 };
let world: OneService;
beforeEach(async () => {
  world = await openOneService();
});
afterEach(() => world.close());

/** Nothing answers at the API server's address any more; the answer lets it answer again. */
const die = () => {
  const alive = { ...world.client };
  const silence = () => Promise.reject(new TransientError('no answer from the API server'));
  Object.assign(world.client, Object.fromEntries(Object.keys(alive).map((name) => [name, silence])));
  return () => void Object.assign(world.client, alive);
};
const cluster = () => world.store.clusters.get(CLUSTER);
const say = (wish: Partial<ForgetWish>) => {
  const deps = { store: world.store, clusterClient: () => world.client, eksStatus: () => Promise.resolve('gone'), now: world.clock.now };
  return forgetCluster(deps, { id: CLUSTER, after: '24h', yes: false, cancel: false, ...wish });
};
/** Lets hours pass, with a resync after each of them. */
const hours = async (count: number) => {
  for (let hour = 0; hour < count; hour += 1) {
    await world.runner.settle(3_600_000).catch(() => undefined);
    await resync({}).catch(() => undefined);
    await world.wait(1);
  }
};

describe('a cluster that is gone', () => {
  it('keeps all that it has in AWS, however long it is silent', async () => {
    const before = world.left();
    die();
    await hours(12);
    expect(world.left()).toEqual(before);
  });

  it('is shown with all that would be deleted, and nothing is written without the word', async () => {
    die();
    const shown = await say({});
    expect(shown).toMatch(/svc#world#default\/web\n {2}listener .*\n {2}load-balancer k8s-default-web-/);
    expect(shown).toContain('Left in AWS: 1 load balancers, 1 target groups, 1 security groups of 1 Services');
    expect(shown).toContain('stepbalancer cluster forget world --after 24h --yes');
    expect(await cluster()).not.toHaveProperty('forgetAt');
  });

  it('loses what it left when the grace time is over, the rules on groups and the shared group included; then it is released', async () => {
    die();
    await say({ yes: true, after: '3h' });
    const before = world.left();
    await hours(2);
    expect(world.left()).toEqual(before);
    await hours(3);
    expect([world.left(), await world.ledger(), (await world.state()).phase]).toEqual([NOTHING, [], 'Deleted']);
    expect(await cluster()).toMatchObject({ mode: 'released' });
    expect(await cluster()).not.toHaveProperty('forgetAt');
  });

  it('is kept when the word is taken back in time', async () => {
    die();
    await say({ yes: true, after: '2h' });
    expect(await say({ cancel: true })).toContain('nothing of it was deleted');
    await hours(4);
    expect(world.left().loadBalancers).toBe(1);
  });
});

describe('a cluster that lives', () => {
  it('is not forgotten', async () => {
    await expect(say({ yes: true })).rejects.toThrow('lives: its API server answers');
    world.cluster.faults.add({ fault: { kind: 'forbidden' } });
    await expect(say({ yes: true })).rejects.toThrow('lives: its API server answers');
  });

  it('is kept when it answers again, or sends a heartbeat, before the grace time is over', async () => {
    const revive = die();
    await say({ yes: true, after: '2h' });
    revive();
    await hours(4);
    expect(await cluster()).toMatchObject({ mode: 'own' });
    die();
    await say({ yes: true, after: '2h' });
    await world.wait(5);
    await world.store.clusters.update(CLUSTER, { lastHeartbeatAt: world.clock.now() });
    await hours(4);
    expect(world.left().loadBalancers).toBe(1);
    expect(await cluster()).not.toHaveProperty('forgetAt');
  });

  it('stops the deletions that have begun, by its first heartbeat', async () => {
    die();
    await say({ yes: true, after: '1h' });
    await world.store.clusters.update(CLUSTER, { mode: 'forgotten', lastHeartbeatAt: world.clock.now() + 1 });
    expect((await world.run()).states).toEqual(['AcquireLease']);
    await hours(2);
    expect([world.left().loadBalancers, (await cluster())?.mode]).toEqual([1, 'observe']);
  });
});
