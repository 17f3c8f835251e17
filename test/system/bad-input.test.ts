import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOf } from './accounts';
import { isLoadBalancing, type SeenEvent, type ServiceName, startWorld, type World } from './local';
import { aDeployment, annotationsOf, aService } from './manifests';

/** What a person may get wrong. The account has private subnets only. */
let world: World;
let before: Awaited<ReturnType<World['account']>>;
beforeAll(async () => {
  world = await startWorld({ factor: 0.02, environment: accountOf('svc-private-only') });
  before = await world.account();
});
afterAll(() => world.stop());

interface Mistake {
  readonly mistake: string;
  readonly name: string;
  /** Annotations by their short names; the mistake is mended by taking them away. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly reason: string;
  /** What was expected, what was found, what to do. */
  readonly says: readonly RegExp[];
}

const MISTAKES: readonly Mistake[] = [
  { mistake: 'a value that LBC refuses', name: 'scheme', annotations: { scheme: 'public' }, reason: 'UnknownScheme', says: [/must be "internal" or "internet-facing"/, /got "public"/, /correct it or remove the annotation/] },
  { mistake: 'a malformed value', name: 'bool', annotations: { 'multi-cluster-target-group': 'perhaps' }, reason: 'MalformedBool', says: [/must be true or false/, /got "perhaps"/, /write true or false/] },
  { mistake: 'no matching subnet', name: 'nosubnet', annotations: { scheme: 'internet-facing' }, reason: 'NoSubnetFound', says: [/can take an internet-facing load balancer/, /no subnet in vpc-/, /tag one subnet per zone with kubernetes\.io\/role\/elb=1/] },
  { mistake: 'an unknown subnet', name: 'subnet', annotations: { subnets: 'subnet-0dead000000000001' }, reason: 'SubnetNotFound', says: [/name each subnet once/, /subnet-0dead000000000001/, /or remove the annotation/] },
];

const ours = (name: string, annotations: Readonly<Record<string, string>> = {}) => ({ ...aService(name, { annotations }), spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80, targetPort: 8080, protocol: name === 'quic' ? 'UDP' : 'TCP' }] } });
const writesFor = (name: string, after = 0) => world.calls(after).filter((call) => call.kind === 'write' && isLoadBalancing(call) && JSON.stringify(call.input).includes(`k8s-default-${name}`));
const warned = (service: ServiceName, reason: string): Promise<SeenEvent> =>
  world.until(`${service.name} is warned of ${reason}`, async () => (await world.events(service)).find((event) => event.type === 'Warning' && event.reason === reason), () => world.events(service));

describe.concurrent('a mistake in a manifest', () => {
  it.each(MISTAKES)('$mistake: is said with what was expected, found and to do; nothing is created; mended, it goes on by itself', async ({ name, annotations, reason, says }) => {
    const service = { name };
    const mended = Object.fromEntries(Object.keys(annotations).map((annotation) => [annotation, null]));
    await world.apply([aDeployment(name), ours(name, annotations)]);
    const warning = await warned(service, reason);
    for (const part of says) expect(warning.message).toMatch(part);
    await world.settled(service, 'Blocked');
    expect(writesFor(name)).toEqual([]);
    expect((await world.service(service))?.metadata.finalizers ?? []).toEqual([]);
    expect(await world.hostname(service)).toBeUndefined();

    await world.annotate(service, annotationsOf(mended));
    const hostname = await world.until('EXTERNAL-IP appears', () => world.hostname(service), () => world.events(service));
    await world.settled(service, 'Healthy');

    const mark = world.mark();
    await world.annotate(service, annotationsOf(annotations));
    await world.settled(service, 'Blocked');
    await world.scale({ name }, 3);
    await world.until('its targets still follow the pods', async () => (await world.targets(service)).filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length === 3);
    expect(await world.hostname(service)).toBe(hostname);
    expect([...new Set(writesFor(name, mark).map(({ action }) => action))]).toEqual(['RegisterTargets']);

    await world.remove(service);
    await world.until('the Service is gone', async () => (await world.service(service)) === undefined);
  });

  it('what is not supported yet is said by name, and nothing of the rest is held up', async () => {
    const service = { name: 'quic' };
    await world.apply([ours('quic', { 'quic-enabled-ports': '80' })]);
    const warning = await warned(service, 'QuicServerIdsNotGiven');
    expect(warning.message).toMatch(/does not support giving pods one yet\. Set it in the pod template/);
    await world.until('EXTERNAL-IP appears', () => world.hostname(service), () => world.events(service));
    await world.remove(service);
    await world.until('the Service is gone', async () => (await world.service(service)) === undefined);
  });

  it('broken from the beginning to the end: the Service is deleted without anything having been made', async () => {
    const service = { name: 'never' };
    await world.apply([ours('never', { scheme: 'nowhere' })]);
    await warned(service, 'UnknownScheme');
    await world.remove(service);
    await world.settled(service, 'Deleted');
    expect(writesFor('never')).toEqual([]);
  });

  it('no ready pod: degraded, said once, never failed; healthy as soon as there are pods', async () => {
    const service = { name: 'nopods' };
    await world.apply([aDeployment('nopods', { replicas: 0 }), ours('nopods')]);
    expect((await warned(service, 'NoReadyEndpoints')).message).toMatch(/Expected at least one ready endpoint, found: target group .* has no target.* as soon as a pod .* becomes ready/);
    await world.settled(service, 'Degraded');
    expect(await world.hostname(service)).toMatch(/elb\..*amazonaws\.com$/);
    const passes = (await world.executions(service)).length;
    await world.until('it was looked at again', async () => (await world.executions(service)).length > passes);
    expect((await warned(service, 'NoReadyEndpoints')).count).toBe(1);
    await world.scale({ name: 'nopods' }, 2);
    await world.settled(service, 'Healthy');
    await world.remove(service);
    await world.until('the Service is gone', async () => (await world.service(service)) === undefined);
  });
});

describe('after all mistakes', () => {
  it('nothing is left, and no execution has failed', async () => {
    let seen: unknown;
    await world.until('the account is as it was', async () => JSON.stringify((seen = await world.account())) === JSON.stringify(before), () => seen);
    const { executions = [] } = await world.sfn.listExecutions({ stateMachineArn: world.system.stateMachineArn, statusFilter: 'FAILED' });
    const failed = await Promise.all(executions.map(({ executionArn }) => world.sfn.describeExecution({ executionArn })));
    expect(failed.map(({ name, error, cause }) => ({ name, error, cause }))).toEqual([]);
  });
});
