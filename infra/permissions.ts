/**
 * What each function may do, as data: docs/permissions.md shows it, the stack turns it into one role each, a snapshot test shows every change.
 * Mutations are conditioned on LBC's cluster tag where ELBv2 and EC2 allow it (AWS: Service Authorization Reference).
 */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** Why `*` is as narrow as AWS allows here; required then. */
  readonly why?: string;
}

/** ARNs that only the stack knows. */
export interface PermissionScope {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly tableArn: string;
  readonly targetQueueArn: string;
  readonly stateMachineArn: string;
  /** Prefix of our functions' ARNs. */
  readonly functionArnPrefix: string;
}

const CLUSTER_TAG = 'elbv2.k8s.aws/cluster';
const NO_RESOURCE_LEVEL = 'AWS has no resource-level permission for Describe and list calls of this service';
const ON_OURS = { Null: { [`aws:ResourceTag/${CLUSTER_TAG}`]: 'false' } } as const;
const CREATES_OURS = { Null: { [`aws:RequestTag/${CLUSTER_TAG}`]: 'false' } } as const;

type Grants = (scope: PermissionScope) => Permission[];

const elb = ({ partition, region, account }: PermissionScope, kind: string) => `arn:${partition}:elasticloadbalancing:${region}:${account}:${kind}/*`;
const ec2 = ({ partition, region, account }: PermissionScope, kind: string) => `arn:${partition}:ec2:${region}:${account}:${kind}/*`;

