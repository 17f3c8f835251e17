import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DeniedError, NotReadyError, ThrottledError, UserConfigError } from '../../shared/contract/errors';
import { StepInput } from '../../shared/contract/steps';
import { currentSignal } from '../../functions/abort';
import { clusterClient } from '../../functions/clients/cluster-client';
import { redact } from '../../functions/report-error';
import { step } from '../../functions/step';
import { aCluster, aSystem, START } from './fakes';

const KEY = 'svc#c1#default/web';

describe('step', () => {
  let world: ReturnType<typeof aSystem>;
  beforeEach(async () => {
    world = aSystem();
    await world.store.clusters.put(aCluster());
    world.system.cluster.objects.push({ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'default', name: 'web', uid: 'u1' } });
  });

  async function input() {
    const { gen } = await world.store.leases.markDirty(KEY);
    return { v: 1, key: KEY, gen, owner: 'execution-1', lease: await world.store.leases.acquire({ v: 1, key: KEY, gen, owner: 'execution-1' }) };
  }
  const failing = (thrown: Error) =>
    step({
      state: 'CreateLoadBalancer',
      input: StepInput,
      clients: { clusterClient },
      run: () => async () => {
        await Promise.resolve();
        throw thrown;
      },
    });
  const lastError = async () => (await world.store.leases.read(KEY))?.lastError;

  it('gives the checked input and the clients it named, and answers what the step answers', async () => {
    const handler = step({ state: 'MakePlan', input: z.object({ n: z.coerce.number() }), run: ({ now }) => ({ n }) => Promise.resolve({ sum: n + now() }) });
    expect(await handler({ n: '1' })).toEqual({ sum: START + 1 });
    expect(world.calls).toEqual([{ state: 'MakePlan', outcome: 'done', durationMs: 0 }]);
  });

  it.each([
    ['another version', { v: 2 }],
    ['a member too many', { extra: 1 }],
    ['no key', { key: 'nonsense' }],
  ])('refuses an input with %s, by name, before anything runs', async (_name, change) => {
    let ran = false;
    const handler = step({ state: 'MakePlan', input: StepInput, run: () => () => Promise.resolve(void (ran = true)) });
    await expect(handler({ ...(await input()), ...change })).rejects.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining(Object.keys(change)[0] === 'extra' ? 'extra' : (Object.keys(change)[0] ?? '')) as string });
    expect(ran).toBe(false);
  });

  it('throws errors on as they are, those it does not know too', async () => {
    const error = new TypeError('x is not a function');
    await expect(failing(error)(await input())).rejects.toBe(error);
    expect(await lastError()).toEqual({ name: 'TypeError', message: 'x is not a function', state: 'CreateLoadBalancer', at: START });
  });

  it('writes what AWS said and an Event on the object, once', async () => {
    const denied = new DeniedError('CreateListener: AccessDenied', { details: { awsCode: 'AccessDenied', requestId: 'r1' } });
    const event = await input();
    await expect(failing(denied)(event)).rejects.toBe(denied);
    expect(await lastError()).toMatchObject({ name: 'Denied', awsCode: 'AccessDenied', requestId: 'r1', state: 'CreateLoadBalancer' });
    await expect(failing(denied)(event)).rejects.toBe(denied);
    expect(world.cluster.events).toEqual([
      { object: { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web', uid: 'u1' }, type: 'Warning', reason: 'CreateLoadBalancerFailed', message: 'CreateLoadBalancer: CreateListener: AccessDenied' },
    ]);
    expect((await lastError())?.times).toBe(2);
  });

  it('says nothing of ordinary ends', async () => {
    await expect(failing(new NotReadyError('provisioning'))(await input())).rejects.toMatchObject({ name: 'NotReady' });
    expect(await lastError()).toBeUndefined();
    expect(world.cluster.events).toEqual([]);
    expect(world.calls).toMatchObject([{ outcome: 'NotReady' }]);
  });

  it('tells throttling from the third time, once', async () => {
    const event = await input();
    for (const expected of [0, 0, 1, 1]) {
      await expect(failing(new ThrottledError('slow down'))(event)).rejects.toMatchObject({ name: 'Throttled' });
      expect(world.cluster.events).toHaveLength(expected);
    }
  });

  it('leaves what a person must mend to ReportStatus, and keeps it in the state', async () => {
    await expect(failing(new UserConfigError('no subnet'))(await input())).rejects.toMatchObject({ name: 'UserConfig' });
    expect(await lastError()).toMatchObject({ name: 'UserConfig', message: 'no subnet' });
    expect(world.cluster.events).toEqual([]);
  });

  it('writes no Event to a cluster that is only observed', async () => {
    await world.store.clusters.update('c1', { mode: 'observe' });
    await expect(failing(new Error('x'))(await input())).rejects.toThrow('x');
    expect(await lastError()).toBeDefined();
    expect(world.cluster.events).toEqual([]);
  });

  it('writes nothing for an execution that lost the lease', async () => {
    const event = await input();
    world.system.time += 150_001;
    await world.store.leases.acquire({ v: 1, key: KEY, gen: 1, owner: 'execution-2' });
    await expect(failing(new Error('x'))(event)).rejects.toThrow('x');
    expect(await lastError()).toBeUndefined();
    expect(world.cluster.events).toEqual([]);
  });

  it('throws the error itself when its report fails', async () => {
    world.system.cluster.get = () => Promise.reject(new Error('API server is away'));
    await expect(failing(new Error('x'))(await input())).rejects.toThrow('x');
    expect(world.log.lines.map(({ message }) => message)).toContain('an error could not be reported');
  });

  it('gives calls a signal that fires when the step has ended', async () => {
    let seen: AbortSignal | undefined;
    const handler = step({
      state: 'MakePlan',
      input: z.unknown(),
      run: () => async () => {
        await Promise.resolve();
        seen = currentSignal();
        return seen?.aborted;
      },
    });
    expect(await handler({})).toBe(false);
    expect(seen?.aborted).toBe(true);
    expect(currentSignal()).toBeUndefined();
  });

  it('ends as Transient 5 s before the time-out, whatever the step still does', async () => {
    let seen: AbortSignal | undefined;
    const handler = step({
      state: 'MakePlan',
      input: z.unknown(),
      run: () => (_input, { signal }) => {
        seen = signal;
        return new Promise(() => undefined);
      },
    });
    const running = handler({}, { getRemainingTimeInMillis: () => 60_000 });
    while (world.timers.size === 0) await Promise.resolve();
    const [timer] = world.timers.values();
    expect(timer?.ms).toBe(55_000);
    timer?.callback();
    await expect(running).rejects.toMatchObject({ name: 'Transient' });
    expect(seen?.aborted).toBe(true);
    expect(world.timers.size).toBe(0);
  });

  it('logs key, execution, fence and state once per call, and no secret', async () => {
    const token = `k8s-aws-v1.${'a'.repeat(20)}`;
    await expect(failing(new Error(`401 for Bearer ${token}`))(await input())).rejects.toThrow(token);
    const [line] = world.log.lines.filter(({ message }) => message === 'step failed');
    expect(line?.values).toMatchObject({ state: 'CreateLoadBalancer', key: KEY, execution: 'execution-1', fence: 1 });
    expect(JSON.stringify([world.log.lines, world.table.items()])).not.toContain('aaaa');
  });

  it.each([
    ['Authorization: Bearer abc.def-1', 'Authorization: Bearer ***'],
    ['GET https://x/?X-Amz-Signature=abc&X-Amz-Date=1', 'GET https://x/?X-Amz-Signature=***&X-Amz-Date=1'],
    ['HTTP-Code: 401\nHeaders: {"set-cookie":"x"}', 'HTTP-Code: 401\n(headers left out)'],
    ['lease of svc#c1#default/web: expected owner a', 'lease of svc#c1#default/web: expected owner a'],
  ])('redacts %j', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });
});
