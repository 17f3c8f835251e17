import { expect, it } from 'vitest';
import { accountOf } from '../accounts';
import { openServiceWorld } from '../passes/service-world';

const IPS = ['eipalloc-0a1b2c3d4e5f60001', 'eipalloc-0a1b2c3d4e5f60002'];
const SUBNETS = ['subnet-0c3a51f08d2e4b7a1', 'subnet-0a9d3b6e47c1f5082'];
const annotations = (ips: readonly string[]) => ({ scheme: 'internet-facing', subnets: SUBNETS.join(), 'eip-allocations': ips.join() });
const open = () => openServiceWorld(accountOf('svc-three-zones', (facts) => ({ ...facts, elasticIps: IPS })));

it('P10: Elastic IPs give fixed addresses, and its own do not stand in the way of a load balancer', async () => {
  const world = await open();
  await world.apply({ annotations: annotations(IPS) });
  expect(await world.hostname()).toBeDefined();
  const pass = await world.apply({ annotations: { attributes: 'load_balancing.cross_zone.enabled=true' } });
  expect(pass.plans.map(({ outcome }) => outcome)).toEqual(['apply']);
  await world.close();
});

it.each([['EipCount', IPS.slice(0, 1)], ['EipNamedTwice', [IPS[0] ?? '', IPS[0] ?? '']], ['EipNotFound', [IPS[0] ?? '', 'eipalloc-0000000000000dead']]])('P10: refuses with %s before anything is written', async (code, ips) => {
  const world = await open();
  const pass = await world.apply({ annotations: annotations(ips) });
  expect(pass.plans.flatMap(({ problems }) => problems.map((problem) => problem.code))).toEqual([code]);
  expect(world.writes()).toEqual([]);
  await world.close();
});
