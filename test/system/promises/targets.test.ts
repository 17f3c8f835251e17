import { describe, expect, it, onTestFinished } from 'vitest';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { accountOf, EXAMPLE_ACCOUNTS, type Account } from '../accounts';
import { example } from '../local';
import { aDeployment, aService } from '../manifests';
import { openLivelyWorld, type LivelyWorld, type SeenTarget } from './lively-world';

/** Examples of the promises with their pods and nodes: what is registered in AWS, and whether it is healthy. */
const NOTHING = { loadBalancers: 0, targetGroups: 0, securityGroups: 0 };
const EKS = () => accountOf('svc-three-zones');
const KOPS = () => accountOf('svc-kops');

async function open(account: Account, options: Parameters<typeof openLivelyWorld>[1] = {}): Promise<LivelyWorld> {
  const world = await openLivelyWorld(account, options);
  onTestFinished(() => world.close());
  return world;
}

const accountOfExample = (folder: string): Account => {
  const account = EXAMPLE_ACCOUNTS[folder];
  if (!account) throw new Error(`expected an account for ${folder}, found none`);
  return account();
};
const allHealthy = (targets: readonly SeenTarget[]) => targets.every(({ state }) => state === 'healthy');
const idsOf = (targets: readonly SeenTarget[]) => new Set(targets.map(({ id }) => id));
const instancesOf = async (world: LivelyWorld) => new Set((await world.nodes()).map(({ spec }) => (spec as { providerID: string }).providerID.split('/').at(-1)));
const addressesOf = async (world: LivelyWorld, app: string) => new Set((await world.pods(app)).map(({ status }) => (status as { podIP: string }).podIP));

describe.each([['EKS', EKS], ['kops', KOPS]])('on %s', (_, account) => {
  it('P1: three pods behind an internet-facing NLB are healthy; the namespace takes everything with it', async () => {
    const world = await open(account());
    const service = { namespace: 'nlb-sample-app', name: 'sample-service' };
    await world.apply(example('internet-facing-ip'));
    expect(await world.hostname(service)).toMatch(/\.elb\.us-west-2\.amazonaws\.com$/);
    const [group] = await world.targetGroups(service);
    expect(group).toMatchObject({ TargetType: 'ip', TargetGroupName: expect.stringMatching(/^k8s-nlbsampl-samplese-/) as string });
    const targets = await world.targets(group);
    expect(targets).toHaveLength(3);
    expect(allHealthy(targets)).toBe(true);
    const pods = await world.pods('nginx');
    expect(idsOf(targets)).toEqual(new Set(pods.map(({ status }) => (status as { podIP: string }).podIP)));
    await world.removeNamespace(service.namespace);
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });

  it('P2: nodes and node ports are the targets, pods or not', async () => {
    const world = await open(account());
    const service = { namespace: 'instance-targets', name: 'web' };
    await world.apply(example('instance-targets'));
    const [group] = await world.targetGroups(service);
    const targets = await world.targets(group);
    expect(group).toMatchObject({ TargetType: 'instance', HealthCheckPort: 'traffic-port' });
    expect(idsOf(targets)).toEqual(await instancesOf(world));
    expect(allHealthy(targets)).toBe(true);
    await world.remove(service);
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });

  it('P11: one rule on the nodes for all ports of all Services, and none that nobody needs', async () => {
    const world = await open(account());
    await world.apply([aDeployment('guarded')]);
    await world.apply(example('inbound-rules'));
    await world.apply(example('inbound-rules').replace('name: guarded', 'name: second'));
    const ports = [...(await world.targetGroups({ name: 'guarded' })), ...(await world.targetGroups({ name: 'second' }))].map(({ Port = 0 }) => Port);
    expect(ports).toHaveLength(4);
    expect(world.nodeRules()).toEqual([expect.stringMatching(new RegExp(`^tcp ${Math.min(...ports)}-${Math.max(...ports)} from .*sg-`))]);
    for (const group of await world.targetGroups({ name: 'guarded' })) expect(allHealthy(await world.targets(group))).toBe(true);
    await world.remove({ name: 'guarded' });
    await world.remove({ name: 'second' });
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });

  it('nodes without any pod behind them are told at once as what they are, and serve as soon as there is one', async () => {
    const world = await open(account());
    const service = { name: 'empty' };
    await world.apply([aDeployment('empty', { replicas: 0 })]);
    await world.apply([aService('empty', { annotations: { 'nlb-target-type': 'instance' } })]);
    await world.until(async () => (await world.phase(service)) === 'Degraded');
    expect((await world.events(service)).find((event) => event.startsWith('NoReadyEndpoints'))).toMatch(/has nodes, but no pod behind them.*as soon as a pod that the Service selects becomes ready/);
    await world.apply([aDeployment('empty', { replicas: 1 })]);
    await world.until(async () => (await world.phase(service)) === 'Healthy');
    await world.remove(service);
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });

  it('P17: the health check asks the node for its own pods: nodes without one are unhealthy, until one comes', async () => {
    const world = await open(account());
    const service = { name: 'local' };
    await world.apply([aDeployment('local', { replicas: 1 })]);
    await world.apply(example('local-traffic'));
    const [group] = await world.targetGroups(service);
    expect(group).toMatchObject({ TargetType: 'instance', HealthCheckPort: '32100', HealthCheckProtocol: 'HTTP', HealthCheckPath: '/healthz' });
    const states = async () => (await world.targets(group)).map(({ state }) => state).sort();
    expect(await states()).toEqual(['healthy', 'unhealthy', 'unhealthy']);
    // That is how it is meant to be: nobody waits for the other nodes, and nothing is told.
    expect(await world.phase(service)).toBe('Healthy');
    expect((await world.events(service)).filter((event) => event.includes('not healthy'))).toEqual([]);
    expect(await world.targetGroupAttributes(group)).toMatchObject({ 'preserve_client_ip.enabled': 'true' });
    await world.apply([aDeployment('local', { replicas: 3 })]);
    await world.until(async () => (await states()).join() === 'healthy,healthy,healthy');
    await world.remove(service);
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });
});

