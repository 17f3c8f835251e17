import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createMeter } from '../../functions/meter';
import { ROOT } from '../../infra/bundling/bundle-options';
import { aStack, inWords, readPolicy, resourcesOf } from './a-template';

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly EvaluationPeriods: number;
  readonly Period: number;
  readonly Threshold: number;
  readonly TreatMissingData: string;
  readonly AlarmActions: readonly unknown[];
}

const stack = aStack();
const alarms = resourcesOf(stack, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties as unknown as Alarm);
const runbook = readFileSync(resolve(ROOT, 'docs/runbook.md'), 'utf8');
const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'));

describe('alarms', () => {
  it('are these', () => {
    const lines = alarms.map(({ AlarmName, Namespace, MetricName, Dimensions, EvaluationPeriods, Period, Threshold, TreatMissingData }) => `${AlarmName}: ${Namespace} ${MetricName} {${Dimensions.map(({ Name, Value }) => `${Name}: ${inWords(Value)}`).join(', ')}} >= ${Threshold} for ${(EvaluationPeriods * Period) / 60} min, silence ${TreatMissingData}`);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "stepbalancer-executions-failed: AWS/States ExecutionsFailed {StateMachineArn: <ReconcileStateMachine>} >= 1 for 5 min, silence notBreaching
      stepbalancer-executions-timed-out: AWS/States ExecutionsTimedOut {StateMachineArn: <ReconcileStateMachine>} >= 1 for 5 min, silence notBreaching
      stepbalancer-intake-dead-letters: AWS/SQS ApproximateNumberOfMessagesVisible {QueueName: <IntakeDeadLetters.QueueName>} >= 1 for 5 min, silence notBreaching
      stepbalancer-target-dead-letters: AWS/SQS ApproximateNumberOfMessagesVisible {QueueName: <TargetsDeadLetters.QueueName>} >= 1 for 5 min, silence notBreaching
      stepbalancer-stale-keys: stepbalancer StaleKeys {service: sweep} >= 1 for 10 min, silence breaching
      stepbalancer-resync-failed: stepbalancer FailedResyncs {service: resync} >= 1 for 30 min, silence breaching"
    `);
  });

  it.each(alarms.map(({ AlarmName, AlarmDescription }) => [AlarmName, AlarmDescription]))('%s says where its heading in the runbook is', (name, description) => {
    const anchor = /What to do: docs\/runbook\.md#([\w-]+)$/.exec(description)?.[1];
    expect(`stepbalancer-${anchor ?? ''}`).toBe(name);
    expect(headings).toContain(anchor);
  });

  it.each(alarms.map(({ AlarmName, AlarmActions }) => [AlarmName, AlarmActions] as const))('%s wakes whoever subscribed to the topic', (_, actions) => {
    expect(actions.map(inWords)).toEqual(['<AlarmsTopic>']);
  });

  it('may publish to it, over TLS', () => {
    const [policy] = resourcesOf(stack, 'AWS::SNS::TopicPolicy').map(([, { Properties }]) => Properties['PolicyDocument']);
    expect(readPolicy(policy)).toEqual([
      'allow sns:Publish on <AlarmsTopic> if {"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}',
      'deny sns:Publish on <AlarmsTopic> if {"Bool":{"aws:SecureTransport":"false"}}',
    ]);
  });

  it.each([
    ['sweep', 'StaleKeys'],
    ['resync', 'FailedResyncs'],
  ])('look at what %s counts as %s', (state, name) => {
    const lines: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    createMeter().count({ state, name, amount: 1 });
    spy.mockRestore();
    const { _aws: embedded, service } = JSON.parse(lines[0] ?? '{}') as { service: string; _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] } };
    const [metric] = embedded.CloudWatchMetrics;
    const alarm = alarms.find(({ MetricName }) => MetricName === name);
    expect([metric?.Namespace, metric?.Metrics[0]?.Name, metric?.Dimensions]).toEqual([alarm?.Namespace, name, [['service']]]);
    expect(alarm?.Dimensions).toEqual([{ Name: 'service', Value: service }]);
  });
});

describe('the runbook', () => {
  it.each(headings.filter((heading) => alarms.some(({ AlarmName }) => AlarmName === `stepbalancer-${heading}`)))('says of %s what it means, what to look at and what to do', (heading) => {
    const section = runbook.slice(runbook.toLowerCase().indexOf(`## ${heading}`)).slice(3).split(/^## /m)[0] ?? '';
    expect([...section.matchAll(/^\*\*(.+?)\*\*/gm)].map(([, part]) => part)).toEqual(['What it means.', 'What to look at.', 'What to do.']);
    expect(section).toContain('```');
  });
});
