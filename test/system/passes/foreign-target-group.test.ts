import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { accountOf } from '../accounts';
import { openServiceWorld } from './service-world';

/** Target groups of the ledger are known by their tags alone when a Service goes. */
it.each([
  ['has lost its tags is not deleted, and a person is asked', 'tags', ['PlanNotOwned', 'PlanEmptiesTargetGroup'], 2],
  ['somebody has deleted is nothing to delete', 'group', [], 0],
])('a target group that %s', async (_, what, codes, left) => {
  const world = await openServiceWorld(accountOf('svc-three-zones'));
  await world.apply({ spec: { ports: [80, 81].map((port) => ({ name: `p${port}`, port, targetPort: 8080, protocol: 'TCP' })) } });
  const elbv2 = new ElasticLoadBalancingV2({ region: world.place.region, credentials: { accessKeyId: 'somebody', secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws), maxAttempts: 1 });
  const { TargetGroups: [group] = [] } = await elbv2.describeTargetGroups({});
  const { Listeners = [] } = await elbv2.describeListeners({ LoadBalancerArn: group?.LoadBalancerArns?.[0] });
  const arn = group?.TargetGroupArn ?? '';
  if (what === 'tags') await elbv2.removeTags({ ResourceArns: [arn], TagKeys: ['elbv2.k8s.aws/cluster', 'service.k8s.aws/stack', 'service.k8s.aws/resource'] });
  else {
    await elbv2.deleteListener({ ListenerArn: Listeners.find(({ DefaultActions }) => DefaultActions?.[0]?.TargetGroupArn === arn)?.ListenerArn });
    await elbv2.deleteTargetGroup({ TargetGroupArn: arn });
  }
  const pass = await world.remove();
  await world.runner.settle(3 * 60_000);
  expect(pass.plans.flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual(codes);
  expect((await elbv2.describeTargetGroups({})).TargetGroups).toHaveLength(left);
  await world.close();
});
