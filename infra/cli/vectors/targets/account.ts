import { z } from 'zod';
import { asStepError } from '../../../../shared/aws/errors';
import type { PlainObject } from '../merge-deeply';

const text = z.string();
const cidr = z.union([text, z.looseObject({ cidrBlock: text, state: text })]);
const Target = z.looseObject({ id: text, port: z.number().default(0), availabilityZone: text.optional(), quicServerId: text.optional(), state: text, reason: text.optional(), description: text.optional() });
const TargetGroup = z.looseObject({ arn: text, name: text.optional(), targetType: text, protocol: text.optional(), ipAddressType: text.optional(), vpcId: text.optional(), targets: z.array(Target).default([]) });
const NetworkInterface = z.looseObject({
  id: text,
  vpcId: text.optional(),
  deviceIndex: z.number().optional(),
  groups: z.array(text).default([]),
  privateIpAddresses: z.array(text).default([]),
  ipv4Prefixes: z.array(text).default([]),
  ipv6Addresses: z.array(text).default([]),
  ipv6Prefixes: z.array(text).default([]),
});
const Permission = z.looseObject({
  IpProtocol: text,
  FromPort: z.number().optional(),
  ToPort: z.number().optional(),
  IpRanges: z.array(z.looseObject({ CidrIp: text, Description: text.optional() })).default([]),
  Ipv6Ranges: z.array(z.looseObject({ CidrIpv6: text, Description: text.optional() })).default([]),
  PrefixListIds: z.array(z.looseObject({ PrefixListId: text, Description: text.optional() })).default([]),
  UserIdGroupPairs: z.array(z.looseObject({ GroupId: text, Description: text.optional() })).default([]),
});
export type Permission = z.infer<typeof Permission>;
const SecurityGroup = z.looseObject({ id: text, name: text.default(''), vpcId: text.optional(), tags: z.record(text, text).default({}), ingress: z.array(Permission).default([]) });
const Vpc = z.looseObject({ id: text, cidrBlocks: z.array(cidr).default([]), ipv6CidrBlocks: z.array(cidr).default([]) });
const AwsError = z.looseObject({ operation: text, code: text, message: text.default('simulated'), times: z.number().default(0), skip: z.number().default(0) });

const AccountFacts = z.looseObject({
  cluster: z.looseObject({ name: text, region: text, accountId: text, vpcId: text }),
  settings: z.looseObject({}).default({}),
  vpc: Vpc,
  otherVpcs: z.array(Vpc).default([]),
  targetGroups: z.array(TargetGroup).default([]),
  securityGroups: z.array(SecurityGroup).default([]),
  instances: z.array(z.looseObject({ id: text, networkInterfaces: z.array(NetworkInterface).default([]) })).default([]),
  networkInterfaces: z.array(NetworkInterface).default([]),
  awsErrors: z.array(AwsError).default([]),
});
export type AccountFacts = z.infer<typeof AccountFacts>;

/** One inbound rule with one source. */
export interface AccountRule {
  readonly id: string;
  readonly protocol: string;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly kind: 'group' | 'v4' | 'v6' | 'prefix';
  readonly source: string;
  readonly description?: string | undefined;
}

/** One write, spelled like the AWS API; `error` is AWS's answer where it refused. */
export interface AccountCall {
  readonly service: 'elbv2' | 'ec2';
  readonly operation: string;
  readonly input: PlainObject;
  readonly error?: string;
}

/** What a vector's environment says of an account, and what happened to it since. */
export interface Account {
  facts: AccountFacts;
  readonly rules: Map<string, AccountRule[]>;
  readonly calls: AccountCall[];
  nextRule: number;
  /** How often each simulated error was asked for. */
  readonly asked: Map<AccountFacts['awsErrors'][number], number>;
}

/** Reads the facts of an environment. Throws an Error where they are not understood. */
export function parseAccountFacts(environment: PlainObject): AccountFacts {
  const checked = AccountFacts.safeParse(environment);
  if (!checked.success) throw new Error(`the environment is not understood: ${z.prettifyError(checked.error).replaceAll('\n', ' ')}`);
  return checked.data;
}

/** An account as its environment describes it. */
export function openAccount(environment: PlainObject): Account {
  const account: Account = { facts: parseAccountFacts(environment), rules: new Map(), calls: [], nextRule: 1, asked: new Map() };
  for (const group of account.facts.securityGroups) account.rules.set(group.id, group.ingress.flatMap((permission) => explode(account, permission)));
  return account;
}

/** Changes facts in the midst of a vector. Rules of groups that are named anew are replaced. */
export function changeFacts(account: Account, change: PlainObject): void {
  account.facts = parseAccountFacts({ ...(account.facts as unknown as PlainObject), ...change });
  if (!('securityGroups' in change)) return;
  for (const group of account.facts.securityGroups) account.rules.set(group.id, group.ingress.flatMap((permission) => explode(account, permission)));
}

/** A permission as rules with one source each. */
export function explode(account: Account, permission: Permission): AccountRule[] {
  const { IpProtocol: protocol, FromPort: fromPort, ToPort: toPort } = permission;
  const rule = (kind: AccountRule['kind'], source: string, description: string | undefined): AccountRule => ({ id: `sgr-${String(account.nextRule++).padStart(17, '0')}`, protocol, fromPort, toPort, kind, source, description });
  return [
    ...permission.IpRanges.map(({ CidrIp, Description }) => rule('v4', CidrIp, Description)),
    ...permission.Ipv6Ranges.map(({ CidrIpv6, Description }) => rule('v6', CidrIpv6, Description)),
    ...permission.PrefixListIds.map(({ PrefixListId, Description }) => rule('prefix', PrefixListId, Description)),
    ...permission.UserIdGroupPairs.map(({ GroupId, Description }) => rule('group', GroupId, Description)),
  ];
}

/** Throws the error that the vector wants of this operation now, if any. */
export function simulateError(account: Account, operation: string): void {
  for (const error of account.facts.awsErrors.filter((candidate) => candidate.operation === operation)) {
    const asked = (account.asked.get(error) ?? 0) + 1;
    account.asked.set(error, asked);
    if (asked > error.skip && (error.times === 0 || asked <= error.skip + error.times)) throw awsError(error.code, error.message, operation);
  }
}

/** An AWS error as our clients throw it. */
export function awsError(code: string, message: string, operation: string): Error {
  return asStepError(Object.assign(new Error(message), { name: code }), { call: operation, subject: '' });
}

/** Records a write and makes it; a refusal is recorded too. */
export function write<Result>(account: Account, call: Omit<AccountCall, 'error'>, run: () => Result): Result {
  try {
    simulateError(account, call.operation);
    const result = run();
    account.calls.push(call);
    return result;
  } catch (error) {
    account.calls.push({ ...call, error: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}
