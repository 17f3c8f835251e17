import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedCall } from '../../infra/local/aws/answer-call';
import type { FaultInput } from '../../infra/local/aws/faults';
import { AwsError } from '../../infra/local/aws/operation';
import { workflowDefinition } from '../../infra/workflow';
import { STATES, type StateName } from '../../shared/contract/steps';
import { isLoadBalancing, type SeenExecution, type ServiceName, startWorld, type World } from './local';
import { aDeployment, annotationsOf, aService } from './manifests';

/** Every Task state of the workflow fails: the execution stays failed there, says why, and is redriven through the Step Functions API. */
const definition = workflowDefinition(Object.fromEntries(STATES.map((state) => [state, `arn:aws:lambda:us-west-2:111122223333:function:${state}`])) as Record<StateName, string>);
const TASKS = Object.entries(definition.States).flatMap(([name, { Type }]) => (Type === 'Task' ? [name as StateName] : []));

/** Four Services: three whose creation fails, one that is healthy at first. */
const [WEB, SHOP, API, DOCS] = ['web', 'shop', 'api', 'docs'].map((name) => ({ name })) as [ServiceName, ServiceName, ServiceName, ServiceName];

let world: World;
beforeAll(async () => {
  world = await startWorld({ factor: 0.02 });
  await world.apply([aDeployment('web'), aService('web')]);
  await world.settled(WEB, 'Healthy');
});
afterAll(() => world.stop());

const ended = (service: ServiceName, { arn, status, redriveCount = 0 }: { arn?: string; status: SeenExecution['status']; redriveCount?: number }) =>
  world.until(`an execution of ${service.name} is ${status} after ${redriveCount} redrives`, async () => (await world.executions(service)).find((execution) => execution.status === status && execution.redriveCount === redriveCount && (arn ?? execution.arn) === execution.arn), () => world.executions(service));

/** The states that an execution entered, oldest first. */
async function statesOf({ arn }: SeenExecution): Promise<string[]> {
  const { events = [] } = await world.sfn.getExecutionHistory({ executionArn: arn, maxResults: 1000 });
  return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
}

let changes = 0;
/** A change that the workflow has to act upon: one more tag. */
const change = (service: ServiceName) => world.annotate(service, annotationsOf({ 'additional-resource-tags': `change=${(changes += 1)}` }));
const create = ({ name }: ServiceName, targetPort = 8080) => world.apply([aDeployment(name, { port: targetPort }), { ...aService(name), spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80, targetPort }] } }]);
const balancersOf = async ({ name }: ServiceName) => ((await world.elbv2.describeLoadBalancers({})).LoadBalancers ?? []).filter(({ LoadBalancerName = '' }) => LoadBalancerName.startsWith(`k8s-default-${name}`));

interface Failure {
  readonly state: StateName;
  readonly service: ServiceName;
  /** What leads the key through the state. */
  readonly trigger: () => Promise<void>;
  /** Denies what the state does; answers what takes the fault away. */
  readonly deny: () => () => void;
  readonly ends: 'Healthy' | 'Deleted';
}

const denied = (fault: Partial<FaultInput>) => world.system.account.aws.faults.add({ kind: 'error', code: 'AccessDenied', message: 'User is not authorized to perform this', times: 0, ...fault });
const deniedToService = () => world.system.cluster.faults.add({ verb: 'get', resource: 'services', userAgent: 'stepbalancer', fault: { kind: 'forbidden' } });

/** The same, from when the key enters the state: for what other states do, too. */
function onceIn(state: StateName, service: ServiceName, deny: () => () => void): () => void {
  let mend = () => undefined as void;
  const unwatch = world.system.states.onState((event) => {
    if (event.type === 'entered' && event.state === state && (event.input as { key?: string }).key === world.keyOf(service)) mend = deny();
  });
  return () => {
    unwatch();
    mend();
  };
}

