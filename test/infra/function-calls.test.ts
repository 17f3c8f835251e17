import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../infra/bundling/bundle-options';
import { type ClientName, FUNCTIONS } from '../../infra/deployed-functions';
import { actionOf, isAllowed, permissionsOf } from '../../infra/permissions';
import { FUNCTION_CALLS } from '../../infra/permissions/function-calls';
import { CLUSTER_TAG } from '../../infra/permissions/operations';
import { SCOPE_IN_WORDS } from '../../infra/permissions/permission';
import { Environment } from '../../shared/contract/env';
import { stackTags } from '../../shared/desired/tracking';
import { callsIn, type ClientMethods, commandsIn, operationOf, type OwnCode, ownCodeOf } from './calls-in-bundle';

const read = (file: string) => readFileSync(resolve(ROOT, file), 'utf8');

/** Methods of a narrow client's interface, as its file declares them. */
function methodsOf(file: string, service: string): [string, string][] {
  const interfaces = [...read(file).matchAll(/^export interface \w+(?:Reads|Writes) \{\n([\s\S]*?)^\}/gm)].map(([, body = '']) => body).join('');
  return [...interfaces.matchAll(/^ {2}(\w+)\(/gm)].map(([, method = '']) => [method, `${service}:${operationOf(method)}`]);
}
const ELB = methodsOf('shared/aws/elbv2.ts', 'elasticloadbalancing');
const EC2 = methodsOf('shared/aws/ec2.ts', 'ec2');
const METHODS: ClientMethods = new Map([...ELB, ...EC2]);

const codes = new Map<string, OwnCode>();
for (const { name, entry } of FUNCTIONS) codes.set(name, await ownCodeOf(entry));
const codeOf = (name: string) => codes.get(name) ?? new Map<string, string>();

const variablesFor = (uses: readonly ClientName[]) => ['STEPBALANCER_TABLE', ...(uses.includes('executions') ? ['STEPBALANCER_STATE_MACHINE'] : []), ...(uses.includes('targetQueue') ? ['STEPBALANCER_TARGET_QUEUE'] : [])];

describe('the clients that are compared', () => {
  it.each([
    ['elasticloadbalancing', ELB, ['shared/aws/elbv2-reads.ts', 'shared/aws/elbv2-writes.ts']],
    ['ec2', EC2, ['shared/aws/ec2-reads.ts', 'shared/aws/ec2-writes.ts']],
  ] as const)('name their methods like the operations of %s', (service, methods, files) => {
    const commands = files.flatMap((file) => commandsIn(read(file))).map((command) => `${service}:${command}`);
    expect(methods.map(([, operation]) => operation).sort()).toEqual([...new Set(commands)].sort());
  });
});

describe('what a function calls', () => {
  it.each(FUNCTIONS.map(({ name }) => name))('%s is granted exactly that', (name) => {
    const granted = [...new Set((FUNCTION_CALLS[name] ?? []).map((operation) => operation.replace(/ of users$/, '')))].sort();
    expect(granted, 'infra/permissions/function-calls.ts is to name what the function can call, and nothing else').toEqual(callsIn(codeOf(name), METHODS));
  });

  it.each(FUNCTIONS.map(({ name, uses }) => [name, uses] as const))('%s uses the clients that are stated', (name, uses) => {
    const modules = [...codeOf(name).keys()].flatMap((file) => /^functions\/clients\/(.+)\.ts$/.exec(file)?.[1] ?? []);
    expect(modules.map((module) => module.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())).sort()).toEqual([...uses].sort());
  });

  it('needs no environment variable that infra does not set', () => {
    const needed = (name: string) => [...codeOf(name)].flatMap(([file, text]) => (file.startsWith('functions/') ? [...text.matchAll(/\bSTEPBALANCER_\w+/g)].map(([variable]) => variable) : []));
    const withDefault = Object.entries(Environment.shape).flatMap(([variable, schema]) => (schema.safeParse(undefined).data === undefined ? [] : [variable]));
    const read = FUNCTIONS.map(({ name }) => [name, [...new Set(needed(name))].filter((variable) => !withDefault.includes(variable)).sort()]);
    expect(read).toEqual(FUNCTIONS.map(({ name, uses }) => [name, variablesFor(uses).sort()]));
  });
});

describe('permissions', () => {
  const all = FUNCTIONS.flatMap(({ name }) => permissionsOf(name, SCOPE_IN_WORDS).map((permission) => [name, permission] as const));

  it('name every action, and say why wherever a resource has a wildcard', () => {
    expect(all.filter(([, { actions }]) => actions.some((action) => action.includes('*')))).toEqual([]);
    expect(all.filter(([, { resources, why }]) => resources.some((arn) => arn.includes('*')) && why === undefined)).toEqual([]);
  });

  it('change load balancers and target groups only where they carry the tag of a cluster', () => {
    const changing = all.filter(([, { actions, resources }]) => actions.some((action) => /:(Set|Modify|Delete[LT]|Create[LT])/.test(action)) && resources.some((arn) => /loadbalancer|targetgroup/.test(arn)));
    expect(changing.length).toBeGreaterThan(0);
    for (const [, { conditions }] of changing) expect(JSON.stringify(conditions)).toContain(`/${CLUSTER_TAG}":"false"`);
  });

  it('speak of the tag that everything of ours carries', () => {
    expect(stackTags({ clusterName: 'prod', prefix: 'service.k8s.aws', id: 'web/shop' })).toHaveProperty([CLUSTER_TAG], 'prod');
  });

  it('can be asked', () => {
    expect(isAllowed('create-load-balancer', 'elasticloadbalancing:CreateListener')).toBe(true);
    expect(isAllowed('make-plan', 'elasticloadbalancing:CreateListener')).toBe(false);
    expect(isAllowed('sweep', actionOf({ service: 'sqs', operation: 'SendMessageBatch' }))).toBe(true);
    expect(isAllowed('make-plan', actionOf({ service: 'tagging', operation: 'GetResources' }))).toBe(true);
    expect(() => isAllowed('nobody', 'ec2:DescribeVpcs')).toThrow(/expected an entry for the function nobody/);
  });
});
