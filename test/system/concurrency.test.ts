import { EventBridge } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceName, startWorld, type World } from './local';
import { aDeployment, annotationsOf, aService } from './manifests';
import { OBSERVER } from './view';

/** Events are wake-ups: doubled, late, false or at the same time, they cost time and never correctness. */
let world: World;
let bus: EventBridge;
beforeAll(async () => {
  world = await startWorld({ factor: 0.03 });
  bus = new EventBridge({ region: world.system.place.region, endpoint: world.system.awsUrl, credentials: { accessKeyId: OBSERVER, secretAccessKey: 'local' } });
});
afterAll(() => world.stop());

interface Wake {
  readonly source?: string;
  readonly detail?: string;
}

const changed = ({ name }: ServiceName) => JSON.stringify({ v: 1, cluster: 'demo', object: { group: '', resource: 'services', namespace: 'default', name }, via: 'test' });

/** Sends events as a forwarder does, ten in a call. */
async function send(wakes: readonly Wake[]): Promise<void> {
  for (let from = 0; from < wakes.length; from += 10) {
    await bus.putEvents({ Entries: wakes.slice(from, from + 10).map(({ source = 'stepbalancer.demo', detail = '{}' }) => ({ EventBusName: 'stepbalancer', Source: source, DetailType: 'object.changed', Detail: detail })) });
  }
}

/** Watches a key: how many of its executions run at once at most, and how many passes begin. */
function watch(service: ServiceName) {
  const running = new Set<string>();
  const seen = { atOnce: 0, passes: 0 };
  world.system.states.onState((event) => {
    if (!event.name.startsWith(`svc-demo-default-${service.name}-`)) return;
    if (event.type === 'ended') running.delete(event.executionArn);
    if (event.type === 'entered' && event.state === 'ResolveSubnets') {
      running.add(event.executionArn);
      seen.atOnce = Math.max(seen.atOnce, running.size);
      seen.passes += 1;
    }
  });
  return seen;
}

async function tagOf(service: ServiceName): Promise<string | undefined> {
  const hostname = await world.hostname(service);
  const { LoadBalancers = [] } = await world.elbv2.describeLoadBalancers({});
  const arn = LoadBalancers.find(({ DNSName }) => DNSName?.toLowerCase() === hostname)?.LoadBalancerArn ?? '';
  const { TagDescriptions = [] } = await world.elbv2.describeTags({ ResourceArns: [arn] });
  return TagDescriptions[0]?.Tags?.find(({ Key }) => Key === 'turn')?.Value;
}

const turn = (value: string) => annotationsOf({ 'additional-resource-tags': `turn=${value}` });

describe('events at the same time', () => {
  it('lead to one execution at a time, and the last state wins', async () => {
    const service = { name: 'two' };
    const seen = watch(service);
    await world.apply([aDeployment('two'), aService('two')]);
    await world.settled(service, 'Healthy');
    await Promise.all([world.annotate(service, turn('first')), send([{ detail: changed(service) }, { detail: changed(service) }])]);
    await world.annotate(service, turn('last'));
    await world.until('the last tag is there', async () => (await tagOf(service)) === 'last', () => tagOf(service));
    await world.settled(service, 'Healthy');
    expect(seen.atOnce).toBe(1);
    expect((await world.elbv2.describeLoadBalancers({})).LoadBalancers).toHaveLength(1);
  });

  it('are collapsed: 200 during a pass lead to at most 2 further passes', async () => {
    const service = { name: 'two' };
    const seen = watch(service);
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    // The pass is held where it waits for AWS, until all events are in.
    const free = world.system.account.aws.faults.add({ kind: 'delay', action: 'AddTags', forMs: 1000 });
    const unwatch = world.system.states.onState((event) => {
      if (event.type === 'entered' && event.state === 'CreateLoadBalancer' && event.name.startsWith(`svc-demo-default-${service.name}-`)) begin();
    });
    await world.annotate(service, turn('many'));
    await begun;
    const before = seen.passes;
    await send(Array.from({ length: 200 }, () => ({ detail: changed(service) })));
    await world.settled(service, 'Healthy');
    const { gen } = (await world.state(service)) ?? { gen: 0 };
    await world.until('the queue is empty', async () => ((await world.state(service))?.doneGen ?? 0) >= gen);
    free();
    unwatch();
    expect(seen.passes - before).toBeLessThanOrEqual(2);
    expect(await tagOf(service)).toBe('many');
  });

  it('are not missed where the object changes between the writing of its reference and its read', async () => {
    const service = { name: 'two' };
    const key = world.keyOf(service);
    let isDone = false;
    const { after } = world.system.account.aws.hooks;
    const hook = async ({ service: called, action, input }: { service: string; action: string; input: unknown }) => {
      if (isDone || called !== 'dynamodb' || action !== 'PutItem' || !JSON.stringify(input).includes('REF#') || !JSON.stringify(input).includes(key)) return;
      isDone = true;
      await world.annotate(service, turn('between'));
    };
    after.push(hook);
    await world.annotate(service, turn('before'));
    await world.until('the change in between has arrived', async () => (await tagOf(service)) === 'between', () => tagOf(service));
    after.splice(after.indexOf(hook), 1);
    await world.settled(service, 'Healthy');
    expect(isDone).toBe(true);
  });
});

describe('events that are not as they should be', () => {
  it('are taken where they are only doubled or late', async () => {
    const service = { name: 'two' };
    const mark = world.mark();
    await send([{ detail: changed({ name: 'gone-long-ago' }) }, { detail: changed(service) }, { detail: changed(service) }]);
    await world.until('they were answered', async () => world.calls(mark).some(({ action }) => action === 'StartExecution'));
    await world.settled(service, 'Healthy');
    await world.settled({ name: 'gone-long-ago' }, 'Deleted');
    expect(world.calls(mark).filter(({ service: called }) => called === 'elasticloadbalancing' || called === 'ec2')).toEqual([]);
  });

  it('are dropped where they are malformed, or forged: the source must be the cluster’s own', async () => {
    const forged = { name: 'forged' };
    await send([{ detail: '{"v":1}' }, { detail: '{"v":99,"cluster":"demo"}' }, { detail: '[]' }, { source: 'stepbalancer.other', detail: changed(forged) }, { source: 'somebody.else', detail: changed(forged) }, { detail: changed({ name: 'genuine' }) }]);
    await world.settled({ name: 'genuine' }, 'Deleted');
    expect(await world.state(forged)).toBeUndefined();
  });
});
