import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inProcessHandler } from '../../../infra/local/aws/in-process';
import { RESOURCES } from '../../../shared/kubernetes/cluster-client';
import { accountOf } from '../accounts';
import { KEY, openServiceWorld, type ServiceWorld } from './service-world';

let world: ServiceWorld;
let elbv2: ElasticLoadBalancingV2;
let ec2: EC2;

async function open(settings: object = {}): Promise<void> {
  world = await openServiceWorld(accountOf('svc-three-zones'), { settings });
  const config = { region: world.place.region, credentials: { accessKeyId: 'person', secretAccessKey: 'x' }, requestHandler: inProcessHandler(world.account.aws), maxAttempts: 1 };
  elbv2 = new ElasticLoadBalancingV2(config);
  ec2 = new EC2(config);
}
beforeEach(() => open());
afterEach(() => world.close());

/** The next comparison with AWS, ten minutes later. */
async function later() {
  await world.runner.settle(11 * 60_000);
  return world.again();
}

async function arns() {
  const { LoadBalancers: [balancer] = [] } = await elbv2.describeLoadBalancers({});
  const { TargetGroups: [group] = [] } = await elbv2.describeTargetGroups({});
  const { Listeners: [listener] = [] } = await elbv2.describeListeners({ LoadBalancerArn: balancer?.LoadBalancerArn });
  return { balancer: balancer?.LoadBalancerArn ?? '', group: group?.TargetGroupArn ?? '', listener: listener?.ListenerArn ?? '', managed: balancer?.SecurityGroups?.[0] ?? '' };
}

const attributesOf = async (arn: string) => Object.fromEntries(((await elbv2.describeLoadBalancerAttributes({ LoadBalancerArn: arn })).Attributes ?? []).map(({ Key, Value }) => [Key, Value]));
const tagsOf = async (arn: string) => (await elbv2.describeTags({ ResourceArns: [arn] })).TagDescriptions?.[0]?.Tags?.map(({ Key }) => Key);

describe('drift', () => {
  it('puts back what the manifest states, and leaves alone what it does not state', async () => {
    await world.apply({ annotations: { attributes: 'load_balancing.cross_zone.enabled=true', 'healthcheck-healthy-threshold': '4' } });
    const { balancer, group } = await arns();
    await elbv2.modifyLoadBalancerAttributes({ LoadBalancerArn: balancer, Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'false' }, { Key: 'dns_record.client_routing_policy', Value: 'availability_zone_affinity' }] });
    await elbv2.modifyTargetGroup({ TargetGroupArn: group, HealthyThresholdCount: 9 });
    await elbv2.modifyTargetGroupAttributes({ TargetGroupArn: group, Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '17' }] });
    await later();
    expect(await attributesOf(balancer)).toMatchObject({ 'load_balancing.cross_zone.enabled': 'true', 'dns_record.client_routing_policy': 'availability_zone_affinity' });
    expect((await elbv2.describeTargetGroups({})).TargetGroups?.[0]?.HealthyThresholdCount).toBe(4);
    const { Attributes = [] } = await elbv2.describeTargetGroupAttributes({ TargetGroupArn: group });
    expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '17' });
  });

  it('makes again what somebody deleted', async () => {
    await world.apply({});
    const { listener } = await arns();
    await elbv2.deleteListener({ ListenerArn: listener });
    await later();
    expect((await arns()).listener).not.toBe('');
  });

  it('revokes foreign rules on the managed group, and puts revoked ones back', async () => {
    await world.apply({});
    const { managed } = await arns();
    const rule = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
    await ec2.authorizeSecurityGroupIngress({ GroupId: managed, IpPermissions: [rule(22)] });
    await ec2.revokeSecurityGroupIngress({ GroupId: managed, IpPermissions: [rule(80)] });
    await later();
    const { SecurityGroups: [group] = [] } = await ec2.describeSecurityGroups({ GroupIds: [managed] });
    expect(group?.IpPermissions?.map(({ FromPort }) => FromPort)).toEqual([80]);
  });

  it('takes unknown tags off, but those that the settings leave to others stay', async () => {
    await world.close();
    await open({ externalManagedTags: ['cost'] });
    await world.apply({});
    const { balancer } = await arns();
    await elbv2.addTags({ ResourceArns: [balancer], Tags: [{ Key: 'cost', Value: '4711' }, { Key: 'stranger', Value: 'x' }, { Key: 'kubernetes.io/service-name', Value: 'web' }] });
    await later();
    expect(await tagsOf(balancer)).toEqual(expect.arrayContaining(['cost', 'kubernetes.io/service-name']));
    expect(await tagsOf(balancer)).not.toContain('stranger');
  });

  it('is never one where only names differ: a load balancer keeps the name it was made with', async () => {
    await world.apply({});
    const before = await arns();
    const pass = await world.apply({ annotations: { name: 'another-name' } });
    expect(pass.plans.map(({ outcome }) => outcome)).toEqual(['noop']);
    expect(world.writes()).toEqual([]);
    expect(await arns()).toEqual(before);
  });
});