/** Denies the next write of the key's own item, or the next query of what is kept under it. */
function deniedOnce(service: ServiceName, denies: 'UpdateItem' | 'Query'): () => void {
  const { before } = world.system.account.aws.hooks;
  let isDone = false;
  const hook = ({ service: called, action, input }: StartedCall) => {
    const { Key, ExpressionAttributeValues } = input as { Key?: object; ExpressionAttributeValues?: object };
    if (isDone || called !== 'dynamodb' || action !== denies || !JSON.stringify(Key ?? ExpressionAttributeValues).includes(`"${world.keyOf(service)}"`)) return;
    isDone = true;
    throw new AwsError('AccessDeniedException', `User is not authorized to perform dynamodb:${denies}`, 400);
  };
  before.push(hook);
  return () => void before.splice(before.indexOf(hook), 1);
}

const FAILURES: readonly Failure[] = [
  { state: 'AcquireLease', service: WEB, trigger: () => change(WEB), deny: () => onceIn('AcquireLease', WEB, () => deniedOnce(WEB, 'UpdateItem')), ends: 'Healthy' },
  { state: 'ResolveSubnets', service: WEB, trigger: () => change(WEB), deny: () => denied({ action: 'DescribeSubnets', code: 'UnauthorizedOperation' }), ends: 'Healthy' },
  { state: 'MakePlan', service: WEB, trigger: () => change(WEB), deny: () => denied({ action: 'DescribeListeners' }), ends: 'Healthy' },
  { state: 'ReportStatus', service: WEB, trigger: () => change(WEB), deny: () => onceIn('ReportStatus', WEB, deniedToService), ends: 'Healthy' },
  { state: 'WaitForHealthy', service: WEB, trigger: () => change(WEB), deny: () => onceIn('WaitForHealthy', WEB, () => denied({ action: 'DescribeTargetHealth' })), ends: 'Healthy' },
  { state: 'ReleaseLease', service: WEB, trigger: () => change(WEB), deny: () => onceIn('ReleaseLease', WEB, () => deniedOnce(WEB, 'UpdateItem')), ends: 'Healthy' },
  { state: 'CreateLoadBalancer', service: SHOP, trigger: () => create(SHOP), deny: () => denied({ action: 'CreateListener' }), ends: 'Healthy' },
  { state: 'RegisterTargets', service: API, trigger: () => create(API), deny: () => denied({ action: 'RegisterTargets' }), ends: 'Healthy' },
  // A port that no rule on the nodes is for yet; the first call opens the load balancer's own group.
  { state: 'AddSecurityGroupRules', service: DOCS, trigger: () => create(DOCS, 8081), deny: () => denied({ action: 'AuthorizeSecurityGroupIngress', code: 'UnauthorizedOperation', nth: 2 }), ends: 'Healthy' },
  // Another type of targets needs another target group; the old one goes when the new one is healthy.
  { state: 'CollectGarbage', service: WEB, trigger: () => world.annotate(WEB, annotationsOf({ 'nlb-target-type': 'instance' })), deny: () => denied({ action: 'DeleteTargetGroup' }), ends: 'Healthy' },
];

const DELETION: Failure = { state: 'DeleteLoadBalancer', service: WEB, trigger: () => world.remove(WEB), deny: () => denied({ action: 'DeleteLoadBalancer' }), ends: 'Deleted' };

/** Lets the state fail; answers the execution that failed there, with the fault taken away again. */
async function failAt({ state, service, trigger, deny }: Failure): Promise<SeenExecution> {
  const mend = deny();
  await trigger();
  const failed = await ended(service, { status: 'FAILED' });
  mend();
  expect((await statesOf(failed)).at(-1)).toBe(state);
  return failed;
}

/** Without a lease there is nobody who may write under the key; these two have no way into the cluster either. */
const SILENT: readonly StateName[] = ['AcquireLease', 'ReleaseLease'];

async function expectTold({ state, service }: Failure): Promise<void> {
  if (SILENT.includes(state)) return;
  expect((await world.state(service))?.lastError).toMatchObject({ name: 'Denied', state });
  const told = await world.until('an Event tells why', async () => (await world.events(service)).find(({ type, message }) => type === 'Warning' && message.startsWith(`${state}: `)));
  expect(told.reason).toMatch(/^Kubernetes403$|Failed$/);
}

