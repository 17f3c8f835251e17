import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../shared/contract/errors';
import type { ClusterItem, ContributedRule } from '../../../shared/contract/items';
import { syncKey } from '../../../shared/targets/sync-key';
import { wakeTargets } from '../../../shared/targets/wake-targets';
import { NODE_GROUP, openLane, rules } from './lane-world';

const KEY = `sg#${NODE_GROUP}`;
const ONE_MINUTE = 60_000;
const LABEL = 'elbv2.k8s.aws/targetGroupBinding=shared';
const tcp = (fromPort: number, toPort = fromPort): ContributedRule => ({ protocol: 'tcp', fromPort, toPort, source: { groupId: 'sg-0aa11bb22cc330002' } });

async function world() {
  const { session, calls } = await openLane([]);
  const { contributions, clusters } = session.deps.store;
  await clusters.update('vector', { lastResyncAt: 1 });
  return {
    session,
    calls,
    cluster: (await clusters.get('vector')) as ClusterItem,
    contribute: (binding: string, list: ContributedRule[], cluster = 'vector') => contributions.put(KEY, { v: 1, cluster, binding, rules: list, separate: false, at: 0 }),
    sync: async () => {
      await wakeTargets(session.deps, KEY);
      await syncKey({ key: KEY, owner: 'test' }, session.deps);
    },
    foreign: (port: number, description = LABEL) => session.account.rules.get(NODE_GROUP)?.push({ id: `sgr-foreign${port}`, protocol: 'tcp', fromPort: port, toPort: port, kind: 'group', source: 'sg-0aa11bb22cc330002', description }),
    fail: (code: string, times = 0) => session.account.facts.awsErrors.push({ operation: 'AuthorizeSecurityGroupIngress', code, message: 'simulated', times, skip: 0 }),
  };
}

