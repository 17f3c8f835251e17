import { EC2 } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { CLUSTER } from '../../../infra/local/small-world';
import { formatKey } from '../../../shared/contract/keys';
import { memoryTable } from '../../../shared/store/memory-table';
import { accountOf } from '../accounts';
import { KEY, openServiceWorld } from './service-world';

const ENVIRONMENT = 'svc-three-zones';
const OWN_GROUP = { 'security-groups': 'sg-0e1d2c3b4a5968701' };
const MINUTES = 60_000;

/** A Service whose load balancer uses the shared group. */
async function openSharingWorld() {
  const table = memoryTable();
  const world = await openServiceWorld(accountOf(ENVIRONMENT), { table });
  await world.apply({});
  const ec2 = new EC2({ region: world.place.region, credentials: { accessKeyId: 'somebody', secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws), maxAttempts: 1 });
  const groups = async () => (await ec2.describeSecurityGroups({ Filters: [{ Name: 'tag:elbv2.k8s.aws/resource', Values: ['backend-sg'] }] })).SecurityGroups ?? [];
  expect(await groups()).toHaveLength(1);
  return { ...world, table, groups };
}

it('a shared backend group goes with the last load balancer that used it, even if that one was built by somebody else and needs it no longer when it is taken over', async () => {
  const world = await openSharingWorld();
  // What a controller that keeps no books leaves: everything in AWS and in the cluster, nothing of it in the store.
  for (const { pk, sk } of world.table.items().filter((item) => !item.pk.startsWith('CLUSTER'))) await world.table.delete({ pk, sk });
  await world.apply({ annotations: OWN_GROUP });
  await world.runner.settle(10 * MINUTES);
  expect(await world.groups()).toEqual([]);
  await world.close();
});

it('a shared backend group goes although the pass that let go of it died before it said so', async () => {
  const world = await openSharingWorld();
  const { leases, contributions } = world.store;
  const backend = formatKey({ kind: 'backend', cluster: CLUSTER, vpc: accountOf(ENVIRONMENT).vpcId });
  await world.apply({ annotations: OWN_GROUP });
  await contributions.addUser(backend, KEY);
  await world.table.update({ pk: KEY, sk: 'STATE' }, { set: { phase: 'Working' }, remove: ['inputsHash'] });
  const { plans } = await world.again();
  expect(plans.map(({ outcome }) => outcome)).toEqual(['noop']);
  expect(await contributions.listUsers(backend)).toEqual([]);
  await world.runner.settle(10 * MINUTES);
  expect([await world.groups(), (await leases.read(backend))?.phase]).toEqual([[], 'Deleted']);
  await world.close();
});
