import { expect, it } from 'vitest';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { accountOf } from '../accounts';
import { aDeployment, aService } from '../manifests';
import { openLivelyWorld } from '../promises/lively-world';

it('a binding that a call writes after its load balancer is gone is found, and goes too', async () => {
  const world = await openLivelyWorld(accountOf('svc-three-zones'));
  const bindings = () => world.client.list(RESOURCES.targetGroupBindings, { namespace: 'default' });
  await world.apply([aDeployment('late'), aService('late')]);
  const [binding] = await bindings();
  await world.remove({ name: 'late' });
  expect([await bindings(), world.left().loadBalancers]).toEqual([[], 0]);
  const { labels, name, namespace } = binding?.metadata ?? { name: '' };
  await world.client.create(RESOURCES.targetGroupBindings, { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(labels ? { labels } : {}) }, spec: binding?.['spec'] });
  await world.until(async () => (await bindings()).length === 0);
  await world.close();
});
