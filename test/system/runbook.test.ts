import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showHistory } from '../../infra/cli/show-history';
import { dynamodbTable } from '../../shared/aws/dynamodb-table';
import type { FaultInput } from '../../infra/local/aws/faults';
import { NAMES } from '../../infra/local/deploy';
import { type SeenExecution, type ServiceName, startWorld, type World } from './local';
import { aDeployment, annotationsOf, aService } from './manifests';
import { openRunbook, type Runbook } from './runbook-commands';

/** The runbook's steps, each by its own command against the Step Functions and SQS API of the local system. */
let world: World;
let runbook: Runbook;
let sqs: SQS;
beforeAll(async () => {
  world = await startWorld({ factor: 0.02 });
  runbook = openRunbook({ region: world.system.place.region, endpoint: world.system.awsUrl });
  sqs = new SQS({ region: world.system.place.region, endpoint: world.system.awsUrl, credentials: { accessKeyId: world.system.place.account, secretAccessKey: 'local' } });
});
afterAll(() => world.stop());

const fault = (plan: Partial<FaultInput>) => world.system.account.aws.faults.add({ kind: 'error', code: 'AccessDenied', message: 'User is not authorized to perform this', times: 0, ...plan });
const create = (name: string) => world.apply([aDeployment(name), aService(name)]);
const balancersOf = async ({ name }: ServiceName) => ((await world.elbv2.describeLoadBalancers({})).LoadBalancers ?? []).filter(({ LoadBalancerName = '' }) => LoadBalancerName.startsWith(`k8s-default-${name}-`));
const tagsOf = async (service: ServiceName) => {
  const [balancer] = await balancersOf(service);
  const { TagDescriptions = [] } = await world.elbv2.describeTags({ ResourceArns: [balancer?.LoadBalancerArn ?? ''] });
  return Object.fromEntries((TagDescriptions[0]?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
};
const retag = (service: ServiceName, value: string) => world.annotate(service, annotationsOf({ 'additional-resource-tags': `change=${value}` }));
const history = (service: ServiceName) => showHistory({ store: world.system.store }, { key: world.keyOf(service), limit: 20, json: false });

/** A Service whose creation is denied, and its failed execution, found as the runbook says. */
async function failedCreation(name: string): Promise<{ service: ServiceName; arn: string; mend: () => void }> {
  const mend = fault({ action: 'CreateLoadBalancer' });
  await create(name);
  const service = { name };
  const failed = await world.until(`the creation of ${name} fails`, () => findFailed(name), () => world.executions(service));
  return { service, arn: failed, mend };
}

async function findFailed(name: string): Promise<string | undefined> {
  const { executions } = (await runbook.run('stepfunctions list-executions --state-machine-arn "$MACHINE" --status-filter FAILED', { $MACHINE: world.system.stateMachineArn })) as { executions: { executionArn: string; name: string }[] };
  return executions.find((execution) => execution.name.startsWith(`svc-${world.system.clusterId}-default-${name}-`))?.executionArn;
}

const redrive = (arn: string) => runbook.run('stepfunctions redrive-execution', { ARN: arn });
const describeExecution = async (arn: string) => (await runbook.run('stepfunctions describe-execution --execution-arn ARN', { ARN: arn })) as { status: SeenExecution['status']; output?: string; error?: string; cause?: string };
/** What an execution put out, when it has succeeded. */
const output = (arn: string) =>
  world.until(`${arn} succeeds`, async () => {
    const { status, output: text } = await describeExecution(arn);
    return status === 'SUCCEEDED' && (JSON.parse(text ?? '{}') as Output);
  }, () => describeExecution(arn));

interface Output {
  readonly lease: { readonly pass: number };
  readonly plan: { readonly outcome: string } | null;
  readonly health: { readonly health: string } | null;
  readonly release?: { readonly outcome: string };
  readonly error: { readonly Error: string; readonly Cause: string } | null;
}

describe('a redrive', () => {
  it('of a failure whose cause is gone goes on in the middle and finishes the work', async () => {
    const { service, arn, mend } = await failedCreation('mended');
    expect(await describeExecution(arn)).toMatchObject({ status: 'FAILED', error: 'Denied', cause: expect.stringContaining('not authorized') as string });
    expect(JSON.stringify(await runbook.run('dynamodb get-item', { $1: world.keyOf(service) }))).toContain('Denied');
    expect(await history(service)).toContain('at CreateLoadBalancer: Denied');
    mend();
    await redrive(arn);
    expect(await output(arn)).toMatchObject({ plan: { outcome: 'apply' }, health: { health: 'healthy' }, release: { outcome: 'released' }, error: null });
    expect(await balancersOf(service)).toHaveLength(1);
    expect(await history(service)).toMatch(/ {2}healthy {2}.*\n(.*\n)* {2}create load balancer k8s-default-mended-/);
  });

  it('after the manifest changed ends with what the manifest says now', async () => {
    const { service, arn, mend } = await failedCreation('changed');
    await retag(service, 'later');
    mend();
    await redrive(arn);
    await world.settled(service, 'Healthy');
    await output(arn);
    expect([(await balancersOf(service)).length, (await tagsOf(service))['change']]).toEqual([1, 'later']);
  });

  it('after somebody else finished stands back, says so, and touches nothing', async () => {
    const { service, arn, mend } = await failedCreation('finished');
    mend();
    await world.settled(service, 'Healthy');
    const before = world.mark();
    await redrive(arn);
    expect((await output(arn)).error).toMatchObject({ Error: 'Superseded', Cause: expect.stringMatching(/the work is done or in other hands|was answered by another run/) as string });
    expect(world.calls(before).filter(({ service: called, kind }) => kind === 'write' && (called === 'elasticloadbalancing' || called === 'ec2'))).toEqual([]);
    expect(await balancersOf(service)).toHaveLength(1);
  });

  it('by two people at once is taken once and refused once', async () => {
    const { service, arn, mend } = await failedCreation('twice');
    mend();
    const answers = await Promise.allSettled([redrive(arn), redrive(arn)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['fulfilled', 'rejected']);
    expect(answers.find((answer) => answer.status === 'rejected')?.reason).toMatchObject({ name: 'ExecutionNotRedrivable' });
    await world.settled(service, 'Healthy');
    expect([(await describeExecution(arn)).status, (await balancersOf(service)).length]).toEqual(['SUCCEEDED', 1]);
  });

  it.each([
    ['expired', (item: { pk: string; sk: string }) => table().delete(item)],
    ['upgraded', (item: { pk: string; sk: string }) => table().update(item, { set: { v: 99 } })],
  ])('after its plan was %s makes a new plan and carries that out', async (name, spoil) => {
    const { service, arn, mend } = await failedCreation(name);
    for (const item of await table().query(world.keyOf(service), 'PLAN#')) await spoil({ pk: item.pk, sk: item.sk });
    mend();
    await redrive(arn);
    const done = await output(arn);
    expect(done.error?.Error ?? `pass ${done.lease.pass}`).toMatch(/^(pass [2-9]|Superseded)$/);
    await world.settled(service, 'Healthy');
    expect(await balancersOf(service)).toHaveLength(1);
  });
});

const table = () => dynamodbTable({ config: world.system.clientConfig, name: NAMES.table });

describe('a dead-letter queue', () => {
  const DEAD = { intake: `${NAMES.intake}-dead`, targets: NAMES.targets.replace('.fifo', '-dead.fifo') };
  const urlOf = async (QueueName: string) => (await sqs.getQueueUrl({ QueueName })).QueueUrl ?? '';
  const attributesOf = async (name: string) => (await sqs.getQueueAttributes({ QueueUrl: await urlOf(name), AttributeNames: ['All'] })).Attributes ?? {};
  const depth = async (name: string) => Number((await attributesOf(name))['ApproximateNumberOfMessages']);
  /** Deliveries follow soon after each other, so that five of them fit a test. */
  const hurry = async (name: string) => void (await sqs.setQueueAttributes({ QueueUrl: await urlOf(name), Attributes: { VisibilityTimeout: '4' } }));
  /** Once more for what was in its last delivery at the time. */
  const moveBack = (name: string) =>
    world.until(`${name} is empty`, async () => {
      if ((await depth(name)) === 0) return true;
      await runbook.run('sqs start-message-move-task', { '$()': (await attributesOf(name))['QueueArn'] ?? '' });
      return false;
    });

  it('of the intake is looked into and moved back: its wake-ups are answered', async () => {
    await hurry(NAMES.intake);
    const mend = fault({ service: 'states', action: 'StartExecution', code: 'AccessDeniedException' });
    await create('unrouted');
    await world.until('the wake-ups lie in the dead-letter queue', async () => (await depth(DEAD.intake)) > 0);
    expect(JSON.stringify(await runbook.run('sqs receive-message', { '$()': await urlOf(DEAD.intake) }))).toContain('object.changed');
    mend();
    await moveBack(DEAD.intake);
    expect((await world.settled({ name: 'unrouted' }, 'Healthy')).hostname).toContain('k8s-default-unrouted');
  });

  it('of the target lane is moved back: targets are registered', async () => {
    await create('untargeted');
    await world.settled({ name: 'untargeted' }, 'Healthy');
    await hurry(NAMES.targets);
    const mend = fault({ kind: 'throttle', service: 'elbv2', action: ['RegisterTargets', 'DescribeTargetHealth'] });
    await world.scale({ name: 'untargeted' }, 3);
    await world.until('the wake-up lies in the dead-letter queue', async () => (await depth(DEAD.targets)) > 0);
    mend();
    await moveBack(DEAD.targets);
    expect(await world.until('three targets are registered', async () => (await world.targets({ name: 'untargeted' })).length === 3)).toBe(true);
  });
});
