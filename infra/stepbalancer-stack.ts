import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { EVENT_TYPES } from '../shared/contract/events';
import { Alarms } from './alarms';
import { type DeployedFunction, functionNamed, FUNCTIONS } from './deployed-functions';
import { EksCluster, type EksClusterContext } from './eks-clusters';
import { intakeQueues, targetQueues } from './lane-queues';
import { LambdaFunction } from './lambda-function';
import type { PermissionScope } from './permissions/permission';
import { ReconcileStateMachine, reconcileArn } from './reconcile-state-machine';
import { StateTable } from './state-table';

export interface StepbalancerStackProps extends StackProps {
  /** The bundled code of a function. */
  readonly codeOf: (definition: DeployedFunction) => Code;
  /** EKS clusters of this account and Region that get their access from this stack. */
  readonly eksClusters?: readonly EksClusterContext[];
}

/** Everything that is deployed once per account and Region; it serves all clusters there. Read it from top to bottom: it is the picture in docs/architecture.md. */
export class StepbalancerStack extends Stack {
  private readonly bus = new EventBus(this, 'Bus', { eventBusName: 'stepbalancer', description: 'Wake-ups from clusters' });
  private readonly table = new StateTable(this);
  private readonly intake = intakeQueues(this);
  private readonly targets = targetQueues(this);
  private readonly functions = new Map<string, LambdaFunction>();

  constructor(parent: Construct, id: string, { codeOf, eksClusters = [], ...props }: StepbalancerStackProps) {
    super(parent, id, { description: 'stepbalancer: Kubernetes load balancers, reconciled by Step Functions', ...props });
    const scope = this.permissionScope();
    for (const definition of FUNCTIONS) this.functions.set(definition.name, new LambdaFunction(this, { definition, code: codeOf(definition), environment: this.variablesOf(definition), scope }));
    const reconcile = new ReconcileStateMachine(this, { versionOf: (name) => this.lambda(name).currentVersion });
    this.connect();
    const alarms = new Alarms(this, { stateMachine: reconcile.stateMachine, deadLetters: { intake: this.intake.deadLetters, targets: this.targets.deadLetters } });
    const roles = new Map(FUNCTIONS.filter(({ uses }) => uses.includes('clusterClient')).map(({ name }) => [name, this.functionOf(name).role]));
    for (const cluster of eksClusters) new EksCluster(this, { cluster, roles, scope });

    new CfnOutput(this, 'BusArn', { value: this.bus.eventBusArn, description: 'Forwarders put their events here' });
    new CfnOutput(this, 'TableName', { value: this.table.tableName, description: 'For `stepbalancer --table`' });
    new CfnOutput(this, 'StateMachineArn', { value: scope.stateMachineArn, description: 'Executions, and where they are redriven' });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarms.topic.topicArn, description: 'Subscribe whoever is to be woken' });
  }

  /** Who wakes whom. */
  private connect(): void {
    const { intake, targets } = this;
    new Rule(this, 'WakeUps', {
      eventBus: this.bus,
      ruleName: 'stepbalancer-wake-ups',
      description: 'What clusters say goes to the intake; route-events drops a source that is not the one of its cluster',
      eventPattern: { source: Match.prefix('stepbalancer.'), detailType: [...EVENT_TYPES] },
      targets: [new SqsQueue(intake.queue, { deadLetterQueue: intake.deadLetters })],
    });
    // Ten at a time, because more need a batching window: of the two seconds from a ready pod to its registration none is spent on waiting.
    this.lambda('route-events').addEventSource(new SqsEventSource(intake.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: 10 }));
    this.lambda('sync-targets').addEventSource(new SqsEventSource(targets.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: 20 }));
    this.every(Duration.minutes(1), 'sweep');
    // It looks itself which clusters are due: each every ten minutes, and at once when its forwarder asks for it.
    this.every(Duration.minutes(1), 'resync');
    this.every(Duration.days(1), 'prune-versions');
  }

  /** A run that was missed is not made up for: the next one does the same. */
  private every(rate: Duration, name: string): void {
    const lambda = this.lambda(name);
    const role = new Role(this, `${name}-schedule-role`, { assumedBy: new ServicePrincipal('scheduler.amazonaws.com'), description: `stepbalancer: the schedule of ${name}` });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] }));
    // CDK would let it invoke every version besides.
    const target = new LambdaInvoke(lambda, { role: role.withoutPolicyUpdates(), retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Schedule(this, `${name}-schedule`, { scheduleName: `stepbalancer-${name}`, schedule: ScheduleExpression.rate(rate), target });
  }

  /** Exactly the variables that its code reads (shared/contract/env.ts). */
  private variablesOf({ uses }: DeployedFunction): Record<string, string> {
    return {
      STEPBALANCER_TABLE: this.table.tableName,
      ...(uses.includes('executions') ? { STEPBALANCER_STATE_MACHINE: reconcileArn(this) } : {}),
      ...(uses.includes('targetQueue') ? { STEPBALANCER_TARGET_QUEUE: this.targets.queue.queueUrl } : {}),
    };
  }

  private permissionScope(): PermissionScope {
    const { partition, region, account, table, targets, bus } = this;
    return { partition, region, account, tableArn: table.tableArn, targetQueueArn: targets.queue.queueArn, stateMachineArn: reconcileArn(this), busArn: bus.eventBusArn };
  }

  private functionOf(name: string): LambdaFunction {
    const found = this.functions.get(functionNamed(name).name);
    if (!found) throw new Error(`expected the function ${name} to be made before it is connected`);
    return found;
  }

  private lambda(name: string) {
    return this.functionOf(name).lambda;
  }
}
