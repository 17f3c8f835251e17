import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** Where each alarm has a heading of its own name. */
const RUNBOOK = 'docs/runbook.md';
const PERIOD = Duration.minutes(5);

interface AlarmDefinition {
  /** Also the heading in the runbook. */
  readonly name: string;
  readonly meaning: string;
  readonly metric: IMetric;
  readonly evaluationPeriods: number;
  /** Silence is an alarm too: whoever counts is not running. */
  readonly silenceAlarms?: boolean;
}

export interface AlarmsProps {
  readonly stateMachine: StateMachine;
  readonly deadLetters: { readonly intake: Queue; readonly targets: Queue };
}

/** What wakes an operator: every alarm begins at 1, goes to one topic, and ends its description with its heading in the runbook. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(parent: Construct, props: AlarmsProps) {
    super(parent, 'Alarms');
    this.topic = new Topic(this, 'Topic', { topicName: 'stepbalancer-alarms', displayName: 'stepbalancer alarms', enforceSSL: true });
    // A topic with a policy of its own has lost the one that lets alarms in.
    const alarms = new ServicePrincipal('cloudwatch.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } } });
    this.topic.grantPublish(alarms);
    for (const { name, meaning, metric, evaluationPeriods, silenceAlarms = false } of definitions(props)) {
      const alarm = new Alarm(this, name, {
        alarmName: `stepbalancer-${name}`,
        alarmDescription: `${meaning} What to do: ${RUNBOOK}#${name}`,
        metric,
        threshold: 1,
        evaluationPeriods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: silenceAlarms ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(this.topic));
    }
  }
}

function definitions({ stateMachine, deadLetters }: AlarmsProps): readonly AlarmDefinition[] {
  const depth = (queue: Queue) => queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' });
  /** What `functions/meter.ts` writes: the function is the dimension `service`. */
  const counted = (service: string, metricName: string) => new Metric({ namespace: 'stepbalancer', metricName, dimensionsMap: { service }, statistic: 'Maximum', period: PERIOD });
  return [
    { name: 'executions-failed', meaning: 'An execution failed at a step that was not expected to fail; it can be redriven.', metric: stateMachine.metricFailed({ period: PERIOD }), evaluationPeriods: 1 },
    { name: 'executions-timed-out', meaning: 'An execution timed out; it can be redriven.', metric: stateMachine.metricTimedOut({ period: PERIOD }), evaluationPeriods: 1 },
    { name: 'intake-dead-letters', meaning: 'Wake-ups could not be routed; the next resync finds what they meant.', metric: depth(deadLetters.intake), evaluationPeriods: 1 },
    { name: 'target-dead-letters', meaning: 'A target group or the rules of a security group could not be brought up to date in five attempts.', metric: depth(deadLetters.targets), evaluationPeriods: 1 },
    { name: 'stale-keys', meaning: 'Keys have been due for more than ten minutes, or the sweeper that counts them does not run.', metric: counted('sweep', 'StaleKeys'), evaluationPeriods: 2, silenceAlarms: true },
    { name: 'resync-failed', meaning: 'A cluster could not be compared for half an hour, or the resync does not run.', metric: counted('resync', 'FailedResyncs'), evaluationPeriods: 6, silenceAlarms: true },
  ];
}
