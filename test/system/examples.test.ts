import { afterAll, beforeAll, describe, it } from 'vitest';
import { RESOURCES } from '../../shared/kubernetes/cluster-client';
import { accountOf } from './accounts';
import { example, startWorld, type ServiceName, type World } from './local';
import { aDeployment, annotationsOf } from './manifests';

/** P1, P2, P4 and P9 of the promises, from the manifest to healthy targets and back to nothing. One system serves them all at the same time. */
let world: World;
let before: Awaited<ReturnType<World['account']>>;
beforeAll(async () => {
  world = await startWorld({ factor: 0.02, environment: accountOf('svc-three-zones') });
  before = await world.account();
});
afterAll(() => world.stop());

const ZONES = { public: ['subnet-0a9d3b6e47c1f5082', 'subnet-0c3a51f08d2e4b7a1', 'subnet-0e57b2c9a1d80f463'], private: ['subnet-0193d7e5b4a6c8f23', 'subnet-04b8e6d2f9a3c1571', 'subnet-07f1a9c3e5d2b8642'] };

/** The load balancer that a Service's status names. */
async function loadBalancer(service: ServiceName) {
  const hostname = await world.until(`${service.name} shows an EXTERNAL-IP`, () => world.hostname(service));
  const { LoadBalancers = [] } = await world.elbv2.describeLoadBalancers({});
  const found = LoadBalancers.find(({ DNSName }) => DNSName?.toLowerCase() === hostname);
  if (!found) throw new Error(`expected a load balancer with the DNS name ${hostname}, found ${LoadBalancers.map(({ DNSName }) => DNSName).join(', ') || 'none'}`);
  return found;
}

const subnetsOf = ({ AvailabilityZones = [] }: Awaited<ReturnType<typeof loadBalancer>>) => AvailabilityZones.map(({ SubnetId = '' }) => SubnetId).toSorted();

function healthy(service: ServiceName, count: number) {
  const states = async () => (await world.targets(service)).map(({ Target, TargetHealth }) => ({ id: Target?.Id, state: TargetHealth?.State }));
  return world.until(`${count} targets of ${service.name} are healthy`, async () => {
    const found = await states();
    return found.length === count && found.every(({ state }) => state === 'healthy') && found;
  });
}

async function tagsOf(arns: readonly (string | undefined)[]): Promise<Record<string, string>[]> {
  const { TagDescriptions = [] } = await world.elbv2.describeTags({ ResourceArns: arns.map((arn) => arn ?? '') });
  return TagDescriptions.map(({ Tags = [] }) => Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])));
}

