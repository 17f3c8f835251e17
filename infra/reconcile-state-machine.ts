import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Version } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StateName } from '../shared/contract/steps';
import { FUNCTIONS } from './deployed-functions';
import { workflowDefinition } from './workflow';

const NAME = 'stepbalancer-reconcile';

/** The ARN of the state machine, known before it exists: functions that start runs need it. */
export function reconcileArn({ partition, region, account }: Pick<Stack, 'partition' | 'region' | 'account'>): string {
  return `arn:${partition}:states:${region}:${account}:stateMachine:${NAME}`;
}

/** The workflow `reconcile`: Standard, so that a failed execution can be redriven for 14 days. It names function versions, so that a redrive meets the code it began with. */
export class ReconcileStateMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(parent: Construct, { versionOf }: { versionOf: (functionName: string) => Version }) {
    super(parent, 'Reconcile');
    const versions = FUNCTIONS.flatMap(({ state, name }) => (state ? [[state, versionOf(name).functionArn] as const] : []));
    const definition = workflowDefinition(Object.fromEntries(versions) as Record<StateName, string>);
    const logs = new LogGroup(this, 'Log', { logGroupName: `/aws/vendedlogs/states/${NAME}`, retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: NAME,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      role: this.role(),
      tracingEnabled: true,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: true },
      comment: 'Makes one load balancer what its Kubernetes object asks for. Failed executions can be redriven.',
    });
  }

  /** May invoke every version of the step functions: an older execution that is redriven names an older one. */
  private role(): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com'), description: 'stepbalancer: the workflow, which invokes its own functions' });
    const steps = FUNCTIONS.filter(({ state }) => state).map(({ name }) => name);
    const versions = (partition: string, region: string, account: string) => steps.map((name) => `arn:${partition}:lambda:${region}:${account}:function:stepbalancer-${name}:*`);
    const { partition, region, account } = Stack.of(this);
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: versions(partition, region, account) }));
    for (const arn of versions('<AWS::Partition>', '<AWS::Region>', '<AWS::AccountId>')) {
      Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${arn}]`, reason: 'Versions of our own step functions, so that an older execution can be redriven' });
    }
    Validations.of(role).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Log delivery and X-Ray have no resource-level permission (AWS: Logging using CloudWatch Logs)' });
    return role;
  }
}
