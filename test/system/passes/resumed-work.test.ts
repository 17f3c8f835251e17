import { expect, it } from 'vitest';
import { accountOf } from '../accounts';
import { openServiceWorld } from './service-world';

it.each(['CreateSecurityGroup', 'CreateTargetGroup', 'CreateLoadBalancer', 'CreateListener'])('a creation that goes on in another invocation after %s knows what the one before has made', async (slow) => {
  const world = await openServiceWorld(accountOf('svc-three-zones'));
  // As long as a function may work at a stretch.
  world.account.aws.log.subscribe(({ action }) => void (action === slow && world.clock.advance(45_000)));
  const pass = await world.apply({ spec: { ports: [80, 81].map((port) => ({ name: `p${port}`, port, targetPort: 8080, protocol: 'TCP' })) } });
  expect(pass.failure).toBeUndefined();
  expect(pass.states.filter((state) => state === 'CreateLoadBalancer').length).toBeGreaterThan(1);
  expect(world.writes().filter((action) => action.startsWith('Create') && action !== 'CreateSecurityGroup').sort()).toEqual(['CreateListener', 'CreateListener', 'CreateLoadBalancer', 'CreateTargetGroup', 'CreateTargetGroup']);
  expect(await world.hostname()).toBeDefined();
  await world.close();
});