describe('a capacity reservation', () => {
  const units = async (arn: string) => (await elbv2.describeCapacityReservation({ LoadBalancerArn: arn })).MinimumLoadBalancerCapacity?.CapacityUnits;

  it('is asked for when the load balancer is active, put back, left alone, and taken back by 0', async () => {
    await world.apply({ annotations: { 'minimum-load-balancer-capacity': 'CapacityUnits=3000' } });
    await world.runner.settle(5 * 60_000);
    const { balancer } = await arns();
    expect(await units(balancer)).toBe(3000);
    await elbv2.modifyCapacityReservation({ LoadBalancerArn: balancer, MinimumLoadBalancerCapacity: { CapacityUnits: 4000 } });
    await later();
    await world.runner.settle(5 * 60_000);
    expect(await units(balancer)).toBe(3000);
    await world.apply({ annotations: { 'minimum-load-balancer-capacity': null } });
    expect(await units(balancer)).toBe(3000);
    await world.apply({ annotations: { 'minimum-load-balancer-capacity': 'CapacityUnits=0' } });
    await world.runner.settle(5 * 60_000);
    expect(await units(balancer)).toBeUndefined();
  });
});

describe('many rules', () => {
  it('change although old and new ones together are more than a group can hold', async () => {
    const ranges = (first: number) => Array.from({ length: 40 }, (_, index) => `10.${first + index}.0.0/16`);
    await world.apply({ spec: { loadBalancerSourceRanges: ranges(0) } });
    const pass = await world.apply({ spec: { loadBalancerSourceRanges: ranges(100) } });
    expect(pass.failure).toBeUndefined();
    const { managed } = await arns();
    const { SecurityGroups: [group] = [] } = await ec2.describeSecurityGroups({ GroupIds: [managed] });
    expect(group?.IpPermissions?.[0]?.IpRanges?.map(({ CidrIp }) => CidrIp).toSorted()).toEqual(ranges(100).toSorted());
  });
});

describe('a load balancer that is not in our books', () => {
  it('is noted when it is seen, so that its hostname is told again', async () => {
    await world.apply({});
    const hostname = await world.hostname();
    const { gen } = await world.store.leases.markDirty(KEY);
    const lease = await world.store.leases.acquire({ v: 1, key: KEY, gen, owner: 'person' });
    const holder = { v: 1 as const, key: KEY, gen, owner: 'person', lease };
    await world.store.leases.update(holder, { hostname: null, arn: null, inputsHash: null });
    await world.store.leases.release(holder);
    await world.client.patch(RESOURCES.services, { namespace: 'default', name: 'web' }, { type: 'merge', body: { status: { loadBalancer: { ingress: null } } } }, { subresource: 'status' });
    await world.again();
    expect(await world.hostname()).toBe(hostname);
    expect((await world.store.leases.read(KEY))?.hostname).toBe(hostname);
  });
});
