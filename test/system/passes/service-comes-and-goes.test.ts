import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CLUSTER, openSmallWorld, type SmallWorld } from '../../../infra/local/small-world';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { createAcm } from '../../../shared/aws/acm';
import { createEc2 } from '../../../shared/aws/ec2';
import { createElbv2 } from '../../../shared/aws/elbv2';
import { createTagging } from '../../../shared/aws/tagging';
import { type ApiObject, RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { applyServicePlan } from '../../../shared/passes/create-load-balancer';
import { deleteServiceResources } from '../../../shared/passes/delete-load-balancer';
import { planService } from '../../../shared/passes/make-plan';
import { resolveSubnets } from '../../../shared/passes/resolve-subnets';
import type { PlanDeps } from '../../../shared/passes/look-ahead';

const environment = parse(readFileSync(join(import.meta.dirname, '../../vectors/environments/svc-three-zones.yaml'), 'utf8')) as unknown;
const key = `svc#${CLUSTER}#default/web`;
const service: ApiObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] },
};

describe('a Service that comes and goes while its pass runs', () => {
  let world: SmallWorld;
  let deps: PlanDeps;

  beforeEach(async () => {
    world = await openSmallWorld({ environment, objects: [] });
    const aws = { region: world.place.region, endpoint: 'http://local', credentials: { accessKeyId: world.place.account, secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws) };
    deps = { store: world.store, acm: createAcm(aws), elbv2: createElbv2(aws), ec2: createEc2(aws), tagging: createTagging(aws), clusterClient: () => world.client, now: world.clock.now, factor: 1 };
  });
  afterEach(() => world.close());

  async function begin() {
    const { gen } = await world.store.leases.markDirty(key);
    const lease = await world.store.leases.acquire({ v: 1, key, gen, owner: 'run' });
    return { v: 1 as const, key, gen, owner: 'run', lease };
  }

  it('is planned anew, not deleted, when it is there again after it was seen to be gone', async () => {
    const input = await begin();
    await world.store.ledger.put(input, { v: 1, id: 'target-group/default/web:80', type: 'target-group', phase: 'intent', name: 'k8s-default-web-0000000000', origin: 'created', at: world.clock.now() });
    expect((await resolveSubnets(deps, input)).outcome).toBe('absent');
    await world.client.create(RESOURCES.services, service);
    await expect(planService(deps, input)).rejects.toMatchObject({ name: 'PlanStale' });
  });

  it('is taken away by a new pass of the same execution when it goes before its plan is applied', async () => {
    await world.client.create(RESOURCES.services, service);
    const input = await begin();
    await resolveSubnets(deps, input);
    const plan = await planService(deps, input);
    expect(plan.outcome).toBe('apply');
    await world.client.delete(RESOURCES.services, { namespace: 'default', name: 'web' });
    const apply = applyServicePlan({ ...deps, ensureBackendGroup: async () => 'sg-0123', forgetBackendGroup: async () => false }, { ...input, plan, work: null });
    await expect(apply).rejects.toMatchObject({ name: 'PlanStale' });
    expect(world.calls().filter(({ kind }) => kind === 'write')).toEqual([]);
  });

  it('keeps its load balancer when it is there again before its deletion begins, as when that is redriven after days', async () => {
    const input = await begin();
    await world.store.ledger.put(input, { v: 1, id: 'target-group/default/web:80', type: 'target-group', phase: 'intent', name: 'k8s-default-web-0000000000', origin: 'created', at: 0 });
    await resolveSubnets(deps, input);
    const plan = await planService(deps, input);
    expect(plan.outcome).toBe('delete');
    await world.client.create(RESOURCES.services, service);
    const deletion = deleteServiceResources({ ...deps, wakeTargets: async () => 1 }, { ...input, plan, work: null });
    await expect(deletion).rejects.toMatchObject({ name: 'PlanStale', message: expect.stringContaining('asks for its load balancer') as string });
    expect(await world.store.ledger.list(key)).toHaveLength(1);
  });

  it('is planned anew when its plan is older than a comparison with AWS may be, as when it is redriven after days', async () => {
    await world.client.create(RESOURCES.services, service);
    const input = await begin();
    await resolveSubnets(deps, input);
    const plan = await planService(deps, input);
    world.clock.advance(11 * 60_000);
    const apply = applyServicePlan({ ...deps, ensureBackendGroup: async () => 'sg-0123', forgetBackendGroup: async () => false }, { ...input, plan, work: null });
    await expect(apply).rejects.toMatchObject({ name: 'PlanStale', message: expect.stringContaining('660 s old') as string });
    expect(world.calls().filter(({ kind }) => kind === 'write')).toEqual([]);
  });
});
