import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../shared/kubernetes/cluster-client';
import { type AccountFacts, accountOf, EXAMPLE_ACCOUNTS } from './accounts';
import { example, startWorld, type ServiceName, type World } from './local';
import { aDeployment, aService } from './manifests';

/** P5, P6, P7 and the Fargate half of P2 of the promises: each needs an account or nodes of its own, so each has its own system. */
async function inWorld(options: Omit<Parameters<typeof startWorld>[0], 'factor'>, run: (world: World) => Promise<void>): Promise<void> {
  const world = await startWorld({ factor: 0.02, ...options });
  try {
    await run(world);
  } finally {
    await world.stop();
  }
}

async function subnetsOf(world: World, service: ServiceName): Promise<string[]> {
  const hostname = await world.until('EXTERNAL-IP appears', () => world.hostname(service), () => world.events(service));
  const { LoadBalancers: [balancer, ...others] = [] } = await world.elbv2.describeLoadBalancers({});
  expect(others).toEqual([]);
  expect(balancer?.DNSName?.toLowerCase()).toBe(hostname);
  return (balancer?.AvailabilityZones ?? []).map(({ SubnetId = '' }) => SubnetId).toSorted();
}

/** Deletes a Service, and waits until the account is as it was. */
async function removeWithoutTrace(world: World, service: ServiceName, before: unknown): Promise<void> {
  await world.remove(service);
  let seen: unknown;
  const asBefore = async () => JSON.stringify((seen = await world.account())) === JSON.stringify(before);
  await world.until('the account is as it was', asBefore, () => seen);
}

/** No subnet has a tag of ours, but for one whose name stands in the example. */
const withoutRoles = (facts: AccountFacts): AccountFacts => ({ ...facts, subnets: facts.subnets.map((subnet) => ({ ...subnet, tags: subnet.tags['Name'] === undefined ? {} : { Name: subnet.tags['Name'] } })) });

const CASES = [
  {
    name: 'P5: chooses one subnet per zone by role tag, the first id of those for this cluster, with at least 8 free addresses',
    folder: 'subnets-by-tag',
    service: { name: 'tagged' },
    account: EXAMPLE_ACCOUNTS['subnets-by-tag'],
    subnets: ['subnet-0300000000000000c', 'subnet-0b1111111111111aa', 'subnet-0c3333333333333bb'],
  },
  {
    name: 'P6: reads from route tables which untagged subnets are public',
    folder: 'subnets-by-route-table',
    service: { name: 'untagged' },
    account: EXAMPLE_ACCOUNTS['subnets-by-route-table'],
    subnets: ['subnet-0a9d3b6e47c1f5082', 'subnet-0c3a51f08d2e4b7a1', 'subnet-0e57b2c9a1d80f463'],
  },
  {
    name: 'P7: uses the subnets that are named, by id or name, without any tag of ours',
    folder: 'subnets-by-annotation',
    service: { name: 'chosen' },
    account: () => accountOf('svc-three-zones', withoutRoles),
    subnets: ['subnet-04b8e6d2f9a3c1571', 'subnet-07f1a9c3e5d2b8642'],
  },
];

describe('examples in accounts of their own', () => {
  it.each(CASES)('$name', async ({ folder, service, account, subnets }) => {
    if (!account) throw new Error(`expected an account for ${folder}, found none`);
    await inWorld({ environment: account() }, async (world) => {
      const before = await world.account();
      await world.apply(example(folder));
      expect(await subnetsOf(world, service)).toEqual(subnets);
      await removeWithoutTrace(world, service, before);
    });
  });

  it('P2: says clearly that pods on Fargate cannot be instance targets, registers nothing, and goes on when there is a node', async () => {
    await inWorld({}, async (world) => {
      const service = { name: 'web' };
      const nodes = await world.kube.list(RESOURCES.nodes);
      const fargate = (value: string | null) => ({ type: 'merge', body: { metadata: { labels: { 'eks.amazonaws.com/compute-type': value } } } }) as const;
      for (const { metadata } of nodes) await world.kube.patch(RESOURCES.nodes, { name: metadata.name }, fargate('fargate'));
      await world.apply([aDeployment('web'), aService('web', { annotations: { 'nlb-target-type': 'instance' } })]);
      const warning = await world.until('a Warning tells of Fargate', async () => (await world.events(service)).find(({ type }) => type === 'Warning'), () => world.events(service));
      expect(warning).toMatchObject({ reason: 'NoInstanceNodes', message: expect.stringMatching(/expected EC2 nodes .* found only Fargate .* use ip targets/) as string });
      await world.settled(service, 'Degraded');
      expect(await world.targets(service)).toEqual([]);
      expect(world.calls().filter(({ action }) => action === 'RegisterTargets')).toEqual([]);
      await world.kube.patch(RESOURCES.nodes, { name: nodes[0]?.metadata.name ?? '' }, fargate(null));
      await world.until('the node is a target', async () => (await world.targets(service)).length === 1);
    });
  });
});