async function expectRedriven(failure: Failure): Promise<void> {
  const { service, ends } = failure;
  const mark = world.mark();
  const failed = await failAt(failure);
  const described = await world.sfn.describeExecution({ executionArn: failed.arn });
  expect(described).toMatchObject({ status: 'FAILED', error: 'Denied', redriveStatus: 'REDRIVABLE' });
  await expectTold(failure);
  await world.sfn.redriveExecution({ executionArn: failed.arn });
  await ended(service, { arn: failed.arn, status: 'SUCCEEDED', redriveCount: 1 });
  await world.settled(service, ends);
  expect(await balancersOf(service)).toHaveLength(ends === 'Deleted' ? 0 : 1);
  const creations = world.calls(mark).filter(({ action, result, kind }) => kind === 'write' && action.startsWith('Create') && result === 'ok').map(({ action, input }) => `${action} ${JSON.stringify(input)}`);
  expect(new Set(creations).size).toBe(creations.length);
}

describe('a failing step', () => {
  it('is tried at every Task state of the workflow', () => {
    expect(new Set([...FAILURES, DELETION].map(({ state }) => state))).toEqual(new Set(TASKS));
  });

  it.each(FAILURES)('$state: leaves a failed execution that says why, and a redrive finishes the job without a duplicate', expectRedriven);
});

/** These write nothing where the target lane has nothing to do. */
const READERS: readonly StateName[] = ['RegisterTargets', 'AddSecurityGroupRules'];

/** A failure of what the state does first under its key. */
const lateFailure = (state: StateName, service: ServiceName): Failure => ({ state, service, trigger: () => change(service), deny: () => onceIn(state, service, () => deniedOnce(service, READERS.includes(state) ? 'Query' : 'UpdateItem')), ends: 'Healthy' });

/** Fails each state under a Service of its own, waits until the sweeper's runs have finished the job, and redrives what failed. */
async function expectStandingBack({ failures }: { readonly failures: readonly Failure[] }): Promise<void> {
  const failed = await Promise.all(failures.map(async (failure) => ({ ...failure, execution: await failAt(failure) })));
  await Promise.all(failed.map(({ service, ends }) => world.settled(service, ends)));
  const mark = world.mark();
  world.system.cluster.calls.clear();
  for (const { execution } of failed) await world.sfn.redriveExecution({ executionArn: execution.arn });
  for (const { service, execution } of failed) {
    const redriven = await ended(service, { arn: execution.arn, status: 'SUCCEEDED', redriveCount: 1 });
    expect((await statesOf(redriven)).at(-1)).toBe('Superseded');
  }
  expect(world.calls(mark).filter((call) => isLoadBalancing(call) && call.kind === 'write')).toEqual([]);
  expect(world.system.cluster.calls.all().filter(({ verb, userAgent }) => userAgent === 'stepbalancer' && !['get', 'list', 'watch'].includes(verb))).toEqual([]);
}

describe('a redrive after another run has finished the job stands back and writes nothing', () => {
  const onTheWay = TASKS.filter((state) => state !== 'DeleteLoadBalancer');
  const deletion: Failure = { ...DELETION, service: SHOP, trigger: () => world.remove(SHOP), deny: () => onceIn('DeleteLoadBalancer', SHOP, () => deniedOnce(SHOP, 'UpdateItem')) };
  const [first = [], second = [], third = []] = [onTheWay.slice(0, 4), onTheWay.slice(4, 8), onTheWay.slice(8)].map((states) => states.map((state, index) => lateFailure(state, [WEB, API, DOCS, SHOP][index] ?? WEB)));

  const rounds = [first, second, [...third, deletion]].map((failures) => ({ failures, states: failures.map(({ state }) => state).join(', ') }));

  it.each(rounds)('at $states', expectStandingBack);
});

describe('a failing deletion', () => {
  it.each([DELETION])('$state: leaves a failed execution that says why, and a redrive finishes the job', expectRedriven);
});
