import { CreateEventBusCommand, DeleteRuleCommand, DescribeRuleCommand, DisableRuleCommand, EventBridgeClient, ListEventBusesCommand, ListRulesCommand, ListTargetsByRuleCommand, PutEventsCommand, PutRuleCommand, PutTargetsCommand, RemoveTargetsCommand } from '@aws-sdk/client-eventbridge';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Disturbance } from '../../../infra/local/aws/events/delivery';
import { createEvents } from '../../../infra/local/aws/events/events';
import { createSqs, type Sqs } from '../../../infra/local/aws/sqs/sqs';
import { clientConfig, drivenWorld, localAwsOf, passTime, type DrivenWorld } from '../driven-aws';

const INTAKE = 'arn:aws:sqs:eu-west-1:111122223333:intake';
const DEAD = 'arn:aws:sqs:eu-west-1:111122223333:dead';

let world: DrivenWorld;
let sqs: Sqs;
let events: EventBridgeClient;
let disturbance: { -readonly [Name in keyof Disturbance]: Disturbance[Name] };

const start = (from: DrivenWorld) => {
  world = from;
  sqs = createSqs(world);
  events = new EventBridgeClient(clientConfig(localAwsOf(world, { events: createEvents(world, { queues: sqs.queues, disturbance }).operations })));
};
const entry = (detail: object, more: object = {}) => ({ Source: 'stepbalancer.prod', DetailType: 'object.changed', Detail: JSON.stringify(detail), EventBusName: 'stepbalancer', ...more });
const put = (...entries: object[]) => events.send(new PutEventsCommand({ Entries: entries }));
const arrived = (arn = INTAKE) => sqs.queues.receive(arn, { max: 100 }).map(({ body }) => JSON.parse(body) as { detail: unknown; id: string });

beforeEach(async () => {
  disturbance = {};
  start(drivenWorld());
  for (const name of ['intake', 'dead']) sqs.queues.registry.create({ account: '111122223333', region: 'eu-west-1', name });
  await events.send(new CreateEventBusCommand({ Name: 'stepbalancer' }));
  await events.send(new PutRuleCommand({ Name: 'intake', EventBusName: 'stepbalancer', EventPattern: JSON.stringify({ source: [{ prefix: 'stepbalancer.' }] }) }));
  await events.send(new PutTargetsCommand({ Rule: 'intake', EventBusName: 'stepbalancer', Targets: [{ Id: 'queue', Arn: INTAKE, DeadLetterConfig: { Arn: DEAD } }] }));
});

