import { eventSource } from '../shared/contract/events';
import { FUNCTION_CALLS } from './permissions/function-calls';
import { OPERATIONS, type Rule } from './permissions/operations';
import { type Permission, type PermissionScope, SCOPE_IN_WORDS } from './permissions/permission';

/**
 * The statements of one function's role: what its calls need (infra/permissions/function-calls.ts), on what and under which condition
 * (infra/permissions/operations.ts). The stack turns them into one role each; docs/permissions.md shows them. Throws for a function that has none stated.
 */
export function permissionsOf(name: string, scope: PermissionScope): Permission[] {
  const calls = FUNCTION_CALLS[name];
  if (!calls) throw new Error(`permissions: expected an entry for the function ${name} in infra/permissions/function-calls.ts, found none`);
  const statements = new Map<string, Rule[]>();
  for (const rule of calls.flatMap((operation): readonly Rule[] => OPERATIONS[operation])) {
    const place = JSON.stringify([rule.on(scope), rule.when, rule.why]);
    statements.set(place, [...(statements.get(place) ?? []), rule]);
  }
  return [...statements.values()].map((rules) => statementOf(rules, scope));
}

/** Whether a function's role allows an action (`elasticloadbalancing:CreateListener`) on any resource at all. */
export function isAllowed(name: string, action: string): boolean {
  return permissionsOf(name, SCOPE_IN_WORDS).some(({ actions }) => actions.includes(action));
}

/** Where IAM's prefix is not the name that a service signs with. */
const PREFIXES: Readonly<Record<string, string>> = { tagging: 'tag' };

/** The IAM action of a call as it is seen on the wire: `{ service: 'sqs', operation: 'SendMessageBatch' }` needs `sqs:SendMessage` (AWS: Actions for Amazon SQS). */
export function actionOf({ service, operation }: { readonly service: string; readonly operation: string }): string {
  return `${PREFIXES[service] ?? service}:${service === 'sqs' ? operation.replace(/Batch$/, '') : operation}`;
}

/** What the forwarder of a cluster may do: put events on the bus, with the source of its own cluster and no other. */
export function forwarderPermissions(cluster: string, { busArn }: PermissionScope): Permission[] {
  // A request has several entries, so the key has several values: every one must be ours, and there must be one.
  return [{ actions: ['events:PutEvents'], resources: [busArn], conditions: { 'ForAllValues:StringEquals': { 'events:source': eventSource(cluster) }, Null: { 'events:source': 'false' } } }];
}

function statementOf(rules: readonly Rule[], scope: PermissionScope): Permission {
  const [{ on, when, why } = { on: () => [], when: undefined, why: undefined }] = rules;
  return { actions: [...new Set(rules.map(({ action }) => action))], resources: on(scope), ...(when === undefined ? {} : { conditions: when }), ...(why === undefined ? {} : { why }) };
}
