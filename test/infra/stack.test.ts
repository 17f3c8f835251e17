import { describe, expect, it } from 'vitest';
import { FUNCTIONS } from '../../infra/deployed-functions';
import { NAMES } from '../../infra/local/deploy';
import { FUNCTION_TIMEOUT_SECONDS } from '../../infra/workflow';
import { tableDefinition } from '../../shared/aws/dynamodb-table';
import { Environment } from '../../shared/contract/env';
import { EVENT_TYPES, eventSource } from '../../shared/contract/events';
import { STATES } from '../../shared/contract/steps';
import type { StateMachineDefinition, TaskState } from '../../infra/states-language';
import { aStack, inWords, propertiesOf, resourcesOf } from './a-template';

const stack = aStack();
const functions = new Map(resourcesOf(stack, 'AWS::Lambda::Function').map(([, { Properties }]) => [String(Properties['FunctionName']), Properties]));

describe('functions', () => {
  it('are all there, each described by its source', () => {
    expect([...functions].map(([name, { Description }]) => [name, Description])).toEqual(FUNCTIONS.map(({ name, entry }) => [`stepbalancer-${name}`, entry]));
  });

  it.each(FUNCTIONS.map(({ name }) => name))('%s runs on the runtime that tests run on, for the time that the lease allows', (name) => {
    expect(functions.get(`stepbalancer-${name}`)).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Timeout: FUNCTION_TIMEOUT_SECONDS, MemorySize: 512, TracingConfig: { Mode: 'Active' }, Handler: 'index.handler' });
    expect(process.version).toMatch(/^v24\./);
  });

  it.each(FUNCTIONS.map(({ name, uses }) => [name, uses] as const))('%s gets the environment that its code reads', (name, uses) => {
    const { Variables } = (functions.get(`stepbalancer-${name}`)?.['Environment'] ?? {}) as { Variables: Record<string, unknown> };
    expect(Object.fromEntries(Object.entries(Variables).map(([variable, value]) => [variable, inWords(value)]))).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      STEPBALANCER_TABLE: '<Table>',
      ...(uses.includes('executions') ? { STEPBALANCER_STATE_MACHINE: 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:stepbalancer-reconcile' } : {}),
      ...(uses.includes('targetQueue') ? { STEPBALANCER_TARGET_QUEUE: '<TargetsQueue>' } : {}),
    });
    const known = Object.keys(Environment.shape);
    expect(Object.keys(Variables).filter((variable) => variable.startsWith('STEPBALANCER_') && !known.includes(variable))).toEqual([]);
  });

  it('keep a month of log each', () => {
    const logs = resourcesOf(stack, 'AWS::Logs::LogGroup').map(([, { Properties }]) => [Properties['LogGroupName'], Properties['RetentionInDays']]);
    expect(logs).toEqual([...FUNCTIONS.map(({ name }) => [`/aws/lambda/stepbalancer-${name}`, 30]), ['/aws/vendedlogs/states/stepbalancer-reconcile', 30]]);
  });
});

describe('the workflow', () => {
  const machine = propertiesOf(stack, 'AWS::StepFunctions::StateMachine', { StateMachineName: 'stepbalancer-reconcile' });
  const definition = JSON.parse(inWords(machine['DefinitionString'])) as StateMachineDefinition;

  it('is a Standard one with logs and traces, so that it can be looked into and redriven', () => {
    expect(machine).toMatchObject({ StateMachineType: 'STANDARD', TracingConfiguration: { Enabled: true }, LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true } });
    expect(inWords((machine['LoggingConfiguration'] as { Destinations: { CloudWatchLogsLogGroup: { LogGroupArn: unknown } }[] }).Destinations[0]?.CloudWatchLogsLogGroup.LogGroupArn)).toBe('<ReconcileLog.Arn>');
  });

  it('names versions of its functions, which a later deployment leaves where they are', () => {
    const versions = new Map(resourcesOf(stack, 'AWS::Lambda::Version').map(([id, resource]) => [inWords({ Ref: id }), resource]));
    const named = STATES.map((state) => versions.get((definition.States[state] as TaskState).Resource));
    expect(named.map((version) => inWords(version?.Properties['FunctionName']))).toEqual(STATES.map((state) => `<${state}Function>`));
    for (const version of named) expect(version).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });
});