describe('further promises', () => {
  it('P17: nor does anybody wait for a node in a zone that the load balancer leaves out', async () => {
    const where = EKS();
    const world = await open(where);
    const service = { name: 'local' };
    await world.apply([aDeployment('local', { replicas: 1 })]);
    const [pod] = await world.pods('local');
    const node = (await world.nodes()).find(({ metadata }) => metadata.name === (pod?.['spec'] as { nodeName: string } | undefined)?.nodeName);
    const own = where.nodeSubnets.find(({ zone }) => zone === node?.metadata.labels?.['topology.kubernetes.io/zone']);
    const other = where.nodeSubnets.find((subnet) => subnet !== own);
    await world.apply(example('local-traffic').replace('annotations:', `annotations:\n    service.beta.kubernetes.io/aws-load-balancer-subnets: ${own?.subnetId ?? ''}, ${other?.subnetId ?? ''}`));
    const [group] = await world.targetGroups(service);
    expect((await world.targets(group)).map(({ state }) => state).sort()).toEqual(['healthy', 'unhealthy', 'unused']);
    expect(await world.phase(service)).toBe('Healthy');
    await world.remove(service);
  });

  it('P8: IPv6 pods are the targets of a dualstack load balancer', async () => {
    const world = await open(accountOfExample('dualstack-ipv6-pods'), { podFamily: 'IPv6' });
    await world.apply([aDeployment('v6')]);
    await world.apply(example('dualstack-ipv6-pods'));
    const [group] = await world.targetGroups({ name: 'v6' });
    expect(group).toMatchObject({ TargetType: 'ip', IpAddressType: 'ipv6' });
    const targets = await world.targets(group);
    expect(idsOf(targets)).toEqual(await addressesOf(world, 'v6'));
    expect(targets.map(({ id }) => id.includes(':'))).toEqual([true, true]);
    expect(allHealthy(targets)).toBe(true);
    await world.remove({ name: 'v6' });
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });

  it('P8: instance targets cannot be IPv6: a clear error, nothing made', async () => {
    const world = await open(accountOfExample('dualstack-ipv6-pods'), { podFamily: 'IPv6' });
    await world.apply(example('dualstack-ipv6-pods').replace('nlb-target-type: ip', 'nlb-target-type: instance'));
    expect(await world.events({ name: 'v6' })).toEqual([expect.stringMatching(/^Ipv6InstanceTargets: Service default\/v6: .*none of the 3 nodes has one; set .*nlb-target-type to ip/)]);
    expect(world.left()).toEqual(NOTHING);
  });

  it('P13: the pods of a second Service are behind a port of the first one, each at its own port', async () => {
    const world = await open(accountOfExample('one-nlb-for-two-services'));
    await world.apply([aDeployment('front'), aDeployment('other', { port: 9090 })]);
    await world.apply(example('one-nlb-for-two-services'));
    expect(await world.loadBalancers()).toHaveLength(1);
    const [others] = await world.targetGroups({ name: 'other' });
    const targets = await world.targets(others);
    expect(idsOf(targets)).toEqual(await addressesOf(world, 'other'));
    expect(targets.map(({ port }) => port)).toEqual([9090, 9090]);
    expect(allHealthy(targets)).toBe(true);
    const [own] = await world.targetGroups({ name: 'front' });
    expect(allHealthy(await world.targets(own))).toBe(true);
    await world.apply([aDeployment('other', { port: 9090, replicas: 3 })]);
    await world.until(async () => (await world.targets(others)).filter(({ state }) => state === 'healthy').length === 3);
    await world.remove({ name: 'front' });
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });

  it('P28: ClusterIP and NodePort get nothing; a LoadBalancer of our class has its pods as targets where the settings say so', async () => {
    const world = await open(accountOfExample('service-types'));
    await world.apply([aDeployment('public'), aDeployment('inner'), aDeployment('on-nodes')]);
    await world.apply(example('service-types'));
    expect(await world.loadBalancers()).toHaveLength(1);
    const [group] = await world.targetGroups({ name: 'public' });
    const targets = await world.targets(group);
    expect(idsOf(targets)).toEqual(await addressesOf(world, 'public'));
    expect(allHealthy(targets)).toBe(true);
    await world.remove({ name: 'public' });
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });

  it('P28: without the setting nodes and node ports are the targets', async () => {
    const world = await open(EKS());
    await world.apply([aDeployment('public')]);
    await world.apply(example('service-types'));
    const targets = await world.targets((await world.targetGroups({ name: 'public' }))[0]);
    expect(idsOf(targets)).toEqual(await instancesOf(world));
    expect(allHealthy(targets)).toBe(true);
  });

  it('P16: a legacy Service of a kops cluster gets its nodes, in both zones, as targets', async () => {
    const world = await open(accountOfExample('kops-legacy'), { nodes: 4 });
    await world.apply([aDeployment('legacy')]);
    await world.apply(example('kops-legacy'));
    const [balancer] = await world.loadBalancers();
    expect(balancer).toMatchObject({ Scheme: 'internal' });
    expect(balancer?.AvailabilityZones?.map(({ ZoneName }) => ZoneName).sort()).toEqual(['us-west-2a', 'us-west-2b']);
    const targets = await world.targets((await world.targetGroups({ name: 'legacy' }))[0]);
    expect(idsOf(targets)).toEqual(await instancesOf(world));
    expect(targets).toHaveLength(4);
    expect(allHealthy(targets)).toBe(true);
    await world.remove({ name: 'legacy' });
    expect([world.left(), world.nodeRules()]).toEqual([NOTHING, []]);
  });
});