const table: Grants = ({ tableArn }) => [
  { actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem'], resources: [tableArn] },
];
const due: Grants = ({ tableArn }) => [
  { actions: ['dynamodb:Query'], resources: [`${tableArn}/index/due`] },
  { actions: ['dynamodb:Scan'], resources: [tableArn] },
];
const sendTargets: Grants = ({ targetQueueArn }) => [{ actions: ['sqs:SendMessage'], resources: [targetQueueArn] }];
const startRuns: Grants = ({ stateMachineArn }) => [{ actions: ['states:StartExecution'], resources: [stateMachineArn] }];
const clusterSecret: Grants = ({ partition, region, account }) => [
  { actions: ['secretsmanager:GetSecretValue'], resources: [`arn:${partition}:secretsmanager:${region}:${account}:secret:stepbalancer/cluster/*`] },
];
const readElb: Grants = () => [
  {
    actions: [
      'elasticloadbalancing:DescribeLoadBalancers',
      'elasticloadbalancing:DescribeLoadBalancerAttributes',
      'elasticloadbalancing:DescribeCapacityReservation',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeListenerAttributes',
      'elasticloadbalancing:DescribeListenerCertificates',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeTargetGroupAttributes',
      'elasticloadbalancing:DescribeTargetHealth',
      'elasticloadbalancing:DescribeTags',
    ],
    resources: ['*'],
    why: NO_RESOURCE_LEVEL,
  },
];
const readEc2: Grants = () => [
  {
    actions: [
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
      'ec2:DescribeAvailabilityZones',
      'ec2:DescribeRouteTables',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSecurityGroupRules',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeInstances',
    ],
    resources: ['*'],
    why: NO_RESOURCE_LEVEL,
  },
];
const findByTag: Grants = () => [{ actions: ['tag:GetResources'], resources: ['*'], why: NO_RESOURCE_LEVEL }];

const makeLoadBalancers: Grants = (scope) => [
  {
    actions: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:CreateTargetGroup'],
    resources: [elb(scope, 'loadbalancer/net'), elb(scope, 'targetgroup')],
    conditions: CREATES_OURS,
  },
  { actions: ['elasticloadbalancing:CreateListener'], resources: [elb(scope, 'loadbalancer/net')], conditions: ON_OURS },
  {
    actions: [
      'elasticloadbalancing:ModifyLoadBalancerAttributes',
      'elasticloadbalancing:SetSubnets',
      'elasticloadbalancing:SetSecurityGroups',
      'elasticloadbalancing:SetIpAddressType',
      'elasticloadbalancing:ModifyCapacityReservation',
      'elasticloadbalancing:ModifyTargetGroup',
      'elasticloadbalancing:ModifyTargetGroupAttributes',
      'elasticloadbalancing:ModifyListener',
      'elasticloadbalancing:ModifyListenerAttributes',
      'elasticloadbalancing:AddListenerCertificates',
      'elasticloadbalancing:RemoveListenerCertificates',
    ],
    resources: [elb(scope, 'loadbalancer/net'), elb(scope, 'targetgroup'), elb(scope, 'listener/net')],
    conditions: ON_OURS,
  },
  {
    actions: ['elasticloadbalancing:AddTags', 'elasticloadbalancing:RemoveTags'],
    resources: [elb(scope, 'loadbalancer/net'), elb(scope, 'targetgroup'), elb(scope, 'listener/net')],
    conditions: ON_OURS,
  },
  {
    actions: ['elasticloadbalancing:AddTags'],
    resources: [elb(scope, 'loadbalancer/net'), elb(scope, 'targetgroup'), elb(scope, 'listener/net')],
    conditions: { StringEquals: { 'elasticloadbalancing:CreateAction': ['CreateLoadBalancer', 'CreateTargetGroup', 'CreateListener'] } },
  },
];
const removeLoadBalancers: Grants = (scope) => [
  {
    actions: ['elasticloadbalancing:DeleteLoadBalancer', 'elasticloadbalancing:DeleteListener', 'elasticloadbalancing:DeleteTargetGroup'],
    resources: [elb(scope, 'loadbalancer/net'), elb(scope, 'listener/net'), elb(scope, 'targetgroup')],
    conditions: ON_OURS,
  },
];
const makeGroups: Grants = (scope) => [
  { actions: ['ec2:CreateSecurityGroup'], resources: [ec2(scope, 'vpc')] },
  { actions: ['ec2:CreateSecurityGroup'], resources: [ec2(scope, 'security-group')], conditions: CREATES_OURS },
  { actions: ['ec2:CreateTags'], resources: [ec2(scope, 'security-group')], conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup' } } },
  {
    actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress', 'ec2:CreateTags', 'ec2:DeleteTags'],
    resources: [ec2(scope, 'security-group')],
    conditions: ON_OURS,
  },
  { actions: ['ec2:CreateTags'], resources: [ec2(scope, 'security-group-rule')], conditions: { StringEquals: { 'ec2:CreateAction': 'AuthorizeSecurityGroupIngress' } } },
];
const removeGroups: Grants = (scope) => [{ actions: ['ec2:DeleteSecurityGroup'], resources: [ec2(scope, 'security-group')], conditions: ON_OURS }];
const registerTargets: Grants = (scope) => [
  { actions: ['elasticloadbalancing:RegisterTargets', 'elasticloadbalancing:DeregisterTargets'], resources: [elb(scope, 'targetgroup')] },
];
/** Node and pod groups do not carry our tag: they are the user's. */
const nodeGroupRules: Grants = (scope) => [{ actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'], resources: [ec2(scope, 'security-group')] }];
const pruneVersions: Grants = ({ functionArnPrefix }) => [{ actions: ['lambda:ListVersionsByFunction', 'lambda:DeleteFunction'], resources: [`${functionArnPrefix}*`] }];

const GRANTS: Readonly<Record<string, readonly Grants[]>> = {
  'acquire-lease': [table],
  'resolve-subnets': [table, clusterSecret, readElb, readEc2, findByTag],
  'make-plan': [table, clusterSecret, readElb, readEc2, findByTag],
  'create-load-balancer': [table, clusterSecret, readElb, readEc2, makeLoadBalancers, removeLoadBalancers, makeGroups],
  'register-targets': [table, clusterSecret, sendTargets],
  'add-security-group-rules': [table, clusterSecret, sendTargets],
  'report-status': [table, clusterSecret],
  'wait-for-healthy': [table, clusterSecret, readElb],
  'collect-garbage': [table, clusterSecret, readElb, readEc2, removeLoadBalancers, removeGroups],
  'delete-load-balancer': [table, clusterSecret, readElb, readEc2, removeLoadBalancers, removeGroups, sendTargets],
  'release-lease': [table, clusterSecret, startRuns],
  'route-events': [table, startRuns, sendTargets],
  'sync-targets': [table, clusterSecret, readElb, readEc2, registerTargets, nodeGroupRules, makeGroups, removeGroups, sendTargets],
  sweep: [table, due, startRuns, sendTargets, pruneVersions],
  resync: [table, due, clusterSecret, startRuns, sendTargets],
};

/** The statements of one function's role. Throws for a function that has none stated. */
export function permissionsOf(name: string, scope: PermissionScope): Permission[] {
  const grants = GRANTS[name];
  if (!grants) throw new Error(`permissions: expected an entry for the function ${name} in infra/permissions.ts, found none`);
  return grants.flatMap((grant) => grant(scope));
}
