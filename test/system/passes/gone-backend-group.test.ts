import { EC2 } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { accountOf } from '../accounts';
import { openServiceWorld } from './service-world';

it('a shared backend group that somebody deletes before it is used is made anew in the same execution', async () => {
  const world = await openServiceWorld(accountOf('svc-three-zones'));
  const ec2 = new EC2({ region: world.place.region, credentials: { accessKeyId: 'somebody', secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws), maxAttempts: 1 });
  const shared = async () => (await ec2.describeSecurityGroups({ Filters: [{ Name: 'tag:elbv2.k8s.aws/resource', Values: ['backend-sg'] }] })).SecurityGroups?.map(({ GroupId = '' }) => GroupId) ?? [];
  let gone: string | undefined;
  world.account.aws.hooks.before.push(async ({ action }) => {
    if (action !== 'CreateLoadBalancer' || gone !== undefined) return;
    [gone] = await shared();
    await ec2.deleteSecurityGroup({ GroupId: gone });
  });
  const pass = await world.apply({});
  expect([pass.failure, gone]).toEqual([undefined, expect.stringMatching(/^sg-/)]);
  expect(await world.hostname()).toBeDefined();
  expect(await shared()).toEqual([expect.not.stringContaining(gone ?? '')]);
  await world.close();
});
