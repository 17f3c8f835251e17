import type { Conditions, PermissionScope } from './permission';

/** One action that an operation needs, and on what. */
export interface Rule {
  readonly action: string;
  readonly on: (scope: PermissionScope) => readonly string[];
  readonly when?: Conditions;
  readonly why?: string;
}

/** LBC's tag: whatever carries it belongs to a cluster, and only that may be changed (LBC's behaviour §5.1). */
export const CLUSTER_TAG = 'elbv2.k8s.aws/cluster';

const ON_OURS: Conditions = { Null: { [`aws:ResourceTag/${CLUSTER_TAG}`]: 'false' } };
const WHERE_TAGGED: Conditions = { Null: { [`aws:RequestTag/${CLUSTER_TAG}`]: 'false' } };

const NO_RESOURCE_LEVEL = 'AWS has no resource-level permission for this call';
const NAMED_LATER = 'Its name is made after the deployment; the condition on the tag narrows it to what belongs to a cluster';
const LISTENERS = 'Listeners carry the tag only where the cluster’s feature gate ListenerRulesTagging is on; they are reached through load balancers that do carry it';
const USERS_GROUPS = 'Security groups of nodes and pods, and target groups of TargetGroupBindings, are the users’ and do not carry the tag; only rules and targets of our ledger are taken away';

type Where = Rule['on'];
const elb = (...kinds: string[]): Where => ({ partition, region, account }) => kinds.map((kind) => `arn:${partition}:elasticloadbalancing:${region}:${account}:${kind}/*`);
const everything: Where = () => ['*'];
const loadBalancers = elb('loadbalancer/net');
const targetGroups = elb('targetgroup');
const listeners = elb('listener/net');
const securityGroups: Where = ({ partition, region, account }) => [`arn:${partition}:ec2:${region}:${account}:security-group/*`];
/** A shared VPC belongs to another account. */
const vpcs: Where = ({ partition, region }) => [`arn:${partition}:ec2:${region}:*:vpc/*`];
/** Users name certificates by ARN; which ones is known only then. */
const certificates: Where = ({ partition, region, account }) => [`arn:${partition}:acm:${region}:${account}:certificate/*`];
/** With a version behind the name: the functions themselves have none. */
const ourVersions: Where = ({ partition, region, account }) => [`arn:${partition}:lambda:${region}:${account}:function:stepbalancer-*:*`];
const secrets: Where = ({ partition, region, account }) => [`arn:${partition}:secretsmanager:${region}:${account}:secret:stepbalancer/cluster/*`];
const elbServiceRole: Where = ({ partition, account }) => [`arn:${partition}:iam::${account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`];

const table: Where = ({ tableArn }) => [tableArn];
const reads = (action: string): Rule[] => [{ action, on: everything, why: NO_RESOURCE_LEVEL }];
const ours = (action: string, on: Where): Rule[] => [{ action, on, when: ON_OURS, why: NAMED_LATER }];
const listenersOf = (action: string): Rule[] => [{ action, on: listeners, why: LISTENERS }];

/** Tags that come with a creation need a permission of their own (AWS: Grant permission to tag resources during creation). */
const taggedWith = (action: string, on: Where): Rule => ({ action: 'elasticloadbalancing:AddTags', on, when: { ...WHERE_TAGGED, StringEquals: { 'elasticloadbalancing:CreateAction': action } }, why: NAMED_LATER });
const asks = (...names: string[]): Rule[] => names.flatMap((name) => reads(`ec2:${name}`));

const ON_TABLE = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'] as const;
const READS = [
  'tag:GetResources',
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
  'elasticloadbalancing:DescribeSSLPolicies',
  'elasticloadbalancing:DescribeAccountLimits',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeRouteTables',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSecurityGroupRules',
  'ec2:DescribeInstances',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeAddresses',
  'ec2:DescribeManagedPrefixLists',
] as const;
const ON_LOAD_BALANCERS = ['elasticloadbalancing:SetSecurityGroups', 'elasticloadbalancing:ModifyLoadBalancerAttributes', 'elasticloadbalancing:ModifyIpPools', 'elasticloadbalancing:ModifyCapacityReservation', 'elasticloadbalancing:DeleteLoadBalancer'] as const;
const ON_TARGET_GROUPS = ['elasticloadbalancing:ModifyTargetGroup', 'elasticloadbalancing:ModifyTargetGroupAttributes', 'elasticloadbalancing:DeleteTargetGroup'] as const;
const ON_LISTENERS = ['elasticloadbalancing:ModifyListener', 'elasticloadbalancing:ModifyListenerAttributes', 'elasticloadbalancing:AddListenerCertificates', 'elasticloadbalancing:RemoveListenerCertificates', 'elasticloadbalancing:DeleteListener'] as const;
const ON_SECURITY_GROUPS = ['ec2:DeleteSecurityGroup', 'ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress', 'ec2:CreateTags', 'ec2:DeleteTags'] as const;

/**
 * What each operation that we call needs: its own action, and those that AWS asks of the caller besides (AWS: Elastic Load Balancing API permissions).
 * Resources and condition keys are those of AWS's Service Authorization Reference.
 */
