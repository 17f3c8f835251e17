import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../shared/kubernetes/cluster-client';
import { loadPlan } from '../../shared/passes/plan-record';
import { NODE } from './child-system';
import { isLoadBalancing, startWorld, type World } from './local';
import { aDeployment, annotationsOf, aService } from './manifests';

/** What stepbalancer may do in a cluster is said by the command line, and holds in every pass. The tests go from mode to mode with one Service. */
const ROOT = join(import.meta.dirname, '../..');
const SERVICE = { name: 'web' };
let world: World;
beforeAll(async () => {
  world = await startWorld({ factor: 0.03, mode: 'observe' });
});
afterAll(() => world.stop());

/** Runs the command as a person does; answers what it prints, or with what words it fails. */
async function stepbalancer(...args: string[]): Promise<{ code: number; text: string }> {
  const env = { ...process.env, AWS_ENDPOINT_URL: world.system.awsUrl, AWS_REGION: world.system.place.region, AWS_ACCESS_KEY_ID: world.system.place.account, AWS_SECRET_ACCESS_KEY: 'local' };
  const run = promisify(execFile)(NODE, ['--import', 'tsx', join(ROOT, 'infra/cli/main.ts'), ...args], { env, cwd: ROOT });
  return run.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, text: stderr }),
  );
}

/** What the system has written since the mark: into the account, and into the cluster. Its own leases aside, it writes no object in mode observe. */
function written(mark: number) {
  const account = world.calls(mark).filter((call) => isLoadBalancing(call) && call.kind === 'write').map(({ action }) => action);
  const cluster = world.system.cluster.calls.all().filter(({ verb, userAgent, resource }) => userAgent.startsWith('stepbalancer') && !['get', 'list', 'watch'].includes(verb) && resource !== 'customresourcedefinitions.apiextensions.k8s.io');
  return { account, cluster: cluster.map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`) };
}

/** LBC's leader Lease, renewed so many seconds ago. */
const leaderLease = (secondsAgo: number) =>
  world.kube.apply(RESOURCES.leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'aws-load-balancer-controller-leader', namespace: 'kube-system' },
    spec: { holderIdentity: 'aws-load-balancer-controller-0', leaseDurationSeconds: 15, renewTime: new Date(Date.now() - secondsAgo * 1000).toISOString().replace('Z', '000Z') },
  });

describe('a cluster that is observed', () => {
  it('is planned for, and nothing is written', async () => {
    const mark = world.mark();
    world.system.cluster.calls.clear();
    await world.apply([aDeployment('web'), aService('web')]);
    await world.until('a plan is kept', async () => (await world.state(SERVICE))?.phase === 'Blocked', () => world.state(SERVICE));
    const execution = await world.until('its execution has ended well', async () => (await world.executions(SERVICE)).find(({ status }) => status === 'SUCCEEDED'), () => world.executions(SERVICE));
    const { output } = await world.sfn.describeExecution({ executionArn: execution.arn });
    const { plan } = JSON.parse(output ?? '{}') as { plan: { planId: string } };
    const kept = await loadPlan(world.system.store, world.keyOf(SERVICE), plan.planId);
    expect(kept.changes.map(({ action, id }) => `${action} ${id}`)).toContain('create load-balancer/LoadBalancer');
    expect(written(mark)).toEqual({ account: [], cluster: [] });
  });
});

describe('stepbalancer cluster', () => {
  it('lists what is registered', async () => {
    const { code, text } = await stepbalancer('cluster', 'list');
    expect({ code, lines: text.trim().split('\n').length }).toEqual({ code: 0, lines: 2 });
    expect(text).toMatch(/demo +demo +observe/);
  });

  it('adds a cluster, which is only observed at first', async () => {
    const { code, text } = await stepbalancer('cluster', 'add', 'second', '--vpc', 'vpc-0de000000000000a1', '--account', world.system.place.account, '--endpoint', 'https://second.example.com');
    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringMatching(/Registered cluster second .* mode observe/) as string });
  });

  it('refuses mode own while LBC leads, and says what to do first', async () => {
    await leaderLease(2);
    const { code, text } = await stepbalancer('cluster', 'mode', 'demo', 'own');
    expect(code).toBe(1);
    expect(text).toMatch(/stays in mode observe: the AWS Load Balancer Controller still leads .* Scale it to zero/);
  });

  it('takes mode own when LBC is gone', async () => {
    await leaderLease(3600);
    expect((await stepbalancer('cluster', 'mode', 'demo', 'own')).text).toContain('now in mode own (was observe)');
  });
});

describe('a cluster that is owned', () => {
  it('is worked for', async () => {
    await world.annotate(SERVICE, annotationsOf({ 'additional-resource-tags': 'turn=own' }));
    await world.settled(SERVICE, 'Healthy');
  });

  it('is left alone in every pass while LBC leads: said, and nothing is changed', async () => {
    await leaderLease(0);
    const renew = setInterval(() => void leaderLease(0), 2000);
    const mark = world.mark();
    await world.annotate(SERVICE, annotationsOf({ 'additional-resource-tags': 'turn=lbc' }));
    await world.settled(SERVICE, 'Blocked');
    clearInterval(renew);
    expect(written(mark).account).toEqual([]);
    expect(await world.events(SERVICE)).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'LbcIsRunning', message: expect.stringMatching(/Expected stepbalancer to be the only controller .* Scale it to zero/) as string }));
    await leaderLease(3600);
    await world.annotate(SERVICE, annotationsOf({ 'additional-resource-tags': 'turn=own-again' }));
    await world.settled(SERVICE, 'Healthy');
  });
});

describe('a cluster that is released', () => {
  it('is nobody’s: no pass, no call', async () => {
    expect((await stepbalancer('cluster', 'mode', 'demo', 'released')).code).toBe(0);
    // A pass that began before that has its end.
    await world.until('nothing runs any more', async () => (await world.state(SERVICE))?.owner === undefined && (await world.executions(SERVICE)).every(({ status }) => status !== 'RUNNING'));
    const mark = world.mark();
    world.system.cluster.calls.clear();
    await world.annotate(SERVICE, annotationsOf({ 'additional-resource-tags': 'turn=released' }));
    const received = () => world.calls(mark).some(({ action, input }) => action === 'PutEvents' && JSON.stringify(input).includes('services'));
    await world.until('the event has come in', received);
    const { lastHeartbeatAt = 0 } = (await world.system.store.clusters.get('demo')) ?? {};
    await world.until('two sweeps have passed', () => Date.now() - lastHeartbeatAt > 2 * 60_000 * 0.03);
    expect(world.calls(mark).filter((call) => isLoadBalancing(call) || call.action === 'StartExecution').map(({ action, input }) => `${action} ${JSON.stringify((input as { input?: string }).input ?? '')}`)).toEqual([]);
    expect(written(mark).cluster).toEqual([]);
  });
});
