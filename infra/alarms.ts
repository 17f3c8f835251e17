import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** Where each alarm's heading in the runbook is. */
const RUNBOOK = 'docs/runbook.md';

interface AlarmDefinition {
  readonly id: string;
  /** Heading in the runbook, as an anchor. */
  readonly anchor: string;
  readonly meaning: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly evaluationPeriods?: number;
}

export interface AlarmsProps {
  readonly stateMachine: StateMachine;
  readonly deadLetters: { readonly intake: Queue; readonly targets: Queue };
}

/** What wakes an operator. Every description ends with the runbook's heading. */
export class Alarms extends Construct {
  constructor(parent: Construct, { stateMachine, deadLetters }: AlarmsProps) {
    super(parent, 'Alarms');
    const period = Duration.minutes(5);
    const depth = (queue: Queue) => queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' });
    const definitions: AlarmDefinition[] = [
      { id: 'ExecutionsFailed', anchor: 'executions-failed', meaning: 'An execution failed at a step that nobody expected to fail; it can be redriven.', metric: stateMachine.metricFailed({ period }), threshold: 1 },
      { id: 'ExecutionsTimedOut', anchor: 'executions-failed', meaning: 'An execution timed out; it can be redriven.', metric: stateMachine.metricTimedOut({ period }), threshold: 1 },
      { id: 'IntakeDeadLetters', anchor: 'intake-dead-letters', meaning: 'Wake-ups could not be routed; the next resync finds what they meant.', metric: depth(deadLetters.intake), threshold: 1 },
      { id: 'TargetDeadLetters', anchor: 'target-dead-letters', meaning: 'A target group could not be synchronised in five attempts.', metric: depth(deadLetters.targets), threshold: 1 },
      {
        id: 'StaleKeys',
        anchor: 'stale-keys',
        meaning: 'Keys have been due for longer than ten minutes and nobody works on them.',
        metric: new Metric({ namespace: 'stepbalancer', metricName: 'StaleKeys', dimensionsMap: { service: 'sweep' }, statistic: 'Maximum', period }),
        threshold: 1,
        evaluationPeriods: 2,
      },
    ];
    for (const { id, anchor, meaning, metric, threshold, evaluationPeriods = 1 } of definitions) {
      new Alarm(this, id, {
        alarmName: `stepbalancer-${anchor}${id === 'ExecutionsTimedOut' ? '-timed-out' : ''}`,
        alarmDescription: `${meaning} What to do: ${RUNBOOK}#${anchor}`,
        metric,
        threshold,
        evaluationPeriods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }
  }
}
