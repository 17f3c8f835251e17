import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { openOneService, type OneService } from './one-service';

const NOTHING = { loadBalancers: 0, targetGroups: 0, securityGroups: 0 };
let world: OneService;
beforeEach(async () => {
  world = await openOneService();
});
afterEach(() => world.close());

describe('a deletion that AWS refuses', () => {
  const refuse = (action: string, code: string, status = 400) => world.account.aws.faults.add({ kind: 'error', action, code, status, times: 0 });

  it.each([
    ['DeleteSecurityGroup', 'DependencyViolation'],
    ['DeleteTargetGroup', 'ResourceInUse'],
    ['DeleteLoadBalancer', 'ResourceInUse'],
  ])('by %s holds the Service until the deadline; then the ledger keeps what is left, and later passes delete it', async (action, code) => {
    const mend = refuse(action, code);
    await world.remove();
    expect(await world.exists()).toBe(false);
    expect((await world.events()).join()).toContain('DeletionContinuesWithoutObject: AWS still refuses');
    expect((await world.ledger()).length).toBeGreaterThan(0);
    expect((await world.state()).phase).toBe('Deleting');
    await world.wait(30);
    expect((await world.ledger()).length).toBeGreaterThan(0);
    mend();
    await world.wait(60);
    expect([world.left(), await world.ledger(), (await world.state()).phase]).toEqual([NOTHING, [], 'Deleted']);
  });

  it('for want of a permission fails the execution for all to see, and lets the Service go after the deadline all the same', async () => {
    const mend = refuse('DeleteLoadBalancer', 'AccessDenied', 403);
    expect((await world.remove()).failure?.error).toBe('Denied');
    expect(await world.exists()).toBe(true);
    await world.wait(15);
    expect(await world.exists()).toBe(false);
    mend();
    await world.wait(60);
    expect([world.left(), (await world.state()).phase]).toEqual([NOTHING, 'Deleted']);
  });

  it.each([['DeleteSecurityGroup', 'DependencyViolation'], ['DeleteTargetGroup', 'ResourceInUse'], ['DeleteLoadBalancer', 'ResourceInUse']])('by %s, of a Service that is made again meanwhile, neither collides with the new one nor takes it away', async (action, code) => {
    const mend = refuse(action, code);
    await world.remove();
    expect((await world.create()).failure).toBeUndefined();
    await world.wait(5);
    mend();
    await world.wait(90);
    expect([world.left().loadBalancers, world.left().targetGroups]).toEqual([1, 1]);
    expect(await world.state()).toMatchObject({ phase: expect.stringMatching(/Healthy|Degraded/) as string, hostname: expect.stringContaining('.elb.') as string });
    expect(await world.state()).not.toHaveProperty('deletingSince');
    await world.remove();
    await world.wait(10);
    expect([world.left(), await world.ledger(), await world.exists()]).toEqual([NOTHING, [], false]);
  });
});

describe('deletion protection that somebody switched on in AWS', () => {
  const protect = async (value: 'true' | 'false') => {
    const [arn] = [...world.account.elbv2.state.loadBalancers.values()].map((balancer) => balancer.arn);
    const call = { account: world.place.account, region: world.place.region, caller: 'person', userAgent: 'person', now: world.clock.now() };
    await world.account.elbv2.operations['ModifyLoadBalancerAttributes']?.({ LoadBalancerArn: arn, Attributes: [{ Key: 'deletion_protection.enabled', Value: value }] } as never, call);
  };

  it('blocks the deletion, says how to go on, and leaves everything as it serves; off again, the deletion goes on by itself', async () => {
    await protect('true');
    await world.remove();
    expect(await world.state()).toMatchObject({ phase: 'Blocked' });
    expect((await world.events()).join()).toMatch(/DeletionProtectedInAws: .*deletion protection that the object does not state.*modify-load-balancer-attributes/s);
    expect([world.left().loadBalancers, world.left().targetGroups]).toEqual([1, 1]);
    expect(await world.client.list(RESOURCES.targetGroupBindings)).toHaveLength(1);
    await world.wait(40);
    expect([await world.exists(), (await world.state()).phase]).toEqual([true, 'Blocked']);
    await protect('false');
    await world.wait(20);
    expect([world.left(), await world.exists(), (await world.state()).phase]).toEqual([NOTHING, false, 'Deleted']);
  });
});

describe('what nobody wants any more', () => {
  it('goes although the Service went without its deletion being finished', async () => {
    await world.client.patch(RESOURCES.services, { namespace: 'default', name: 'web' }, { type: 'merge', body: { metadata: { finalizers: [] } } });
    await world.client.delete(RESOURCES.services, { namespace: 'default', name: 'web' });
    await world.wait(90);
    expect([world.left(), await world.ledger(), (await world.state()).phase]).toEqual([NOTHING, [], 'Deleted']);
  });

  it('goes although AWS did not show it yet when its deletion was planned', async () => {
    await world.remove();
    expect(world.left()).toEqual(NOTHING);
    await world.create();
    // Asked for the tags of both, and then one by one, AWS knows the load balancer only.
    for (const nth of [1, 3]) world.account.aws.faults.add({ kind: 'error', action: 'DescribeTags', code: 'TargetGroupNotFound', nth });
    await world.remove();
    expect(world.account.aws.faults.list().map(({ struck }) => struck)).toEqual([1, 1]);
    await world.wait(30);
    expect([world.left(), await world.ledger(), (await world.state()).phase]).toEqual([NOTHING, [], 'Deleted']);
  });
});