describe('P15', () => {
  const windows = (replicas: number) => example('windows-pods').replace('replicas: 2', `replicas: ${replicas}`);
  async function openWindows(quota: number): Promise<LivelyWorld> {
    const world = await open(accountOfExample('windows-pods'), { quotas: { 'targets-per-target-group': quota } });
    for (const { metadata } of await world.nodes()) await world.client.patch(RESOURCES.nodes, { name: metadata.name }, { type: 'merge', body: { metadata: { labels: { 'kubernetes.io/os': 'windows' } } } });
    return world;
  }
  const healthyOf = async (world: LivelyWorld) => (await world.targets((await world.targetGroups({ name: 'windows' }))[0])).filter(({ state }) => state === 'healthy').length;

  it('takes 1,024 pods on Windows nodes', async () => {
    const world = await openWindows(1024);
    await world.apply(windows(1024));
    expect(await healthyOf(world)).toBe(1024);
  }, 60_000);

  it('says on the Service that one more does not fit, keeps those that serve, and goes on when there is room', async () => {
    const world = await openWindows(4);
    await world.apply(windows(4));
    await world.apply(windows(5));
    expect(await healthyOf(world)).toBe(4);
    expect(await world.events({ name: 'windows' })).toContainEqual(expect.stringMatching(/^TargetQuota: Expected room for 1 more targets in target group k8s-default-windows-\w+, which has 4, found a quota of AWS reached.*Have the quota raised/s));
    await world.apply(windows(3));
    await world.until(async () => (await healthyOf(world)) === 3);
    await world.apply(windows(4));
    expect(await healthyOf(world)).toBe(4);
  });
});
