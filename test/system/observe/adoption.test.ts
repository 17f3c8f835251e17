import * as ec2 from '@aws-sdk/client-ec2';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { awsCode } from '../../../shared/aws/errors';
import { readVector } from '../../../infra/cli/vectors/read-vector';
import type { ApiObject } from '../../../shared/kubernetes/cluster-client';
import type { Service } from '../../../shared/model/kubernetes';
import { isWrite } from '../../../shared/plan/change';
import { describeChange } from '../../../shared/plan/describe-change';
import type { DrivenWorld } from '../../contracts/driven-aws';
import { openStack, type StackOnLocalAws } from './stack-on-local-aws';

/** Accounts as LBC left them, replayed call by call: taking over plans no write (notes-adoption.md of the vectors). */
const FOLDER = join(import.meta.dirname, '../../vectors/adoption/service');

interface Call {
  readonly service: 'ec2' | 'elbv2';
  readonly operation: string;
  readonly input: unknown;
}

interface Adoption {
  readonly source: string;
  readonly calls: readonly Call[];
  readonly kubernetes: readonly ApiObject[];
  readonly passes?: number;
}

/** Calls of LBC that AWS refuses, since LBC does not check what people write: there is nothing to take over. By the file, AWS's code. */
const REFUSED: Readonly<Record<string, string>> = {
  'addresses--eips-not-validated.yaml': 'AllocationIdNotFound',
  'annotation-parsing--slice-no-escape.yaml': 'InvalidParameterValue',
  'defects--shared-extra-service-keeps-first-protocol.yaml': 'IncompatibleProtocols',
  'listeners--sctp.yaml': 'InvalidParameterValue',
  'load-balancer-attributes--access-logs-without-bucket.yaml': 'InvalidConfigurationRequest',
  'load-balancer-attributes--deletion-protection-not-checked.yaml': 'ValidationError',
  'managed-security-group--host-address-without-length.yaml': 'InvalidParameterValue',
  'managed-security-group--ranges-not-validated.yaml': 'InvalidParameterValue',
  'minimum-capacity--negative.yaml': 'ValidationError',
  'names--custom-name-empty.yaml': 'ValidationError',
  'names--custom-name-not-validated.yaml': 'ValidationError',
  'subnets-annotation--other-vpc-by-id.yaml': 'InvalidConfigurationRequest',
  'target-group-attributes--empty-value.yaml': 'ValidationError',
  'target-group-attributes--preserve-client-ip.yaml': 'ValidationError',
  'target-rules-by-address--udp-preserve-client-ip-off.yaml': 'ValidationError',
  'tls--certificate-not-validated.yaml': 'CertificateNotFound',
  'weighted--many-target-groups.yaml': 'ValidationError',
};

/** What we do on purpose unlike LBC changes its accounts when we take them over (differences.yaml of the vectors). */
const differences = Object.keys(parse(readFileSync(join(FOLDER, '../../differences.yaml'), 'utf8')) as Record<string, string>);
const isDifferent = (source: string) => differences.some((name) => (name.endsWith('*.yaml') ? source.startsWith(name.slice(0, -'*.yaml'.length)) : name === source));

/** At least one text. */
const SOME: unknown = expect.arrayContaining([expect.any(String)]);

const PROVISIONED_MS = 10 * 60_000;

/** `{$out: [call, path]}` replaced by what that call answered. */
function resolved(value: unknown, answers: readonly unknown[]): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, answers));
  if (typeof value !== 'object' || value === null) return value;
  if ('$out' in value) {
    const [index, path] = value.$out as [number, string];
    return path.split(/[.[\]]+/).filter(Boolean).reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], answers[index]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, answers)]));
}

/** Everything that the calls name and no environment states: certificates, Elastic IPs, prefix lists. */
function provide(stack: StackOnLocalAws, text: string): void {
  for (const [arn] of text.matchAll(/arn:aws:acm:[^'"\s,]+/g)) stack.account.acm.ensureCertificate(stack.place, arn);
  const region = stack.account.ec2.state.open(stack.place);
  [...new Set(text.match(/eipalloc-[0-9a-f]+/g) ?? [])].forEach((allocationId, index) => region.addresses.set(allocationId, { allocationId, publicIp: `203.0.113.${index + 1}`, publicIpv4Pool: 'amazon' }));
  for (const prefixListId of new Set(text.match(/\bpl-[0-9a-f]+/g) ?? [])) region.prefixLists.set(prefixListId, { prefixListId, name: prefixListId, addressFamily: 'IPv4', maxEntries: 10, ownerId: stack.place.account });
}

async function replay(stack: StackOnLocalAws, { calls, passes = 1 }: Adoption): Promise<unknown[]> {
  const sdk = { ec2: { client: new ec2.EC2Client(stack.config), commands: ec2 }, elbv2: { client: new elbv2.ElasticLoadBalancingV2Client(stack.config), commands: elbv2 } };
  const answers: unknown[] = [];
  for (const { service, operation, input } of calls) {
    const { client, commands } = sdk[service];
    const Command = (commands as unknown as Record<string, new (input: unknown) => never>)[`${operation}Command`];
    if (!Command) throw new Error(`no command ${operation}`);
    answers.push(await (client.send as (command: never) => Promise<unknown>)(new Command(resolved(input, answers))));
    if (operation === 'CreateLoadBalancer' && passes > 1) (stack.account.world as DrivenWorld).clock.advance(PROVISIONED_MS);
  }
  return answers;
}

/** What the first pass over the account would write; or the code by which AWS refused to let LBC build it. */
async function takeOver(file: string): Promise<{ writes: string[] } | { refused: string | undefined }> {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const adoption = parse(text) as Adoption;
  const vector = readVector(join(FOLDER, file));
  const { namespace = 'default', name = '' } = vector.subject;
  const stack = openStack(vector.environment, `${namespace}/${name}`);
  provide(stack, text);
  const answers = await replay(stack, adoption).catch((error: unknown) => awsCode(error));
  if (!Array.isArray(answers)) return { refused: answers };
  const objects = [...(vector.objects as unknown as ApiObject[]), ...(resolved(adoption.kubernetes, answers) as ApiObject[])];
  const ofKind = (wanted: string) => new Map(objects.filter(({ kind }) => kind === wanted).map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, object]));
  for (const [key, binding] of ofKind('TargetGroupBinding')) stack.bindings.set(key, binding);
  const services = ofKind('Service') as unknown as Map<string, Service>;
  const { plan } = await stack.plan(services.get(`${namespace}/${name}`), [...services.values()]);
  return { writes: plan.changes.filter(isWrite).map(describeChange) };
}

function expected(file: string): object {
  if (REFUSED[file] !== undefined) return { refused: REFUSED[file] };
  const { source } = parse(readFileSync(join(FOLDER, file), 'utf8')) as Adoption;
  return { writes: isDifferent(source) ? SOME : [] };
}

describe('an account as LBC left it', () => {
  it.each(globSync('*.yaml', { cwd: FOLDER }).sort())('needs no write of ours: %s', async (file) => {
    expect(await takeOver(file)).toEqual(expected(file));
  });
});
