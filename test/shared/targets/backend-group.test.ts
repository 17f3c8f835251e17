import { describe, expect, it } from 'vitest';
import { EventualError, TransientError } from '../../../shared/contract/errors';
import type { ClusterItem } from '../../../shared/contract/items';
import { backendKey, ensureBackendGroup } from '../../../shared/targets/ensure-backend-group';
import { syncKey } from '../../../shared/targets/sync-key';
import { wakeTargets } from '../../../shared/targets/wake-targets';
import { NODE_GROUP, openLane } from './lane-world';

async function world() {
  const { session, calls } = await openLane([]);
  const cluster = (await session.deps.store.clusters.get('vector')) as ClusterItem;
  const ofGroup = (id: string | undefined) => session.account.facts.securityGroups.find((group) => group.id === id);
  const ec2 = {
    ...session.deps.ec2,
    createTags: ([id]: readonly string[], tags: object) => Promise.resolve(void Object.assign(ofGroup(id)?.tags ?? {}, tags)),
    deleteTags: ([id]: readonly string[], keys: readonly string[]) => Promise.resolve(keys.forEach((key) => delete ofGroup(id)?.tags[key])),
  };
  const deps = { store: session.deps.store, ec2, rememberArn: session.rememberArn };
  const key = backendKey(cluster);
  const sweep = async () => {
    await wakeTargets(session.deps, key);
    await syncKey({ key, owner: 'test' }, session.deps);
  };
  const groups = () => session.account.facts.securityGroups.filter(({ tags }) => tags['elbv2.k8s.aws/resource'] === 'backend-sg');
  return { session, calls, cluster, deps, key, sweep, groups };
}

