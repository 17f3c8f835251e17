import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { FUNCTIONS } from '../../infra/deployed-functions';
import { permissionsOf } from '../../infra/permissions';
import { type PermissionScope, SCOPE_IN_WORDS } from '../../infra/permissions/permission';
import { allowedTo, aStack, formatLine, inWords, readPolicy, resourcesOf } from './a-template';

const stack = aStack({ eksClusters: [{ id: 'prod', name: 'prod-eks' }] });
const pascal = (name: string) => name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

const SCOPE: PermissionScope = {
  ...SCOPE_IN_WORDS,
  tableArn: '<Table.Arn>',
  targetQueueArn: '<TargetsQueue.Arn>',
  stateMachineArn: 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:stepbalancer-reconcile',
};
/** Whose functions a queue wakes. */
const WOKEN_BY: Readonly<Record<string, string>> = { 'route-events': 'IntakeQueue', 'sync-targets': 'TargetsQueue' };

/** What a role may besides the calls of its function: log, trace, and take from the queue that wakes it. */
function besides(name: string): string[] {
  const queue = WOKEN_BY[name];
  return [
    ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => formatLine({ action, resource: `<${pascal(name)}Log.Arn>` })),
    ...['xray:PutTelemetryRecords', 'xray:PutTraceSegments'].map((action) => formatLine({ action, resource: '*' })),
    ...(queue === undefined ? [] : ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'].map((action) => formatLine({ action, resource: `<${queue}.Arn>` }))),
  ];
}

describe('the role of each function', () => {
  it.each(FUNCTIONS.map(({ name }) => name))('%s holds what docs/permissions.md says, by value, and no more', (name) => {
    const stated = permissionsOf(name, SCOPE).flatMap(({ actions, resources, conditions }) => actions.flatMap((action) => resources.map((resource) => formatLine({ action, resource, condition: conditions }))));
    expect(allowedTo(stack, `${pascal(name)}Role`)).toEqual([...new Set([...stated, ...besides(name)])].sort());
  });

  it('belongs to it alone', () => {
    const roles = resourcesOf(stack, 'AWS::Lambda::Function').map(([, { Properties }]) => inWords(Properties['Role']));
    expect(new Set(roles).size).toBe(FUNCTIONS.length);
  });

  it.each(FUNCTIONS.map(({ name }) => name))('%s is trusted by Lambda only', (name) => {
    const [[, role] = ['', undefined]] = resourcesOf(stack, 'AWS::IAM::Role').filter(([id]) => id.startsWith(`${pascal(name)}Role`));
    expect(role?.Properties['AssumeRolePolicyDocument']).toMatchObject({ Statement: [{ Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] });
    expect(role?.Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('the other roles', () => {
  it('let the workflow invoke every version of its functions, so that an older execution can be redriven', () => {
    const steps = FUNCTIONS.filter(({ state }) => state).map(({ name }) => `arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:stepbalancer-${name}:*`);
    expect(allowedTo(stack, 'ReconcileRole').filter((line) => line.includes('lambda:'))).toEqual(steps.map((resource) => formatLine({ action: 'lambda:InvokeFunction', resource })).sort());
  });

  it('let a schedule invoke its own function', () => {
    expect(allowedTo(stack, 'sweepschedulerole')).toEqual(['allow lambda:InvokeFunction on <SweepFunction.Arn>']);
    expect(allowedTo(stack, 'resyncschedulerole')).toEqual(['allow lambda:InvokeFunction on <ResyncFunction.Arn>']);
  });

  it('let the forwarder of a cluster put events under the name of its own cluster', () => {
    expect(allowedTo(stack, 'EksClusterprodForwarderRole')).toEqual(['allow events:PutEvents on <Bus.Arn> if {"ForAllValues:StringEquals":{"events:source":"stepbalancer.prod"},"Null":{"events:source":"false"}}']);
    const [[, role] = ['', undefined]] = resourcesOf(stack, 'AWS::IAM::Role').filter(([id]) => id.startsWith('EksClusterprodForwarderRole'));
    expect(role?.Properties['AssumeRolePolicyDocument']).toMatchObject({ Statement: [{ Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { Service: 'pods.eks.amazonaws.com' } }] });
  });

  it('hold no wildcard action, and reach no bus, queue, table or workflow by wildcard', () => {
    const all = resourcesOf(stack, 'AWS::IAM::Policy').flatMap(([, { Properties }]) => readPolicy(Properties['PolicyDocument']));
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter((line) => /^\w+ \S*\*/.test(line))).toEqual([]);
    expect(all.filter((line) => /^allow (dynamodb|sqs|events|states):.* on .*\*/.test(line))).toEqual([]);
  });
});

describe('cdk-nag', () => {
  it('finds nothing that is not explained', () => {
    const { violations } = new AwsSolutionsChecks(stack).validateScope(stack);
    expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources.map(({ constructPath }) => constructPath)])).toEqual([]);
  });

  it('would find a wildcard that is not', () => {
    const other = new Stack();
    new Role(other, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }).addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [`arn:${other.partition}:s3:::any/*`] }));
    const { violations } = new AwsSolutionsChecks(other).validateScope(other);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(['AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::any/*]']);
  });

  it('is told reasons, not formulas', () => {
    const reasons = stack.node.findAll().flatMap(({ node }) => node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY).flatMap(({ data }) => Object.entries(data as Record<string, string>)));
    expect(reasons.length).toBeGreaterThan(30);
    expect(reasons.filter(([, reason]) => reason.length < 30)).toEqual([]);
  });
});
