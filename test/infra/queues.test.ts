import { describe, expect, it } from 'vitest';
import { FUNCTION_TIMEOUT_SECONDS } from '../../infra/workflow';
import { aStack, inWords, propertiesOf, resourcesOf } from './a-template';

const stack = aStack();
const queues = resourcesOf(stack, 'AWS::SQS::Queue').map(([id, { Properties }]) => [String(Properties['QueueName']), { id, ...Properties }] as const);
const queueNamed = (name: string) => propertiesOf(stack, 'AWS::SQS::Queue', { QueueName: name });

describe('queues', () => {
  it('are two, each with one for dead letters', () => {
    expect(queues.map(([name]) => name).sort()).toEqual(['stepbalancer-intake', 'stepbalancer-intake-dead', 'stepbalancer-targets-dead.fifo', 'stepbalancer-targets.fifo']);
  });

  it.each(queues)('%s is encrypted and refuses what is not', (name, { id }) => {
    expect(queueNamed(name)).toMatchObject({ SqsManagedSseEnabled: true });
    const policies = resourcesOf(stack, 'AWS::SQS::QueuePolicy').filter(([, { Properties }]) => JSON.stringify(Properties['Queues']).includes(`"${id}"`));
    expect(JSON.stringify(policies)).toContain('{"Action":"sqs:*","Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
  });

  it.each([
    ['stepbalancer-intake', 'IntakeDeadLetters', FUNCTION_TIMEOUT_SECONDS * 6],
    ['stepbalancer-targets.fifo', 'TargetsDeadLetters', FUNCTION_TIMEOUT_SECONDS * 1.5],
  ])('%s shows a message again once the function’s time is over, and gives it up after five times', (name, deadLetters, seconds) => {
    const { VisibilityTimeout, RedrivePolicy } = queueNamed(name) as { VisibilityTimeout: number; RedrivePolicy: { maxReceiveCount: number; deadLetterTargetArn: unknown } };
    expect(VisibilityTimeout).toBe(seconds);
    expect([RedrivePolicy.maxReceiveCount, inWords(RedrivePolicy.deadLetterTargetArn)]).toEqual([5, `<${deadLetters}.Arn>`]);
  });

  it.each(['stepbalancer-intake-dead', 'stepbalancer-targets-dead.fifo'])('%s keeps messages for two weeks', (name) => {
    expect(queueNamed(name)).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3600 });
  });

  it('of the target lane locks by message group, without a limit for the whole queue', () => {
    expect(queueNamed('stepbalancer-targets.fifo')).toMatchObject({ FifoQueue: true, DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
    // Ids are given by us (`<key>#<gen>`): the content would be the same for two wake-ups.
    expect(queueNamed('stepbalancer-targets.fifo')).not.toHaveProperty('ContentBasedDeduplication');
  });
});

describe('what wakes a function', () => {
  it.each([
    ['IntakeQueue', 'RouteEventsFunction', 10, 10],
    ['TargetsQueue', 'SyncTargetsFunction', 10, 20],
  ])('%s: %s, %d messages at a time and no waiting for more; what failed comes again alone', (queue, lambda, BatchSize, MaximumConcurrency) => {
    const [source] = resourcesOf(stack, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties).filter((properties) => inWords(properties['EventSourceArn']) === `<${queue}.Arn>`);
    expect(source).toMatchObject({ BatchSize, ScalingConfig: { MaximumConcurrency }, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(source?.['MaximumBatchingWindowInSeconds'] ?? 0).toBe(0);
    expect(inWords(source?.['FunctionName'])).toBe(`<${lambda}>`);
  });

  it.each([
    ['stepbalancer-sweep', 'SweepFunction'],
    ['stepbalancer-resync', 'ResyncFunction'],
  ])('%s: every minute, and not made up for', (name, lambda) => {
    const { ScheduleExpression, State, Target } = propertiesOf(stack, 'AWS::Scheduler::Schedule', { Name: name }) as { ScheduleExpression: string; State: string; Target: { Arn: unknown; RetryPolicy: unknown } };
    expect([ScheduleExpression, State, inWords(Target.Arn)]).toEqual(['rate(1 minute)', 'ENABLED', `<${lambda}.Arn>`]);
    expect(Target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 });
  });

  it('the rule: the intake, and what the rule cannot deliver goes to its dead letters', () => {
    const { Targets } = propertiesOf(stack, 'AWS::Events::Rule', { Name: 'stepbalancer-wake-ups' }) as { Targets: { Arn: unknown; DeadLetterConfig: { Arn: unknown } }[] };
    expect(Targets.map(({ Arn, DeadLetterConfig }) => [inWords(Arn), inWords(DeadLetterConfig.Arn)])).toEqual([['<IntakeQueue.Arn>', '<IntakeDeadLetters.Arn>']]);
  });
});
