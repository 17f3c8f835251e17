import { describe, expect, it } from 'vitest';
import type { ClusterItem } from '../../../shared/contract/items';
import { TransientError } from '../../../shared/contract/errors';
import type { ClusterClient } from '../../../shared/kubernetes/cluster-client';
import { FAULTY_BINDINGS } from '../../../shared/targets/revoke-rights';
import { runTargetKey } from '../../../shared/targets/run-target-key';
import { syncKey } from '../../../shared/targets/sync-key';
import { wakeTargets } from '../../../shared/targets/wake-targets';
import { BACKEND_GROUP, NODE_GROUP, TARGET_GROUP, aBinding, aPod, aSlice, openLane, registered, rules, startingPod } from './lane-world';

const ONE_MINUTE = 60_000;
const KEY = 'tg#vector#shop/web';

describe('a pass over a binding', () => {
  it('registers the endpoints and asks for their rule', async () => {
    const { session } = await openLane([aPod(21), aPod(21, 'node-b')]);
    await session.reconcile('shop', 'web');
    expect(registered(session)).toEqual(['10.20.1.21', '10.20.2.21']);
    expect(rules(session)).toEqual([`tcp 8080-8080 ${BACKEND_GROUP}`]);
    expect(session.errors).toEqual([]);
  });

  it('makes no call when an event changes nothing', async () => {
    const { session, calls } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    calls.names.length = 0;
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect(calls.names).toEqual([]);
  });

  it('that changes nothing is followed by another look within about an hour: nobody tells of changes in AWS', async () => {
    const { session } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    await session.reconcile('shop', 'web', ONE_MINUTE);
    const { nextAttemptAt = 0 } = (await session.deps.store.leases.read(KEY)) ?? {};
    expect(nextAttemptAt - session.deps.now()).toBeGreaterThan(50 * ONE_MINUTE);
  });

  it('is repeated soon where the answer was older than what was registered: a target that is to go was hidden', async () => {
    const { session, setPods } = await openLane([aPod(21)]);
    const { deps } = session;
    const before = await deps.elbv2.describeTargetHealth(TARGET_GROUP);
    await session.reconcile('shop', 'web');
    setPods([aPod(22)]);
    const { elbv2 } = deps;
    Object.assign(deps, { elbv2: { ...elbv2, describeTargetHealth: () => Promise.resolve(before) } });
    await session.reconcile('shop', 'web', 10_000);
    expect(registered(session)).toEqual(['10.20.1.21', '10.20.1.22']);
    expect(((await deps.store.leases.read(KEY))?.nextAttemptAt ?? Number.POSITIVE_INFINITY) - deps.now()).toBeLessThanOrEqual(ONE_MINUTE);
    Object.assign(deps, { elbv2 });
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect(registered(session)).toEqual(['10.20.1.22']);
  });

  it('that finds the port gone from the Service is not repeated every minute: an event tells when it is back', async () => {
    const { session } = await openLane([aPod(21)]);
    session.cluster.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterIP', selector: { app: 'web' }, ports: [{ port: 81, targetPort: 8080, protocol: 'TCP' }] } });
    await session.reconcile('shop', 'web');
    const { phase, nextAttemptAt = 0 } = (await session.deps.store.leases.read(KEY)) ?? {};
    expect([phase, nextAttemptAt - session.deps.now()]).toEqual(['Degraded', 15 * ONE_MINUTE]);
  });

  it('does not empty a target group because a port was renamed between its reads', async () => {
    const { session, calls } = await openLane([aPod(21)]);
    const { deps, cluster } = session;
    const slice = aSlice([aPod(21)]);
    const servicePort = (name: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterIP', selector: { app: 'web' }, ports: [{ name, port: 80, targetPort: 8080, protocol: 'TCP' }] } });
    const slicePort = (name: string) => ({ ...slice, ports: [{ name, port: 8080, protocol: 'TCP' }] });
    let isRenamed = false;
    const watched = (client: ClusterClient): ClusterClient => ({
      ...client,
      async list(resource, query) {
        if (resource.plural === 'endpointslices' && !isRenamed) {
          isRenamed = true;
          [servicePort('http'), slicePort('http')].forEach((object) => cluster.apply(object));
        }
        return client.list(resource, query);
      },
    });
    [servicePort('web'), slicePort('web')].forEach((object) => cluster.apply(object));
    await session.reconcile('shop', 'web');
    const { clusterClient } = deps;
    Object.assign(deps, { clusterClient: (of: ClusterItem) => watched(clusterClient(of)) });
    calls.names.length = 0;
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect([isRenamed, registered(session), calls.names.filter((name) => name === 'deregisterTargets')]).toEqual([true, ['10.20.1.21'], []]);
  });

  it('scales on known nodes with one read and one write', async () => {
    const { session, calls, setPods } = await openLane([aPod(21), aPod(21, 'node-b')]);
    await session.reconcile('shop', 'web');
    calls.names.length = 0;
    setPods([aPod(21), aPod(22), aPod(21, 'node-b')]);
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect(calls.names).toEqual(['describeTargetHealth', 'registerTargets']);
    calls.names.length = 0;
    setPods([aPod(21), aPod(21, 'node-b')]);
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect(calls.names).toEqual(['describeTargetHealth', 'deregisterTargets']);
  });

  it('takes targets away again when the wish returns to what it was before a pass broke off', async () => {
    const { session, calls, setPods } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    setPods([aPod(21), aPod(22)]);
    calls.at = ({ name, when }) => {
      if (name === 'registerTargets' && when === 'after') throw new TransientError('the function was killed');
    };
    await wakeTargets(session.deps, KEY);
    await expect(syncKey({ key: KEY, owner: 'killed' }, session.deps)).rejects.toThrow('killed');
    calls.at = () => undefined;
    expect(registered(session)).toEqual(['10.20.1.21', '10.20.1.22']);
    setPods([aPod(21)]);
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect(registered(session)).toEqual(['10.20.1.21']);
  });

  it('is not taken for faulty for ever because the pass that could not tell its rules broke off', async () => {
    const { session, calls } = await openLane([aPod(21)]);
    const { deps } = session;
    const faulty = () => deps.store.contributions.listUsers(FAULTY_BINDINGS);
    const { ec2 } = deps;
    Object.assign(deps, { ec2: { ...ec2, describeInstances: () => Promise.resolve([]), describeNetworkInterfaces: () => Promise.resolve([]) } });
    calls.at = ({ name }) => {
      if (name === 'registerTargets') throw new TransientError('the function was killed');
    };
    await wakeTargets(deps, KEY);
    await expect(syncKey({ key: KEY, owner: 'killed' }, deps)).rejects.toThrow('killed');
    expect(await faulty()).toEqual([KEY]);
    calls.at = () => undefined;
    Object.assign(deps, { ec2 });
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect(await faulty()).toEqual([]);
  });

  it('makes no call for a pod that is not ready yet', async () => {
    const { session, calls, setPods } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    calls.names.length = 0;
    setPods([aPod(21), startingPod(22)]);
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect([calls.names, (await session.deps.store.leases.read(KEY))?.phase]).toEqual([[], 'Healthy']);
  });

  it('looks again soon for a pod whose readiness gate holds it back, because no event will tell', async () => {
    const { session, calls, setPods } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    calls.names.length = 0;
    setPods([aPod(21), startingPod(22, { readinessGates: [{ conditionType: 'target-health.elbv2.k8s.aws/web' }] })]);
    await session.reconcile('shop', 'web', ONE_MINUTE);
    const state = await session.deps.store.leases.read(KEY);
    expect([calls.names, (state?.nextAttemptAt ?? 0) - session.deps.now()]).toEqual([[], 15_000]);
  });

  it('looks at AWS again when its last look is old, and repairs what it finds', async () => {
    const { session, calls } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    session.account.facts.targetGroups.forEach((group) => (group.targets = []));
    calls.names.length = 0;
    await session.reconcile('shop', 'web', 11 * ONE_MINUTE);
    expect(calls.names).toEqual(['describeTargetHealth', 'registerTargets']);
    expect(registered(session)).toEqual(['10.20.1.21']);
  });

  it('registers before it deregisters, so that the group is never empty', async () => {
    const { session, calls, setPods } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    const seen: number[] = [];
    calls.at = () => seen.push(registered(session).length);
    setPods([aPod(22)]);
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect(registered(session)).toEqual(['10.20.1.22']);
    expect(Math.min(...seen)).toBe(1);
  });

  it('takes rules away with its binding, and leaves nothing in memory', async () => {
    const { session } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    session.cluster.delete({ kind: 'TargetGroupBinding', namespace: 'shop', name: 'web' });
    await session.reconcile('shop', 'web');
    expect(rules(session)).toEqual([]);
    expect((await session.deps.store.leases.read(KEY))?.phase).toBe('Deleted');
    expect(await session.deps.store.references.find('vector', 'services#shop/web')).toEqual([]);
  });

  it('writes nothing in a cluster that is only observed', async () => {
    const { session } = await openLane([aPod(21)]);
    await session.deps.store.clusters.update('vector', { mode: 'observe' });
    await session.reconcile('shop', 'web');
    expect([session.account.calls, session.cluster.writes, session.cluster.events]).toEqual([[], [], []]);
  });

  it('refuses a writer that comes late', async () => {
    const { session, calls } = await openLane([aPod(21)]);
    let late: Promise<unknown> = Promise.resolve();
    calls.at = ({ name, when }) => {
      if (name !== 'describeTargetHealth' || when !== 'after') return;
      calls.at = () => undefined;
      late = wakeTargets(session.deps, KEY).then(() => session.deps.takeOver(KEY, 'another'));
    };
    await wakeTargets(session.deps, KEY);
    const run = runTargetKey({
      key: KEY,
      owner: 'first',
      deps: session.deps,
      work: async (pass) => {
        await session.deps.elbv2.describeTargetHealth('arn');
        await late;
        await pass.guard();
        return { patch: {}, done: {} };
      },
    });
    await expect(run).rejects.toThrow(/expected owner first/);
  });
});

describe('a removal that breaks off', () => {
  it.each([0, 1, 2, 3, 4, 5])('after %i writes to the index and the group leaves nothing believed that is gone: a binding of the same name is served as a new one', async (writes) => {
    const { session } = await openLane([aPod(21)]);
    await session.reconcile('shop', 'web');
    const { references, contributions } = session.deps.store;
    let left = writes;
    const dying = <Input extends unknown[]>(write: (...input: Input) => Promise<void>) => (...input: Input) => (left-- > 0 ? write(...input) : Promise.reject(new TransientError('killed')));
    const [removeReference, removeContribution] = [references.remove, contributions.remove];
    Object.assign(references, { remove: dying(removeReference) });
    Object.assign(contributions, { remove: dying(removeContribution) });
    session.cluster.delete({ kind: 'TargetGroupBinding', namespace: 'shop', name: 'web' });
    await session.reconcile('shop', 'web', ONE_MINUTE);
    Object.assign(references, { remove: removeReference });
    Object.assign(contributions, { remove: removeContribution });
    session.cluster.apply(aBinding());
    await session.reconcile('shop', 'web', ONE_MINUTE);
    expect((await references.find('vector', 'services#shop/web')).map(({ key }) => key)).toContain(KEY);
    expect((await references.find('vector', 'endpointslices#shop/web')).map(({ key }) => key)).toContain(KEY);
    expect((await contributions.list(`sg#${NODE_GROUP}`)).map(({ binding }) => binding)).toEqual(['shop/web']);
    expect(rules(session)).toEqual([`tcp 8080-8080 ${BACKEND_GROUP}`]);
  });
});

describe('a crash at any call to AWS', () => {
  const story = async (broken: number, when: 'before' | 'after') => {
    const { session, calls, setPods } = await openLane([aPod(21), aPod(21, 'node-b')]);
    calls.at = (point) => {
      if (point.index === broken && point.when === when) throw new TransientError('killed');
    };
    for (const pods of [[aPod(21), aPod(21, 'node-b')], [aPod(22)], [aPod(22), aPod(23)]]) {
      setPods(pods);
      await session.reconcile('shop', 'web', ONE_MINUTE);
      await session.reconcile('shop', 'web', ONE_MINUTE);
    }
    return { session, calls };
  };

  it('is repaired by the next pass', async () => {
    const { calls } = await story(-1, 'before');
    const points = calls.names.flatMap((_, index) => [[index, 'before'], [index, 'after']] as const);
    expect(points.length).toBeGreaterThan(10);
    for (const [index, when] of points) {
      const { session } = await story(index, when);
      await session.reconcile('shop', 'web');
      expect({ index, when, targets: registered(session), rules: rules(session) }).toEqual({ index, when, targets: ['10.20.1.22', '10.20.1.23'], rules: [`tcp 8080-8080 ${BACKEND_GROUP}`] });
    }
  });
});
