import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { keyOf } from '../../../infra/cli/approve-plan';
import { openSmallWorld } from '../../../infra/local/small-world';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';

const environment: unknown = parse(readFileSync(join(import.meta.dirname, '../../vectors/environments/svc-three-zones.yaml'), 'utf8'));
const ATTRIBUTES = 'service.beta.kubernetes.io/aws-load-balancer-attributes';
const web = { namespace: 'default', name: 'web' };

/** A world in which the Service was made, its load balancer protected by annotation, and then deleted. */
async function deletedWhileProtected() {
  const metadata = { ...web, uid: '5f490ef9-8f12-5068-bf71-676d3d5c820a', annotations: { [ATTRIBUTES]: 'deletion_protection.enabled=true' } };
  const spec = { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', ports: [{ port: 80, targetPort: 8080, nodePort: 30080, protocol: 'TCP' }] };
  const world = await openSmallWorld({ environment, objects: [{ apiVersion: 'v1', kind: 'Service', metadata, spec }] });
  await world.runner.run(keyOf(web));
  await world.client.delete(RESOURCES.services, web);
  world.account.aws.log.reset();
  const annotate = (value: string | null) => world.client.patch(RESOURCES.services, web, { type: 'merge', body: { metadata: { annotations: { [ATTRIBUTES]: value } } } });
  const writes = () => world.calls().filter(({ kind }) => kind === 'write').map(({ action, result }) => (result === 'ok' ? action : `${action} ${result}`));
  return { ...world, annotate, writes };
}

describe('deletion protection', () => {
  it('holds a Service that is being deleted, and everything of it stays', async () => {
    const { runner, client, writes } = await deletedWhileProtected();
    const { plans } = await runner.run(keyOf(web));
    expect(plans.map(({ outcome, problems }) => [outcome, problems.map(({ code }) => code)])).toEqual([['blocked', ['DeletionProtected']]]);
    expect(writes()).toEqual([]);
    expect(await client.list(RESOURCES.targetGroupBindings)).toHaveLength(1);
  });

  it('is switched off where the annotation takes it back, and the deletion goes on', async () => {
    const { runner, client, annotate, writes } = await deletedWhileProtected();
    await annotate('deletion_protection.enabled=false');
    await runner.run(keyOf(web));
    expect(writes().slice(0, 3)).toEqual(['DeleteLoadBalancer OperationNotPermitted', 'ModifyLoadBalancerAttributes', 'DeleteLoadBalancer']);
    expect(await client.get(RESOURCES.services, web)).toBeUndefined();
  });

  it('that nobody takes back stays, and so do the targets', async () => {
    const { runner, client, annotate, writes, store } = await deletedWhileProtected();
    await annotate(null);
    await runner.run(keyOf(web));
    expect(writes()).toEqual(['DeleteLoadBalancer OperationNotPermitted']);
    expect(await client.list(RESOURCES.targetGroupBindings)).toHaveLength(1);
    expect(await store.leases.read(keyOf(web))).toMatchObject({ phase: 'Blocked', lastError: { awsCode: 'OperationNotPermitted' } });
  });
});
