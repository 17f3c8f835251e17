import { afterAll, describe, expect, it } from 'vitest';
import { fileStorage } from '../../../../infra/local/storage';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WatchEvent } from '../../../../infra/local/cluster/api/watch-objects';
import type { TestCluster } from './a-cluster';
import { aCluster, aService, SERVICES } from './a-cluster';

const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = (object: Record<string, unknown>) => (object['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);

async function withServices(...labels: Record<string, string>[]): Promise<TestCluster> {
  const test = aCluster();
  for (const [index, each] of labels.entries()) await test.call('POST', SERVICES, { ...aService(`s${index}`), metadata: { name: `s${index}`, labels: each } });
  return test;
}

describe('list', () => {
  it.each([
    ['labelSelector=app=a', ['s0', 's1']],
    ['labelSelector=app!=a', ['kubernetes', 's2']],
    ['labelSelector=app in (a,b),tier', ['s1']],
    ['labelSelector=!app', ['kubernetes']],
    ['fieldSelector=metadata.name=s1', ['s1']],
    ['fieldSelector=metadata.name!=s1,metadata.namespace=default', ['kubernetes', 's0', 's2']],
  ])('selects by %s', async (query, expected) => {
    const { call } = await withServices({ app: 'a' }, { app: 'a', tier: 'x' }, { app: 'b' });
    expect(names((await call('GET', `${SERVICES}?${encodeURI(query)}`)).object)).toEqual(expected);
  });

  it('refuses a field that this kind cannot be selected by', async () => {
    const { call } = aCluster();
    expect((await call('GET', `${SERVICES}?fieldSelector=spec.foo=1`)).code).toBe(400);
  });

  it('hands out pages under one version, and 410 for one that is too old', async () => {
    const { call, cluster } = await withServices({}, {}, {});
    const first = await call('GET', `${SERVICES}?limit=2`);
    const { metadata } = first.object as unknown as { metadata: { continue: string; remainingItemCount: number; resourceVersion: string } };
    expect([names(first.object), metadata.remainingItemCount]).toEqual([['kubernetes', 's0'], 2]);
    await call('POST', SERVICES, aService('zz'));
    const second = await call('GET', `${SERVICES}?limit=9&continue=${metadata.continue}`);
    expect([names(second.object), second.object.metadata.resourceVersion]).toEqual([['s1', 's2', 'zz'], metadata.resourceVersion]);
    cluster.faults.compact();
    expect((await call('GET', `${SERVICES}?continue=${metadata.continue}`)).code).toBe(410);
  });

  it('answers tables and bare metadata to those who ask for them', async () => {
    const { call } = await withServices({});
    const table = await call('GET', `${SERVICES}/s0`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' });
    expect(table.object['rows']).toMatchObject([{ cells: ['s0', 'ClusterIP', expect.stringMatching(/^172\.20\./) as string, '<none>', '80/TCP', '0s', 'app=s0'], object: { kind: 'PartialObjectMetadata' } }]);
    const bare = await call('GET', `${SERVICES}/s0`, undefined, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' });
    expect(bare.object).not.toHaveProperty('spec');
    expect((await call('GET', `${SERVICES}/s0`, undefined, { accept: 'application/vnd.kubernetes.protobuf' })).code).toBe(406);
  });
});

/** Opens a watch; `next` answers as many events as asked for. */
async function watch({ cluster }: TestCluster, path: string, headers: Record<string, string> = {}) {
  const response = await cluster.handle({ method: 'GET', path, headers: { accept: 'application/json', ...headers } });
  const iterator = response.events?.[Symbol.asyncIterator]();
  if (iterator === undefined) throw new Error(response.body);
  const next = async (count: number): Promise<WatchEvent[]> => {
    const events: WatchEvent[] = [];
    while (events.length < count) {
      const step = await iterator.next();
      if (step.done === true) break;
      events.push(step.value);
    }
    return events;
  };
  return { next, leave: () => iterator.return?.() };
}

const told = (events: WatchEvent[]) => events.map(({ type, object }) => `${type} ${(object as { metadata: { name?: string } }).metadata.name ?? ''}`.trim());

describe('watch', () => {
  it('goes on from the version of a list, telling each change once', async () => {
    const test = await withServices({});
    const list = await test.call('GET', SERVICES);
    await test.call('POST', SERVICES, aService('a'));
    const { next } = await watch(test, `${SERVICES}?watch=true&resourceVersion=${list.object.metadata.resourceVersion}`);
    await test.call('PATCH', `${SERVICES}/a`, { metadata: { labels: { x: 'y' } } });
    await test.call('DELETE', `${SERVICES}/a`);
    expect(told(await next(3))).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  it('adds and deletes what begins and ceases to match its selector', async () => {
    const test = await withServices({});
    const { next } = await watch(test, `${SERVICES}?watch=1&labelSelector=on`);
    await test.call('PATCH', `${SERVICES}/s0`, { metadata: { labels: { on: 'a' } } });
    await test.call('PATCH', `${SERVICES}/s0`, { metadata: { labels: { on: 'b' } } });
    await test.call('PATCH', `${SERVICES}/s0`, { metadata: { labels: { on: null } } });
    expect(told(await next(3))).toEqual(['ADDED s0', 'MODIFIED s0', 'DELETED s0']);
  });

  it('begins with everything that exists, and says where that ends', async () => {
    const test = await withServices({});
    const { next } = await watch(test, `${SERVICES}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`);
    const events = await next(3);
    expect(told(events)).toEqual(['ADDED kubernetes', 'ADDED s0', 'BOOKMARK']);
    expect(events[2]?.object).toMatchObject({ metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } });
  });

  it('sends bookmarks while nothing happens, and ends after its time', async () => {
    const test = await withServices({});
    const { object } = await test.call('GET', SERVICES);
    const { next } = await watch(test, `${SERVICES}?watch=true&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion=${object.metadata.resourceVersion}`);
    test.pass(100);
    expect(told(await next(9))).toEqual(['BOOKMARK']);
  });

  it('tells 410 Gone of a version that is forgotten, also after a restart on the same file', async () => {
    const storage = fileStorage(join(folder, 'state.db'));
    const test = aCluster({ storage });
    const { object } = await test.call('GET', SERVICES);
    test.pass(1);
    await test.call('POST', SERVICES, aService('a'));
    const last = (await test.call('GET', SERVICES)).object.metadata.resourceVersion;
    await test.cluster.close();
    storage.close();
    const again = aCluster({ storage: fileStorage(join(folder, 'state.db')), seed: 2 });
    const old = await watch(again, `${SERVICES}?watch=true&resourceVersion=${object.metadata.resourceVersion}`);
    expect(await old.next(2)).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    const { next } = await watch(again, `${SERVICES}?watch=true&resourceVersion=${last}`);
    const made = await again.call('POST', SERVICES, aService('b'));
    expect(told(await next(1))).toEqual(['ADDED b']);
    expect(Number(made.object.metadata.resourceVersion)).toBeGreaterThan(Number(last));
  });

  it('ends when watches are broken, and goes on after that', async () => {
    const test = await withServices({});
    const { object } = await test.call('GET', SERVICES);
    const { next } = await watch(test, `${SERVICES}?watch=true&resourceVersion=${object.metadata.resourceVersion}`);
    test.cluster.faults.breakWatches();
    expect(await next(1)).toEqual([]);
  });

  it('sends rows to a table watch', async () => {
    const test = await withServices({});
    const { next } = await watch(test, `${SERVICES}?watch=true`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    const [first, second] = await next(2);
    expect(first?.object).toMatchObject({ kind: 'Table', columnDefinitions: [{ name: 'Name' }, {}, {}, {}, {}, {}, {}] });
    expect(second?.object).toMatchObject({ kind: 'Table', columnDefinitions: null, rows: [{ cells: ['s0', 'ClusterIP', expect.anything() as string, '<none>', '80/TCP', '0s', 'app=s0'] }] });
  });
});
