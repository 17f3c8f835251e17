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
export function reconcileArn(stack: Stack): string {
  return `arn:${stack.partition}:states:${stack.region}:${stack.account}:stateMachine:${NAME}`;
}

/** The workflow `reconcile`: Standard, so that a failed execution can be redriven for 14 days. It names function versions, so that a redrive meets the code it began with. */
export class ReconcileStateMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(parent: Construct, { versionOf }: { versionOf: (functionName: string) => Version }) {
    super(parent, 'Reconcile');
    const versions = new Map(FUNCTIONS.flatMap(({ state, name }) => (state ? [[state, versionOf(name).functionArn] as const] : [])));
    const definition = workflowDefinition(Object.fromEntries(versions) as Record<StateName, string>);
    const logs = new LogGroup(this, 'Log', { logGroupName: `/aws/vendedlogs/states/${NAME}`, retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com'), description: 'Role of the workflow: invokes its own functions' });
    // Every version of our step functions: an older execution that is redriven names an older one.
    const invoked = FUNCTIONS.filter(({ state }) => state).map(({ name }) => `arn:${Stack.of(this).partition}:lambda:${Stack.of(this).region}:${Stack.of(this).account}:function:stepbalancer-${name}:*`);
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: invoked }));
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: NAME,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      role,
      tracingEnabled: true,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: true },
      comment: 'Makes one load balancer what its Kubernetes object asks for. Failed executions can be redriven.',
    });
    for (const arn of invoked) Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${arn}]`, reason: 'Versions of our own step functions, so that an older execution can be redriven' });
    Validations.of(role).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Log delivery and X-Ray have no resource-level permission' });
  }
}