describe('the table', () => {
  const table = resourcesOf(stack, 'AWS::DynamoDB::Table').map(([, resource]) => resource)[0];
  const attributes = (table?.Properties['AttributeDefinitions'] ?? []) as readonly { readonly AttributeName: string }[];

  it('is the one that code and local system know', () => {
    const { TableName, BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = tableDefinition('stepbalancer');
    const byName = (a: { AttributeName?: string | undefined }, b: { AttributeName?: string | undefined }) => ((a.AttributeName ?? '') < (b.AttributeName ?? '') ? -1 : 1);
    expect(table?.Properties).toMatchObject({ TableName, BillingMode, KeySchema, GlobalSecondaryIndexes });
    expect(attributes.toSorted(byName)).toEqual(AttributeDefinitions.toSorted(byName));
  });

  it('can be restored, is encrypted, forgets by itself, and is not deleted with the stack', () => {
    expect(table?.Properties).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      DeletionProtectionEnabled: true,
    });
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });
});

describe('names', () => {
  const named = ['AWS::Events::EventBus', 'AWS::DynamoDB::Table', 'AWS::StepFunctions::StateMachine', 'AWS::Lambda::Function', 'AWS::SQS::Queue', 'AWS::Scheduler::Schedule', 'AWS::CloudWatch::Alarm', 'AWS::Events::Rule', 'AWS::SNS::Topic'];

  it.each(named)('of every %s begins with stepbalancer', (type) => {
    const names = resourcesOf(stack, type).map(([, { Properties }]) => Properties['TableName'] ?? Properties['StateMachineName'] ?? Properties['FunctionName'] ?? Properties['QueueName'] ?? Properties['AlarmName'] ?? Properties['TopicName'] ?? Properties['Name']);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(String(name)).toMatch(/^stepbalancer(-|$)/);
  });
});

describe('the local system', () => {
  it('is deployed under the same names', () => {
    propertiesOf(stack, 'AWS::Events::EventBus', { Name: NAMES.bus });
    propertiesOf(stack, 'AWS::Events::Rule', { Name: NAMES.rule });
    propertiesOf(stack, 'AWS::DynamoDB::Table', { TableName: NAMES.table });
    propertiesOf(stack, 'AWS::StepFunctions::StateMachine', { StateMachineName: NAMES.stateMachine });
    expect([NAMES.intake, NAMES.targets].map((QueueName) => propertiesOf(stack, 'AWS::SQS::Queue', { QueueName })['QueueName'])).toEqual([NAMES.intake, NAMES.targets]);
  });
});

describe('access of EKS clusters', () => {
  const clusters = aStack({ eksClusters: [{ id: 'prod', name: 'prod-eks' }, { id: 'test' }] });

  it('is given to the functions that look into clusters, in the group of functions-rbac.yaml', () => {
    const entries = resourcesOf(clusters, 'AWS::EKS::AccessEntry').map(([, { Properties }]) => Properties);
    const looking = FUNCTIONS.filter(({ uses }) => uses.includes('clusterClient')).length;
    expect(entries.filter(({ ClusterName }) => ClusterName === 'prod-eks')).toHaveLength(looking);
    expect(entries.filter(({ ClusterName }) => ClusterName === 'test')).toHaveLength(looking);
    for (const entry of entries) expect(entry).toMatchObject({ Type: 'STANDARD', KubernetesGroups: ['stepbalancer'] });
  });

  it('is given to the service account of each forwarder', () => {
    expect(propertiesOf(clusters, 'AWS::EKS::PodIdentityAssociation', { ClusterName: 'prod-eks' })).toMatchObject({ Namespace: 'kube-system', ServiceAccount: 'stepbalancer-forwarder' });
  });

  it('is not made unless asked for; then there is no VPC either', () => {
    for (const type of ['AWS::EKS::AccessEntry', 'AWS::EKS::PodIdentityAssociation', 'AWS::EC2::VPC', 'AWS::EC2::SecurityGroup']) expect(resourcesOf(stack, type)).toEqual([]);
    for (const properties of functions.values()) expect(properties).not.toHaveProperty('VpcConfig');
  });
});

describe('the rule', () => {
  it('lets every type of event of every cluster pass, and nothing that is not a cluster’s', () => {
    const { EventPattern } = propertiesOf(stack, 'AWS::Events::Rule', { Name: 'stepbalancer-wake-ups' });
    expect(EventPattern).toEqual({ source: [{ prefix: 'stepbalancer.' }], 'detail-type': EVENT_TYPES });
    expect(eventSource('prod')).toMatch(/^stepbalancer\./);
  });
});
