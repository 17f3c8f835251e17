import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { EVENT_TYPES } from '../shared/contract/events';
import { Alarms } from './alarms';
import { type DeployedFunction, FUNCTIONS } from './deployed-functions';
import { LambdaFunction } from './lambda-function';
import type { PermissionScope } from './permissions';
import { ReconcileStateMachine, reconcileArn } from './reconcile-state-machine';
import { FUNCTION_TIMEOUT_SECONDS } from './workflow';

/** AWS advises six times the function's time-out. In the target lane a message that is hidden blocks its whole group, so there it is only half as long again. */
const INTAKE_VISIBILITY = Duration.seconds(FUNCTION_TIMEOUT_SECONDS * 6);
const TARGET_VISIBILITY = Duration.seconds(FUNCTION_TIMEOUT_SECONDS * 1.5);
const DLQ_RETENTION = Duration.days(14);

/** Everything that is deployed once per account and Region; it serves all clusters there. Read it from top to bottom: it is the picture in the README. */
export class StepbalancerStack extends Stack {
  constructor(parent: Construct, id: string, props: StackProps = {}) {
    super(parent, id, { description: 'stepbalancer: Kubernetes load balancers, reconciled by Step Functions', ...props });

    const bus = new EventBus(this, 'Bus', { eventBusName: 'stepbalancer', description: 'Wake-ups from clusters' });
    const table = this.table();
    const intake = this.queue('Intake', { queueName: 'stepbalancer-intake' });
    const targets = this.queue('Targets', { queueName: 'stepbalancer-targets.fifo', fifo: true });

    const scope: PermissionScope = {
      partition: this.partition,
      region: this.region,
      account: this.account,
      tableArn: table.tableArn,
      targetQueueArn: targets.queue.queueArn,
      stateMachineArn: reconcileArn(this),
      functionArnPrefix: `arn:${this.partition}:lambda:${this.region}:${this.account}:function:stepbalancer-`,
    };
    const environment = ({ needs }: DeployedFunction) => ({
      STEPBALANCER_TABLE: table.tableName,
      ...(needs.includes('stateMachine') ? { STEPBALANCER_STATE_MACHINE: scope.stateMachineArn } : {}),
      ...(needs.includes('targetQueue') ? { STEPBALANCER_TARGET_QUEUE: targets.queue.queueUrl } : {}),
    });
    const functions = new Map(FUNCTIONS.map((definition) => [definition.name, new LambdaFunction(this, { definition, environment: environment(definition), scope }).lambda]));
    const lambda = (name: string): NodejsFunction => {
      const found = functions.get(name);
      if (!found) throw new Error(`expected a function named ${name} in infra/deployed-functions.ts, found none`);
      return found;
    };

    const reconcile = new ReconcileStateMachine(this, { versionOf: (name) => lambda(name).currentVersion });

    new Rule(this, 'WakeUps', {
      eventBus: bus,
      ruleName: 'stepbalancer-wake-ups',
      description: 'What clusters say goes to the intake; route-events drops a source that is not the one of its cluster',
      eventPattern: { source: Match.prefix('stepbalancer.'), detailType: [...EVENT_TYPES] },
      targets: [new SqsQueue(intake.queue, { deadLetterQueue: intake.deadLetters })],
    });
    lambda('route-events').addEventSource(new SqsEventSource(intake.queue, { batchSize: 100, maxBatchingWindow: Duration.seconds(0), reportBatchItemFailures: true, maxConcurrency: 5 }));
    lambda('sync-targets').addEventSource(new SqsEventSource(targets.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: 20 }));
    this.every('Sweep', { rate: Duration.minutes(1), target: lambda('sweep') });
    // Each cluster every ten minutes, or as soon as its forwarder asks for it: the function itself knows which are due.
    this.every('Resync', { rate: Duration.minutes(1), target: lambda('resync') });

    new Alarms(this, { stateMachine: reconcile.stateMachine, deadLetters: { intake: intake.deadLetters, targets: targets.deadLetters } });

    new CfnOutput(this, 'BusName', { value: bus.eventBusName, description: 'For the forwarder of each cluster' });
    new CfnOutput(this, 'TableName', { value: table.tableName, description: 'For `stepbalancer cluster add`' });
    new CfnOutput(this, 'StateMachineArn', { value: scope.stateMachineArn, description: 'Executions, and where they are redriven' });
  }

  private table(): Table {
    const table = new Table(this, 'Table', {
      tableName: 'stepbalancer',
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.AWS_MANAGED,
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.RETAIN,
      deletionProtection: true,
    });
    table.addGlobalSecondaryIndex({
      indexName: 'due',
      partitionKey: { name: 'duePartition', type: AttributeType.STRING },
      sortKey: { name: 'nextAttemptAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.ALL,
    });
    return table;
  }

  private queue(id: string, { queueName, fifo = false }: { queueName: string; fifo?: boolean }) {
    const secure = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...(fifo ? { fifo: true } : {}) };
    const deadLetters = new Queue(this, `${id}DeadLetters`, { ...secure, queueName: fifo ? queueName.replace('.fifo', '-dead.fifo') : `${queueName}-dead`, retentionPeriod: DLQ_RETENTION });
    const queue = new Queue(this, id, {
      ...secure,
      queueName,
      visibilityTimeout: fifo ? TARGET_VISIBILITY : INTAKE_VISIBILITY,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
      ...(fifo ? { deduplicationScope: DeduplicationScope.MESSAGE_GROUP, fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID } : {}),
    });
    return { queue, deadLetters };
  }

  private every(id: string, { rate, target }: { rate: Duration; target: IFunction }): void {
    const invocation = new LambdaInvoke(target, { retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    const schedule = new Schedule(this, `${id}Schedule`, { scheduleName: `stepbalancer-${id.toLowerCase()}`, schedule: ScheduleExpression.rate(rate), target: invocation });
    const role = schedule.node.root.node.findAll().filter((node) => node.node.id.startsWith('SchedulerRoleForTarget'));
    for (const found of role) Validations.of(found).acknowledge({ id: 'AwsSolutions-IAM5', reason: 'The scheduler may invoke every version of its one function' });
  }
}
