import { FUNCTIONS } from '../deployed-functions';
import { forwarderPermissions, permissionsOf } from '../permissions';
import { type Permission, SCOPE_IN_WORDS } from '../permissions/permission';
import { GENERATED, markdownTable } from './markdown';

/** The page of what each function may do in AWS, and what the forwarder of a cluster may, made from the permissions themselves. */
export function permissionsPage(): string {
  return [
    GENERATED,
    '# Permissions',
    'Each function has a role of its own, with exactly the calls that it makes: a test finds them in its bundle. Besides, each may write its own log and send traces, and those that a queue wakes may read that queue.',
    'Load balancers and target groups are changed only where they carry the tag `elbv2.k8s.aws/cluster`, which everything of a cluster does. What carries a wildcard says why.',
    ...FUNCTIONS.map(({ name, entry }) => [`## ${name}`, `[${entry}](../${entry})`, tableOf(permissionsOf(name, SCOPE_IN_WORDS))].join('\n\n')),
    '## The forwarder of a cluster',
    'It runs in the cluster and may put events on the bus, under the name of its own cluster and no other. This is the policy for the cluster `prod`; `eksClusters` (see [deploy.md](deploy.md)) makes it for EKS.',
    `\`\`\`json\n${JSON.stringify(policyOf(forwarderPermissions('prod', { ...SCOPE_IN_WORDS, busArn: 'arn:aws:events:REGION:ACCOUNT:event-bus/stepbalancer' })), null, 2)}\n\`\`\`\n`,
  ].join('\n\n');
}

function tableOf(permissions: readonly Permission[]): string {
  const rows = permissions.map(({ actions, resources, conditions, why = '' }) => [lines(actions), lines(resources.map(withoutPlace)), conditions === undefined ? '' : describeConditions(conditions), why]);
  return markdownTable(['May', 'On', 'If', 'Why so wide'], rows);
}

/** Partition, Region and account are the deployment's own and need no words, unless any account is meant. */
function withoutPlace(arn: string): string {
  return arn.replace(/^arn:<AWS::Partition>:([\w-]+):(?:<AWS::Region>)?:(<AWS::AccountId>|\*):/, (_, service: string, account: string) => `${service}${account === '*' ? ' of any account' : ''}: `);
}

function describeConditions(conditions: NonNullable<Permission['conditions']>): string {
  return Object.entries(conditions)
    .flatMap(([operator, keys]) => Object.entries(keys).map(([key, value]) => (operator === 'Null' ? `\`${key}\` is given` : `\`${key}\` is ${[value].flat().join(' or ')}`)))
    .join('<br>');
}

function policyOf(permissions: readonly Permission[]) {
  return { Version: '2012-10-17', Statement: permissions.map(({ actions, resources, conditions }) => ({ Effect: 'Allow', Action: actions, Resource: resources, Condition: conditions })) };
}

const lines = (names: readonly string[]) => names.map((name) => `\`${name}\``).join('<br>');