describe.concurrent('examples, whole', () => {
  it('P1: gives the nginx sample an internet-facing NLB that sends traffic to its three pods', async ({ expect }) => {
    const service = { namespace: 'nlb-sample-app', name: 'sample-service' };
    await world.apply(example('internet-facing-ip'));
    const balancer = await loadBalancer(service);
    expect(balancer).toMatchObject({ Type: 'network', Scheme: 'internet-facing', State: { Code: 'provisioning' } });
    expect(subnetsOf(balancer)).toEqual(ZONES.public);
    const targets = await healthy(service, 3);
    const pods = await world.kube.list(RESOURCES.pods, { namespace: service.namespace });
    expect(new Set(targets.map(({ id }) => id))).toEqual(new Set(pods.map((pod) => (pod['status'] as { podIP: string }).podIP)));
    const [arn = ''] = await world.targetGroups(service);
    const { TargetGroups: [group] = [] } = await world.elbv2.describeTargetGroups({ TargetGroupArns: [arn] });
    expect(group).toMatchObject({ TargetType: 'ip', LoadBalancerArns: [balancer.LoadBalancerArn] });
    expect(group?.TargetGroupName).toMatch(/^k8s-nlbsampl-samplese-/);
    await world.settled(service, 'Healthy');
    expect(await world.events(service)).toEqual([expect.objectContaining({ type: 'Normal', reason: 'SuccessfullyReconciled' })]);
    await world.kube.delete(RESOURCES.namespaces, { name: service.namespace });
    await world.until('the namespace is gone', async () => (await world.kube.get(RESOURCES.namespaces, { name: service.namespace })) === undefined);
  });

  it('P2: registers nodes at the node port', async ({ expect }) => {
    const service = { namespace: 'instance-targets', name: 'web' };
    await world.apply(example('instance-targets'));
    const nodes = await world.kube.list(RESOURCES.nodes);
    const targets = await healthy(service, nodes.length);
    expect(new Set(targets.map(({ id }) => id))).toEqual(new Set(nodes.map((node) => (node['spec'] as { providerID: string }).providerID.split('/').at(-1))));
    const nodePort = (await world.service(service))?.spec.ports[0]?.nodePort;
    expect((await world.targets(service)).map(({ Target }) => Target?.Port)).toEqual(nodes.map(() => nodePort));
    await world.kube.delete(RESOURCES.namespaces, { name: service.namespace });
  });

  it('P4: is internal, in private subnets, where no scheme is given', async ({ expect }) => {
    const service = { name: 'orders' };
    await world.apply([aDeployment('orders')]);
    await world.apply(example('internal-by-default'));
    const balancer = await loadBalancer(service);
    expect(balancer.Scheme).toBe('internal');
    expect(subnetsOf(balancer)).toEqual(ZONES.private);
    await healthy(service, 2);
    await world.remove(service);
  });

  it('P9: tags what is created, and changes the tags afterwards', async ({ expect }) => {
    const service = { name: 'tagged-resources' };
    await world.apply([aDeployment('tagged-resources')]);
    await world.apply(example('resource-tags'));
    const { LoadBalancerArn, SecurityGroups = [] } = await loadBalancer(service);
    const { Listeners: [listener] = [] } = await world.until('it has a listener', async () => {
      const found = await world.elbv2.describeListeners({ LoadBalancerArn });
      return found.Listeners?.length === 1 && found;
    });
    const [targetGroup] = await world.until('it has a binding', async () => {
      const found = await world.targetGroups(service);
      return found.length === 1 && found;
    });
    const arns = [LoadBalancerArn, listener?.ListenerArn, targetGroup];
    expect(await tagsOf(arns)).toEqual([1, 2, 3].map(() => expect.objectContaining({ team: 'shop', 'cost-center': '4711' })));
    const { SecurityGroups: groups = [] } = await world.ec2.describeSecurityGroups({ Filters: [{ Name: 'tag:team', Values: ['shop'] }] });
    expect(SecurityGroups).toContain(groups[0]?.GroupId);
    await world.settled(service, 'Healthy');

    await world.annotate(service, annotationsOf({ 'additional-resource-tags': 'team=checkout,stage=prod' }));
    const changed = expect.objectContaining({ team: 'checkout', stage: 'prod' });
    await world.until('the new tags are there', async () => (await tagsOf(arns)).every((tags) => tags['stage'] === 'prod'));
    await world.settled(service, 'Healthy');
    const tags = await tagsOf(arns);
    expect(tags).toEqual([changed, changed, changed]);
    expect(tags.filter((each) => 'cost-center' in each)).toEqual([]);
    expect((await loadBalancer(service)).LoadBalancerArn).toBe(LoadBalancerArn);
    await world.remove(service);
  });
});

describe('examples, after their deletion', () => {
  it('leave nothing behind: load balancers, target groups, groups, rules and interfaces are as before', async ({ expect }) => {
    for (const service of [{ namespace: 'nlb-sample-app', name: 'sample-service' }, { namespace: 'instance-targets', name: 'web' }, { name: 'orders' }, { name: 'tagged-resources' }]) await world.settled(service, 'Deleted');
    let seen: unknown;
    await world.until('the account is as it was', async () => {
      seen = await world.account();
      return JSON.stringify(seen) === JSON.stringify(before);
    }, () => seen);
    const { executions } = await world.sfn.listExecutions({ stateMachineArn: world.system.stateMachineArn, statusFilter: 'FAILED' });
    expect(executions).toEqual([]);
    expect(world.calls().filter(({ kind, result }) => kind === 'write' && /DependencyViolation|ResourceInUse/.test(result))).toEqual([]);
  });
});