describe('the shared backend group', () => {
  it('is made once, with the name and tags of LBC, and then known without a call', async () => {
    const { cluster, deps, calls, groups } = await world();
    const id = await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps);
    expect(groups()).toMatchObject([{ id, name: 'k8s-traffic-demo-2a97516c35', tags: { 'elbv2.k8s.aws/cluster': 'demo' } }]);
    calls.names.length = 0;
    expect(await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/api' }, deps)).toBe(id);
    expect(calls.names).toEqual([]);
  });

  it('is observed where a crash lost its id', async () => {
    const { cluster, deps, groups } = await world();
    const id = await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, { ...deps, rememberArn: () => Promise.reject(new Error('killed')) }).catch(() => groups()[0]?.id);
    expect(await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps)).toBe(id);
    expect(groups()).toHaveLength(1);
  });

  it('gets its tags back when it is found, but for those that the settings leave to somebody else', async () => {
    const { session, cluster, deps, groups } = await world();
    const settings = { ...cluster.settings, defaultTags: { team: 'web' }, externalManagedTags: ['cost'] };
    const tags = { 'elbv2.k8s.aws/cluster': 'demo', 'elbv2.k8s.aws/resource': 'backend-sg', team: 'old', owner: 'someone', cost: '7' };
    session.account.facts.securityGroups.push({ id: 'sg-0aa', name: 'k8s-traffic-demo-x', tags, ingress: [] });
    expect(await ensureBackendGroup({ cluster: { ...cluster, settings }, userKey: 'svc#vector#shop/web' }, deps)).toBe('sg-0aa');
    expect(groups()[0]?.tags).toEqual({ 'elbv2.k8s.aws/cluster': 'demo', 'elbv2.k8s.aws/resource': 'backend-sg', team: 'web', cost: '7' });
  });

  it('is the one of the settings where they name one', async () => {
    const { cluster, deps, calls } = await world();
    const settings = { ...cluster.settings, backendSecurityGroup: 'sg-0123' };
    expect(await ensureBackendGroup({ cluster: { ...cluster, settings }, userKey: 'svc#vector#shop/web' }, deps)).toBe('sg-0123');
    expect(calls.names).toEqual([]);
  });

  it('stays while somebody uses it, and goes with its last user', async () => {
    const { session, cluster, deps, key, sweep, groups } = await world();
    await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps);
    await sweep();
    expect(groups()).toHaveLength(1);
    await session.deps.store.contributions.removeUser(key, 'svc#vector#shop/web');
    await sweep();
    expect(groups()).toEqual([]);
    expect((await session.deps.store.leases.read(key))?.phase).toBe('Deleted');
    await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps);
    expect(groups()).toHaveLength(1);
  });

  it('is made anew for a user who came while a pass broke off right after its deletion', async () => {
    const { session, calls, cluster, deps, key, sweep, groups } = await world();
    const deleted = await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps);
    await session.deps.store.contributions.removeUser(key, 'svc#vector#shop/web');
    calls.at = ({ name, when }) => {
      if (name === 'deleteSecurityGroup' && when === 'after') throw new TransientError('the function was killed');
    };
    await expect(sweep()).rejects.toThrow('killed');
    calls.at = () => undefined;
    expect(groups()).toEqual([]);
    await expect(ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/api' }, deps)).rejects.toThrow('being deleted');
    await sweep();
    const made = await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/api' }, deps);
    expect(groups()).toMatchObject([{ id: made }]);
    expect(made).not.toBe(deleted);
  });

  it('is not even tried while a rule refers to it', async () => {
    const { session, calls, cluster, deps, key, sweep, groups } = await world();
    const id = await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps);
    session.account.rules.get('sg-0aa11bb22cc330001')?.push({ id: 'sgr-1', protocol: 'tcp', fromPort: 80, toPort: 80, kind: 'group', source: id });
    await session.deps.store.contributions.removeUser(key, 'svc#vector#shop/web');
    await sweep();
    expect(groups()).toHaveLength(1);
    expect(calls.names).not.toContain('deleteSecurityGroup');
  });

  it('goes without being asked for where its last user has just seen that nothing carries it; a refusal is looked into', async () => {
    const { session, calls, cluster, deps, key, sweep, groups } = await world();
    const id = await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps);
    const rules = session.account.rules.get('sg-0aa11bb22cc330001');
    rules?.push({ id: 'sgr-1', protocol: 'tcp', fromPort: 80, toPort: 80, kind: 'group', source: id });
    await session.deps.store.contributions.noteUnused(key);
    await session.deps.store.contributions.removeUser(key, 'svc#vector#shop/web');
    calls.at = ({ name, when }) => {
      if (name === 'deleteSecurityGroup' && when === 'before' && rules?.length) throw new EventualError('DependencyViolation');
    };
    calls.names.length = 0;
    await sweep();
    expect(calls.names).toEqual(['deleteSecurityGroup']);
    expect(await session.deps.store.leases.read(key)).toMatchObject({ phase: 'Waiting' });
    rules?.splice(0);
    await session.deps.store.contributions.noteUnused(key);
    calls.names.length = 0;
    await sweep();
    expect(calls.names).toEqual(['deleteSecurityGroup']);
    expect(groups()).toEqual([]);
  });

  it('has the groups looked at whose labelled rules it waits for: another controller may have left them, and no binding knows of them', async () => {
    const { session, cluster, deps, key, sweep } = await world();
    const id = await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps);
    const rules = session.account.rules.get(NODE_GROUP);
    const sgKey = `sg#${NODE_GROUP}`;
    rules?.push({ id: 'sgr-1', protocol: 'tcp', fromPort: 80, toPort: 80, kind: 'group', source: id, description: 'elbv2.k8s.aws/targetGroupBinding=shared' });
    await session.deps.store.contributions.removeUser(key, 'svc#vector#shop/web');
    await sweep();
    expect(await session.deps.store.leases.read(sgKey)).toBeUndefined();
    await sweep();
    expect(await session.deps.store.leases.read(sgKey)).toMatchObject({ gen: 1 });
  });

  it('makes a new user wait while it is being deleted', async () => {
    const { session, cluster, deps, key, calls } = await world();
    await ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/web' }, deps);
    await session.deps.store.contributions.removeUser(key, 'svc#vector#shop/web');
    let newcomer: Promise<string> | undefined;
    calls.at = ({ name, when }) => {
      if (name === 'deleteSecurityGroup' && when === 'before') newcomer = ensureBackendGroup({ cluster, userKey: 'svc#vector#shop/api' }, deps);
    };
    await wakeTargets(session.deps, key);
    const swept = syncKey({ key, owner: 'test' }, session.deps);
    await swept;
    await expect(newcomer).rejects.toMatchObject({ name: 'NotReady' });
  });
});
