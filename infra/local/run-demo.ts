import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { RESOURCES } from '../../shared/kubernetes/cluster-client';
import { demoScreen } from './demo-screen';
import { demoWorld, type DemoWorld } from './demo-world';
import { startLocalSystem } from './system';

/** One factor scales all delays: an NLB that takes one or two minutes in AWS takes a few seconds here. */
const FACTOR = 0.05;
const MANIFEST = join(import.meta.dirname, '../../examples/internet-facing-ip/manifest.yaml');
const APP = { namespace: 'nlb-sample-app', service: 'sample-service', deployment: 'sample-app' };

const screen = demoScreen();
screen.title(`stepbalancer demo: one process, nothing in the cloud. Every delay of AWS, leases and retries × ${FACTOR}`);
const system = await startLocalSystem({ factor: FACTOR, onProblem: (problem) => screen.problem(problem) });
const world = demoWorld(system, screen);
screen.fact(`local AWS ${system.awsUrl} and cluster ${system.clusterId} with 3 nodes answer`);

try {
  await create(world);
  await scale(world);
  await changeAttribute(world);
  await remove(world);
  screen.summary(world.figures());
} catch (error) {
  screen.failed(error);
  process.exitCode = 1;
}
await system.stop();
process.exit(process.exitCode ?? 0);

async function create({ client, check, until, service, targets, apply }: DemoWorld): Promise<void> {
  screen.chapter('kubectl apply -f examples/internet-facing-ip/manifest.yaml');
  await apply(parseAllDocuments(readFileSync(MANIFEST, 'utf8')).map((document) => document.toJS() as Record<string, unknown>));
  const pending = await service(APP);
  check('EXTERNAL-IP is pending at first', pending.hostname === undefined);
  await until('the hostname appears', async () => (await service(APP)).hostname !== undefined);
  const balancers = await world.loadBalancers();
  check('one internet-facing NLB exists', balancers.length === 1 && balancers[0]?.Type === 'network' && balancers[0].Scheme === 'internet-facing');
  check('kubectl get svc shows its DNS name, before it is healthy', (await service(APP)).hostname === balancers[0]?.DNSName?.toLowerCase());
  await until('3 targets are healthy', async () => (await targets()).filter(({ state }) => state === 'healthy').length === 3);
  const pods = (await client.list(RESOURCES.pods, { namespace: APP.namespace })).map((pod) => (pod['status'] as { podIP?: string }).podIP);
  const groups = await world.targetGroups();
  check('its target group is of type ip and its name begins with k8s-', groups.length === 1 && groups[0]?.TargetType === 'ip' && groups[0].TargetGroupName.startsWith('k8s-'));
  check('the targets are the three pod IPs', sameSet((await targets()).map(({ id }) => id), pods));
  await until('the pass ends', async () => (await world.phase(APP)) === 'Healthy');
}

async function scale({ client, check, until, targets, figures }: DemoWorld): Promise<void> {
  screen.chapter(`kubectl scale deployment ${APP.deployment} --replicas=5`);
  const before = figures();
  await client.patch({ group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }, { namespace: APP.namespace, name: APP.deployment }, { type: 'merge', body: { spec: { replicas: 5 } } });
  await until('5 targets are healthy', async () => (await targets()).filter(({ state }) => state === 'healthy').length === 5);
  check('nothing but targets was written', figures().writes.slice(before.writes.length).every(({ action }) => action === 'RegisterTargets'));
}

async function changeAttribute({ client, check, until, service, loadBalancers, figures }: DemoWorld): Promise<void> {
  screen.chapter('kubectl annotate service … aws-load-balancer-attributes=load_balancing.cross_zone.enabled=true');
  const before = figures();
  const [balancer] = await loadBalancers();
  await client.patch(RESOURCES.services, { namespace: APP.namespace, name: APP.service }, { type: 'merge', body: { metadata: { annotations: { 'service.beta.kubernetes.io/aws-load-balancer-attributes': 'load_balancing.cross_zone.enabled=true' } } } });
  await until('the attribute is set', async () => (await world.attribute(balancer?.LoadBalancerArn ?? '', 'load_balancing.cross_zone.enabled')) === 'true');
  await until('the pass ends', async () => (await world.phase(APP)) === 'Healthy');
  const writes = figures().writes.slice(before.writes.length).map(({ action }) => action);
  check('one Modify call did it', writes.join() === 'ModifyLoadBalancerAttributes');
  check('nothing was replaced', (await loadBalancers())[0]?.LoadBalancerArn === balancer?.LoadBalancerArn && (await service(APP)).hostname === balancer?.DNSName?.toLowerCase());
}

async function remove({ client, check, until, loadBalancers, targetGroups }: DemoWorld): Promise<void> {
  screen.chapter(`kubectl delete namespace ${APP.namespace}`);
  await client.delete(RESOURCES.namespaces, { name: APP.namespace });
  await until('the namespace is gone', async () => (await client.get(RESOURCES.namespaces, { name: APP.namespace })) === undefined);
  await until('the shared backend group is gone', async () => (await world.ourSecurityGroups()).length === 0);
  check('no load balancer is left', (await loadBalancers()).length === 0);
  check('no target group is left', (await targetGroups()).length === 0);
  check('no security group of ours is left', (await world.ourSecurityGroups()).length === 0);
  check('the nodes’ security group has no rule of ours any more', (await world.ourNodeRules()) === 0);
  check('no execution failed', (await world.failedExecutions()) === 0);
}

function sameSet(one: readonly (string | undefined)[], other: readonly (string | undefined)[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}
