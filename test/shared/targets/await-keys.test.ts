import { describe, expect, it } from 'vitest';
import type { StateItem } from '../../../shared/contract/items';
import { type AwaitedKey, awaitKeys } from '../../../shared/targets/await-keys';
import { openLane } from './lane-world';

const PARENT = 'svc#vector#shop/web';
const KEY = 'tg#vector#shop/web';

async function world() {
  const { session } = await openLane([]);
  const { leases } = session.deps.store;
  await leases.markDirty(PARENT);
  const holder = { key: PARENT, owner: 'run', lease: await leases.acquire({ v: 1, key: PARENT, gen: 1, owner: 'run' }) };
  const sent: string[] = [];
  const deps = { ...session.deps, targetQueue: { send: (messages: readonly { body: string }[]) => (sent.push(...messages.map(({ body }) => (JSON.parse(body) as { key: string }).key)), Promise.resolve([])) } };
  const wait = async (state: Partial<StateItem> = {}, done = false) => {
    const known = await leases.read(KEY);
    const awaited: AwaitedKey = { key: KEY, state: known && { ...known, ...state }, done };
    return awaitKeys({ holder, name: 'RegisterTargets', awaited: [awaited] }, deps).then(() => 'done', (error: unknown) => (error instanceof Error ? error.name : 'unknown'));
  };
  return { session, sent, wait };
}

describe('waiting for the target lane', () => {
  it('goes on at once where all is done', async () => {
    const { sent, wait } = await world();
    expect(await wait({}, true)).toBe('done');
    expect(sent).toEqual([]);
  });

  it('wakes once, then waits', async () => {
    const { sent, wait } = await world();
    expect([await wait(), await wait(), await wait()]).toEqual(['NotReady', 'NotReady', 'NotReady']);
    expect(sent).toEqual([KEY]);
  });

  it('wakes again when a wake-up seems to be lost', async () => {
    const { session, sent, wait } = await world();
    await wait();
    session.pass(25_000);
    await wait();
    expect(sent).toEqual([KEY, KEY]);
  });

  it('throws a failure on by its name, and begins anew after a redrive', async () => {
    const { session, sent, wait } = await world();
    await wait();
    session.pass(1000);
    const failed = { phase: 'Failed', gen: 1, doneGen: 1, lastError: { name: 'Denied', message: 'not allowed', state: 'sync-targets', at: session.deps.now() } } as const;
    expect(await wait(failed)).toBe('Denied');
    await session.deps.store.leases.recordError({ key: PARENT, owner: 'run', lease: { fence: 1, runGen: 1, pass: 1 } }, { name: 'Denied', message: 'not allowed', state: 'RegisterTargets', at: session.deps.now() });
    session.pass(60_000);
    expect(await wait(failed)).toBe('NotReady');
    expect(sent).toEqual([KEY, KEY]);
  });
});