describe('an event bus', () => {
  it('takes an event in its envelope to the queue of a rule that it fits, a moment later', async () => {
    const { Entries: results, FailedEntryCount: failed } = await put(entry({ n: 1 }), entry({ n: 2 }, { Source: 'other' }));
    expect(failed).toBe(0);
    expect(arrived()).toEqual([]);
    await passTime(world.clock, 1_000);
    expect(arrived()).toEqual([
      { version: '0', id: results?.[0]?.EventId, 'detail-type': 'object.changed', source: 'stepbalancer.prod', account: '111122223333', time: '2026-01-01T00:00:00Z', region: 'eu-west-1', resources: [], detail: { n: 1 } },
    ]);
  });

  it('answers refused entries beside accepted ones', async () => {
    disturbance.refusal = ({ Detail: detail }) => (detail === '{"n":9}' ? { code: 'ThrottlingException', message: 'Rate exceeded' } : undefined);
    const { Entries: results, FailedEntryCount: failed } = await put(entry({}, { Detail: 'no' }), entry({ n: 1 }), entry({}, { Source: 'aws.ec2' }), entry({}, { DetailType: '' }), entry({ n: 9 }), entry({}, { EventBusName: 'none' }));
    expect(failed).toBe(5);
    expect(results?.map(({ ErrorCode: code }) => code)).toEqual(['MalformedDetail', undefined, 'NotAuthorizedForSourceException', 'InvalidArgument', 'ThrottlingException', 'ResourceNotFoundException']);
    await passTime(world.clock, 1_000);
    expect(arrived()).toHaveLength(1);
  });

  it('refuses 256 KB and eleven entries as a whole', async () => {
    await expect(put(entry({ text: 'x'.repeat(150_000) }), entry({ text: 'x'.repeat(120_000) }))).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining('over the limit') as string });
    await expect(put(...Array.from({ length: 11 }, () => entry({})))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('delivers twice, late or never when asked to', async () => {
    disturbance.deliveries = ({ detail }) => ({ twice: [0, 0], late: [60_000], never: [] })[(detail as { how: 'twice' | 'late' | 'never' }).how];
    await put(entry({ how: 'twice' }), entry({ how: 'late' }), entry({ how: 'never' }));
    await passTime(world.clock, 1_000);
    expect(arrived().map(({ detail }) => detail)).toEqual([{ how: 'twice' }, { how: 'twice' }]);
    await passTime(world.clock, 60_000);
    expect(arrived().map(({ detail }) => detail)).toContainEqual({ how: 'late' });
  });

  it('delivers after a restart what it had accepted before', async () => {
    await put(entry({ n: 1 }));
    start(drivenWorld({ storage: world.storage }));
    await passTime(world.clock, 1_000);
    expect(arrived()).toHaveLength(1);
  });

  it('sends what it cannot deliver to the dead-letter queue, with the reason', async () => {
    sqs.queues.registry.remove(INTAKE);
    await put(entry({ n: 1 }));
    await passTime(world.clock, 1_000);
    const [message] = sqs.queues.receive(DEAD);
    expect(message?.attributes).toMatchObject({ ERROR_CODE: { text: 'QueueDoesNotExist' }, TARGET_ARN: { text: INTAKE } });
  });

  it('keeps rules and targets, and shows them', async () => {
    expect(await events.send(new DescribeRuleCommand({ Name: 'intake', EventBusName: 'stepbalancer' }))).toMatchObject({ Arn: 'arn:aws:events:eu-west-1:111122223333:rule/stepbalancer/intake', State: 'ENABLED' });
    expect((await events.send(new ListRulesCommand({ EventBusName: 'stepbalancer' }))).Rules).toHaveLength(1);
    expect((await events.send(new ListTargetsByRuleCommand({ Rule: 'intake', EventBusName: 'stepbalancer' }))).Targets).toEqual([{ Id: 'queue', Arn: INTAKE, DeadLetterConfig: { Arn: DEAD } }]);
    expect((await events.send(new ListEventBusesCommand({}))).EventBuses?.map(({ Name: name }) => name)).toEqual(['default', 'stepbalancer']);
    await expect(events.send(new DescribeRuleCommand({ Name: 'none', EventBusName: 'stepbalancer' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('delivers nothing for a disabled rule, and deletes a rule only without targets', async () => {
    const rule = { Name: 'intake', EventBusName: 'stepbalancer' };
    await events.send(new DisableRuleCommand(rule));
    await put(entry({ n: 1 }));
    await passTime(world.clock, 1_000);
    expect(arrived()).toEqual([]);
    await expect(events.send(new DeleteRuleCommand(rule))).rejects.toMatchObject({ name: 'ValidationException' });
    await events.send(new RemoveTargetsCommand({ Rule: 'intake', EventBusName: 'stepbalancer', Ids: ['queue'] }));
    await events.send(new DeleteRuleCommand(rule));
    expect((await events.send(new ListRulesCommand({ EventBusName: 'stepbalancer' }))).Rules).toEqual([]);
  });

  it('refuses a pattern that is none, and a target that it cannot serve, by name', async () => {
    await expect(events.send(new PutRuleCommand({ Name: 'bad', EventPattern: '{"a":"b"}' }))).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
    await expect(events.send(new PutTargetsCommand({ Rule: 'intake', EventBusName: 'stepbalancer', Targets: [{ Id: 'x', Arn: INTAKE, Input: '{}' }] }))).rejects.toMatchObject({ name: 'UnsupportedOperation', message: expect.stringContaining('Input') as string });
  });
});