describe('the rules of a node or pod group', () => {
  it('are the sum over all bindings, with one read and one write', async () => {
    const { session, calls, contribute, sync } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await contribute('shop/api', [tcp(9376), { ...tcp(53), protocol: 'udp' }]);
    await sync();
    expect(rules(session)).toEqual(['tcp 8080-9376 sg-0aa11bb22cc330002', 'udp 53-53 sg-0aa11bb22cc330002']);
    expect(calls.names).toEqual(['describeSecurityGroupRules', 'authorizeIngress']);
  });

  it('are read back before a rule is revoked whose successor they hold', async () => {
    const { session, calls, contribute, sync } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    calls.names.length = 0;
    await contribute('shop/api', [tcp(9376)]);
    await sync();
    expect(rules(session)).toEqual(['tcp 8080-9376 sg-0aa11bb22cc330002']);
    expect(calls.names).toEqual(['describeSecurityGroupRules', 'authorizeIngress', 'describeSecurityGroupRules', 'revokeIngress']);
  });

  it('are not asked for when nothing changed', async () => {
    const { calls, contribute, sync } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    calls.names.length = 0;
    await sync();
    expect(calls.names).toEqual([]);
  });

  it('stay while a cluster has not finished its first resync', async () => {
    const { session, cluster, contribute, sync } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    const { lastResyncAt: _, ...fresh } = cluster;
    await session.deps.store.clusters.put({ ...fresh, id: 'second' });
    await contribute('shop/web', [tcp(8081)]);
    await sync();
    expect(rules(session)).toEqual(['tcp 8080-8080 sg-0aa11bb22cc330002', 'tcp 8081-8081 sg-0aa11bb22cc330002']);
    // Nobody tells of a resync that is done: however often it was looked at meanwhile, the next look is soon.
    session.pass(2 * ONE_MINUTE);
    await sync();
    session.pass(2 * ONE_MINUTE);
    await sync();
    expect(((await session.deps.store.leases.read(KEY))?.nextAttemptAt ?? Number.POSITIVE_INFINITY) - session.deps.now()).toBeLessThan(10 * ONE_MINUTE);
    await session.deps.store.clusters.update('second', { lastResyncAt: 2 });
    await sync();
    expect(rules(session)).toEqual(['tcp 8081-8081 sg-0aa11bb22cc330002']);
  });

  it('that another controller made go after the first resync, although nothing wakes the group then', async () => {
    const { session, cluster, foreign, sync } = await world();
    foreign(9376);
    const { lastResyncAt: _, ...fresh } = cluster;
    await session.deps.store.clusters.put(fresh);
    await sync();
    expect(rules(session)).toEqual(['tcp 9376-9376 sg-0aa11bb22cc330002']);
    const { nextAttemptAt = Number.POSITIVE_INFINITY } = (await session.deps.store.leases.read(KEY)) ?? {};
    expect(nextAttemptAt - session.deps.now()).toBeLessThanOrEqual(ONE_MINUTE);
    await session.deps.store.clusters.update('vector', { lastResyncAt: 1 });
    await sync();
    expect(rules(session)).toEqual([]);
  });

  it('are looked at again where the answer was older than what was written', async () => {
    const { session, contribute, sync } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    const { ec2 } = session.deps;
    Object.assign(session.deps, { ec2: { ...ec2, describeSecurityGroupRules: () => Promise.resolve([]) } });
    await contribute('shop/web', [tcp(8081)]);
    await sync();
    expect(rules(session)).toEqual(['tcp 8080-8080 sg-0aa11bb22cc330002', 'tcp 8081-8081 sg-0aa11bb22cc330002']);
    expect(((await session.deps.store.leases.read(KEY))?.nextAttemptAt ?? Number.POSITIVE_INFINITY) - session.deps.now()).toBe(ONE_MINUTE);
    Object.assign(session.deps, { ec2 });
    session.pass(ONE_MINUTE);
    await sync();
    expect(rules(session)).toEqual(['tcp 8081-8081 sg-0aa11bb22cc330002']);
  });

  it('that somebody revoked long ago are not waited for', async () => {
    const { session, contribute, sync } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    session.account.rules.set(NODE_GROUP, []);
    session.pass(30 * ONE_MINUTE);
    await sync();
    expect(rules(session)).toEqual(['tcp 8080-8080 sg-0aa11bb22cc330002']);
    expect(((await session.deps.store.leases.read(KEY))?.nextAttemptAt ?? 0) - session.deps.now()).toBeGreaterThan(50 * ONE_MINUTE);
  });

  it('of a controller that still runs are left to it', async () => {
    const { session, cluster, contribute, sync, foreign } = await world();
    foreign(7000);
    await session.deps.store.clusters.put({ ...cluster, id: 'lbc', name: 'lbc', mode: 'observe' });
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    expect(rules(session)).toContain('tcp 7000-7000 sg-0aa11bb22cc330002');
    await session.deps.store.clusters.update('lbc', { mode: 'own' });
    await sync();
    expect(rules(session)).toEqual(['tcp 8080-8080 sg-0aa11bb22cc330002']);
  });

  it('without our label are never touched, and satisfy the wish', async () => {
    const { session, calls, contribute, sync, foreign } = await world();
    foreign(8080, 'by hand');
    foreign(22, 'by hand');
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    expect(rules(session)).toHaveLength(2);
    expect(calls.names).toEqual(['describeSecurityGroupRules']);
  });

  it('that do not fit into the quota are a clear error, and nothing is changed', async () => {
    const { session, contribute, sync, fail } = await world();
    fail('RulesPerSecurityGroupLimitExceeded');
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    expect(rules(session)).toEqual([]);
    expect(session.errors).toMatchObject([{ name: 'Quota', message: expect.stringMatching(/raise the quota.*ip targets.*Ingress/is) }]);
    expect(await session.deps.store.leases.read(KEY)).toMatchObject({ phase: 'Blocked' });
  });

  it('make room by rules that nobody needs, but never by one whose ports are wanted', async () => {
    const { session, contribute, sync, fail, foreign } = await world();
    foreign(8080);
    foreign(7000);
    fail('RulesPerSecurityGroupLimitExceeded', 1);
    await contribute('shop/web', [tcp(8080, 9000)]);
    await sync();
    expect(session.account.calls.filter(({ error }) => error === undefined).map(({ operation, input }) => [operation, (input['IpPermissions'] as unknown as { FromPort: number }[]).map(({ FromPort }) => FromPort)])).toEqual([
      ['RevokeSecurityGroupIngress', [7000]],
      ['AuthorizeSecurityGroupIngress', [8080]],
      ['RevokeSecurityGroupIngress', [8080]],
    ]);
    expect(rules(session)).toEqual(['tcp 8080-9000 sg-0aa11bb22cc330002']);
  });

  it('of a binding that is gone no longer count', async () => {
    const { session, contribute, sync } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    await session.deps.store.contributions.remove(KEY, 'vector', 'shop/web');
    await sync();
    expect(rules(session)).toEqual([]);
    expect(await session.deps.store.leases.read(KEY)).toMatchObject({ phase: 'Deleted' });
  });

  it('of a binding that was deleted and made again count while its first pass is under way', async () => {
    const { session, contribute, sync } = await world();
    const key = 'tg#vector#shop/web';
    await wakeTargets(session.deps, key);
    const deleted = await session.deps.takeOver(key, 'first');
    if (!deleted) throw new Error('the key was not taken');
    await session.deps.store.leases.release(deleted.holder, { phase: 'Deleted' });
    await wakeTargets(session.deps, key);
    await session.deps.takeOver(key, 'second');
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    expect(rules(session)).toEqual(['tcp 8080-8080 sg-0aa11bb22cc330002']);
    expect(await session.deps.store.contributions.list(KEY)).toHaveLength(1);
  });

  it('of a binding that wrote anew since it was seen gone stay', async () => {
    const { session, contribute } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await session.deps.store.contributions.remove(KEY, 'vector', 'shop/web', 77);
    expect(await session.deps.store.contributions.list(KEY)).toHaveLength(1);
  });

  it('are put back when the wish returns to what it was before a pass broke off', async () => {
    const { session, calls, contribute, sync } = await world();
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    await session.deps.store.contributions.remove(KEY, 'vector', 'shop/web');
    calls.at = ({ name, when }) => {
      if (name === 'revokeIngress' && when === 'after') throw new TransientError('the function was killed');
    };
    await expect(sync()).rejects.toThrow('killed');
    calls.at = () => undefined;
    expect(rules(session)).toEqual([]);
    await contribute('shop/web', [tcp(8080)]);
    await sync();
    expect(rules(session)).toEqual(['tcp 8080-8080 sg-0aa11bb22cc330002']);
  });
});