export const OPERATIONS = {
  ...each(ON_TABLE, (action) => [{ action, on: table }]),
  'dynamodb:Query index/due': [{ action: 'dynamodb:Query', on: ({ tableArn }) => [`${tableArn}/index/due`] }],
  'sqs:SendMessage': [{ action: 'sqs:SendMessage', on: ({ targetQueueArn }) => [targetQueueArn] }],
  'states:StartExecution': [{ action: 'states:StartExecution', on: ({ stateMachineArn }) => [stateMachineArn] }],
  'secretsmanager:GetSecretValue': [{ action: 'secretsmanager:GetSecretValue', on: secrets, why: 'Kubeconfigs of clusters that are registered after the deployment; their secrets are named stepbalancer/cluster/…' }],

  'lambda:ListFunctions': [{ action: 'lambda:ListFunctions', on: everything, why: NO_RESOURCE_LEVEL }],
  'lambda:DeleteFunction': [{ action: 'lambda:DeleteFunction', on: ourVersions, why: 'Every published version of our own functions; never the functions themselves' }],

  ...each(READS, reads),
  'acm:DescribeCertificate': [{ action: 'acm:DescribeCertificate', on: certificates, why: 'Certificates are named by manifests, after the deployment' }],
  ...each(ON_LOAD_BALANCERS, (action) => ours(action, loadBalancers)),
  ...each(ON_TARGET_GROUPS, (action) => ours(action, targetGroups)),
  ...each(ON_LISTENERS, listenersOf),
  ...each(ON_SECURITY_GROUPS, (action) => ours(action, securityGroups)),
  'elasticloadbalancing:CreateLoadBalancer': [
    { action: 'elasticloadbalancing:CreateLoadBalancer', on: loadBalancers, when: WHERE_TAGGED, why: NAMED_LATER },
    taggedWith('CreateLoadBalancer', loadBalancers),
    ...asks('DescribeAccountAttributes', 'DescribeAddresses', 'DescribeInternetGateways', 'DescribeSecurityGroups', 'DescribeSubnets', 'DescribeVpcs'),
    { action: 'iam:CreateServiceLinkedRole', on: elbServiceRole, when: { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } } },
  ],
  'elasticloadbalancing:SetSubnets': [...ours('elasticloadbalancing:SetSubnets', loadBalancers), ...asks('DescribeSubnets')],
  'elasticloadbalancing:SetIpAddressType': [...ours('elasticloadbalancing:SetIpAddressType', loadBalancers), ...asks('DescribeSubnets')],
  'elasticloadbalancing:CreateTargetGroup': [
    { action: 'elasticloadbalancing:CreateTargetGroup', on: targetGroups, when: WHERE_TAGGED, why: NAMED_LATER },
    taggedWith('CreateTargetGroup', targetGroups),
    ...asks('DescribeInternetGateways', 'DescribeVpcs'),
  ],
  'elasticloadbalancing:RegisterTargets': [
    { action: 'elasticloadbalancing:RegisterTargets', on: targetGroups, why: USERS_GROUPS },
    ...asks('DescribeInstances', 'DescribeInternetGateways', 'DescribeSubnets', 'DescribeVpcs'),
  ],
  'elasticloadbalancing:DeregisterTargets': [{ action: 'elasticloadbalancing:DeregisterTargets', on: targetGroups, why: USERS_GROUPS }],
  'elasticloadbalancing:CreateListener': [
    ...ours('elasticloadbalancing:CreateListener', loadBalancers),
    { action: 'elasticloadbalancing:AddTags', on: listeners, why: LISTENERS },
  ],
  'elasticloadbalancing:AddTags': [...ours('elasticloadbalancing:AddTags', elb('loadbalancer/net', 'targetgroup')), ...listenersOf('elasticloadbalancing:AddTags')],
  'elasticloadbalancing:RemoveTags': [...ours('elasticloadbalancing:RemoveTags', elb('loadbalancer/net', 'targetgroup')), ...listenersOf('elasticloadbalancing:RemoveTags')],
  'ec2:CreateSecurityGroup': [
    { action: 'ec2:CreateSecurityGroup', on: vpcs, why: 'Clusters and their VPCs are registered after the deployment' },
    { action: 'ec2:CreateSecurityGroup', on: securityGroups, when: WHERE_TAGGED, why: NAMED_LATER },
    { action: 'ec2:CreateTags', on: securityGroups, when: { ...WHERE_TAGGED, StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup' } }, why: NAMED_LATER },
  ],
  'ec2:AuthorizeSecurityGroupIngress of users': [{ action: 'ec2:AuthorizeSecurityGroupIngress', on: securityGroups, why: USERS_GROUPS }],
  'ec2:RevokeSecurityGroupIngress of users': [{ action: 'ec2:RevokeSecurityGroupIngress', on: securityGroups, why: USERS_GROUPS }],
} satisfies Record<string, Rule[]>;

/** The same rules for each of the actions. */
function each<Action extends string>(actions: readonly Action[], rules: (action: string) => Rule[]): Record<Action, Rule[]> {
  return Object.fromEntries(actions.map((action) => [action, rules(action)])) as Record<Action, Rule[]>;
}

export type Operation = keyof typeof OPERATIONS;
