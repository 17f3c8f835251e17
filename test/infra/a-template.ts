import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { codeLeftOut } from '../../infra/bundling/bundled-code';
import { StepbalancerStack, type StepbalancerStackProps } from '../../infra/stepbalancer-stack';

/** A stack as `infra/app.ts` makes it, without code: nothing is bundled. */
export function aStack(props: Partial<StepbalancerStackProps> = {}): Stack {
  return new StepbalancerStack(new App({ context: recommendedFlags }), 'stepbalancer', { codeOf: codeLeftOut, ...props });
}

export interface CfnResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

const templates = new WeakMap<Stack, Template>();

/** Resources of one type, by logical id. Each stack is synthesised once. */
export function resourcesOf(stack: Stack, type: string): [string, CfnResource][] {
  const template = templates.get(stack) ?? Template.fromStack(stack);
  templates.set(stack, template);
  return Object.entries(template.findResources(type) as Record<string, CfnResource>);
}

/** Properties of the one resource of a type that has these among them. */
export function propertiesOf(stack: Stack, type: string, known: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const found = resourcesOf(stack, type).filter(([, { Properties }]) => Object.entries(known).every(([name, value]) => Properties[name] === value));
  if (found.length !== 1 || !found[0]) throw new Error(`expected one ${type} with ${JSON.stringify(known)}, found ${found.length}`);
  return found[0][1].Properties;
}

/** CloudFormation's functions in words, without the hashes of logical ids: `arn:<AWS::Partition>:…`, `<Table.Arn>`. */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  const [[name, content] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  if (name === 'Ref') return `<${withoutHash(inWords(content))}>`;
  if (name === 'Fn::GetAtt') return `<${(content as string[]).map(withoutHash).join('.')}>`;
  if (name === 'Fn::Join') return (content as [string, unknown[]])[1].map(inWords).join((content as [string, unknown[]])[0]);
  return JSON.stringify(value);
}

const withoutHash = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** What a policy document allows or denies, one line per action and resource, sorted: CDK merges statements as it likes. */
export function readPolicy(document: unknown): string[] {
  const lines = (document as { Statement: Statement[] }).Statement.flatMap(({ Effect, Action, Resource, Condition }) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((resource) => formatLine({ effect: Effect.toLowerCase(), action, resource: inWords(resource), condition: Condition }))),
  );
  return [...new Set(lines)].sort();
}

/** `allow <action> on <resource> if <condition>`. */
export function formatLine({ effect = 'allow', action, resource, condition }: { effect?: string; action: string; resource: string; condition?: unknown }): string {
  return `${effect} ${action} on ${resource}${condition === undefined ? '' : ` if ${JSON.stringify(condition)}`}`;
}

/** All that the role whose logical id begins so is allowed. */
export function allowedTo(stack: Stack, role: string): string[] {
  const policies = resourcesOf(stack, 'AWS::IAM::Policy').filter(([, { Properties }]) => inWords(Properties['Roles']) === `<${role}>`);
  return policies.flatMap(([, { Properties }]) => readPolicy(Properties['PolicyDocument'])).sort();
}
