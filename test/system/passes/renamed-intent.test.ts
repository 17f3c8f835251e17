import { expect, it } from 'vitest';
import { accountOf } from '../accounts';
import { KEY, openServiceWorld } from './service-world';

const LEASE_MS = 151_000;

it('a creation under another name than the one before, which failed, is on record before it is made, and so is the one before', async () => {
  const world = await openServiceWorld(accountOf('svc-three-zones'));
  const mend = world.account.aws.faults.add({ kind: 'error', code: 'AccessDenied', message: 'not authorized', action: 'CreateTargetGroup', times: 0 });
  expect((await world.apply({ annotations: { 'nlb-target-type': 'instance' } })).failure).toBeDefined();
  mend();
  world.clock.advance(LEASE_MS);
  const intended = async () => (await world.store.ledger.list(KEY)).filter(({ type, physicalId }) => type === 'target-group' && physicalId === undefined).map(({ name }) => name);
  const [first] = await intended();
  expect(first).toMatch(/^k8s-default-web-/);
  let recorded: (string | undefined)[] = [];
  let made: unknown;
  world.account.aws.hooks.before.push(async ({ action, input }) => {
    if (action !== 'CreateTargetGroup') return;
    made = (input as { Name: string }).Name;
    recorded = await intended();
  });
  expect((await world.apply({ annotations: { 'nlb-target-type': 'ip' } })).failure).toBeUndefined();
  expect(made).not.toBe(first);
  expect(recorded).toContain(made);
  expect(recorded).toContain(first);
  await world.close();
});
