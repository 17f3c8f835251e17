import { ACM } from '@aws-sdk/client-acm';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import type { Acm } from './aws/acm';
import { addAddress } from './aws/ec2/addresses';
import type { LocalEc2 } from './aws/ec2/create-ec2';
import { ensurePrefixList } from './aws/environment';
import { inProcessHandler } from './aws/in-process';
import type { Place } from './aws/network';
import type { LocalAws } from './aws/server';
import type { Shield } from './aws/shield';
import type { WafRegional } from './aws/waf-regional';
import type { Wafv2 } from './aws/wafv2';

/** A call of an adoption vector as it was recorded. */
export const RecordedCall = z.object({ service: z.enum(['ec2', 'elbv2', 'acm', 'wafv2', 'waf-regional', 'shield']), operation: z.string(), input: z.record(z.string(), z.unknown()) });

/** What a replay needs of an adoption vector (its format: test/vectors/notes-adoption.md). */
export const AdoptionVector = z.object({ calls: z.array(RecordedCall), kubernetes: z.array(z.record(z.string(), z.unknown())).default([]) }).superRefine(({ calls, kubernetes }, context) => {
  for (const [at, { input }] of calls.entries()) for (const later of referencesOf(input).filter((other) => !(other < at))) context.addIssue({ code: 'custom', message: `call ${at} refers to call ${later}, which does not come before it` });
  for (const absent of referencesOf(kubernetes).filter((other) => !(other in calls))) context.addIssue({ code: 'custom', message: `an object refers to call ${absent}, which is not there` });
});

export type RecordedCall = z.infer<typeof RecordedCall>;
export type AdoptionVector = z.infer<typeof AdoptionVector>;

/** The account that is replayed into; its environment is loaded already. */
export interface ReplayAccount {
  readonly aws: Pick<LocalAws, 'handle'>;
  readonly ec2: LocalEc2;
  readonly acm: Acm;
  readonly wafv2: Wafv2;
  readonly wafRegional: WafRegional;
  readonly shield: Shield;
}

export interface ReplayOptions {
  readonly account: ReplayAccount;
  readonly place: Place;
  readonly vector: AdoptionVector;
  /** Lets the time pass that a load balancer takes to become active. */
  readonly settle: () => Promise<void>;
}

/** A call that the local AWS did not accept. */
export interface RefusedCall {
  readonly index: number;
  readonly service: string;
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}

export interface Replay {
  readonly refused: readonly RefusedCall[];
  /** Calls, by index, that were not sent because they name what a refused or skipped call would have answered. */
  readonly skipped: readonly number[];
  /** The cluster's objects after it, with what the calls answered in place of `$out`. What a refused call would have answered is absent. */
  readonly kubernetes: readonly unknown[];
}

/** LBC repeats these until the load balancer is active. */
const waitsForActive = new Set(['ModifyCapacityReservation', 'RegisterTargets', 'AssociateWebACL']);

/**
 * Sends the calls of an adoption vector to a local AWS over its wire protocols, one after the other, and answers what it refused. What the
 * calls name and no environment states (certificates, Elastic IPs, prefix lists, web ACLs, the Shield subscription) is made to exist first.
 */
export async function replayAdoption({ account, place, vector, settle }: ReplayOptions): Promise<Replay> {
  const inputs = vector.calls.map(({ input }) => input);
  makeExist({ account, place }, inputs);
  for (const { WebACLId } of inputs) if (typeof WebACLId === 'string') account.wafRegional.ensureWebAcl(place, WebACLId);
  const send = sender(account, place);
  const answers = new Map<number, unknown>();
  const refused: RefusedCall[] = [];
  const skipped: number[] = [];
  for (const [index, call] of vector.calls.entries()) {
    if (referencesOf(call.input).some((earlier) => !answers.has(earlier))) {
      skipped.push(index);
      continue;
    }
    const answer = await sendPatiently(send, { ...call, input: replaceOut(call.input, answers) as RecordedCall['input'] }, settle);
    if ('output' in answer) answers.set(index, lowerDnsNames(answer.output));
    else refused.push({ index, service: call.service, operation: call.operation, ...answer });
  }
  return { refused, skipped, kubernetes: vector.kubernetes.map((object) => replaceOut(object, answers)) };
}

/** A call that has to wait for an active load balancer is sent once more when there has been time for that, as LBC does. */
async function sendPatiently(send: Send, call: RecordedCall, settle: () => Promise<void>): Promise<Outcome> {
  const first = await outcome(() => send(call));
  if ('output' in first || !waitsForActive.has(call.operation)) return first;
  await settle();
  return outcome(() => send(call));
}

type Outcome = { readonly output: unknown } | { readonly code: string; readonly message: string };

async function outcome(attempt: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { output: await attempt() };
  } catch (error) {
    return error instanceof Error ? { code: error.name, message: error.message } : { code: 'Unknown', message: String(error) };
  }
}

const Out = z.strictObject({ $out: z.tuple([z.number(), z.string()]) });

/** Puts what the calls answered in place of `{$out: [call, path]}`, at any depth. */
function replaceOut(value: unknown, answers: ReadonlyMap<number, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceOut(item, answers));
  if (typeof value !== 'object' || value === null) return value;
  const out = Out.safeParse(value);
  if (out.success) return read(answers.get(out.data.$out[0]), out.data.$out[1]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceOut(item, answers)]));
}

/** The calls that a value refers to by `$out`. */
function referencesOf(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  const out = Out.safeParse(value);
  return out.success ? [out.data.$out[0]] : Object.values(value).flatMap(referencesOf);
}

/** Reads `LoadBalancers[0].DNSName` and the like; `undefined` where there is nothing. */
function read(answer: unknown, path: string): unknown {
  const steps = path.split(/[.[\]]/).filter((step) => step !== '');
  return steps.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === step)?.[1] : undefined), answer);
}

/** LBC writes host names into objects in lower case. */
function lowerDnsNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerDnsNames);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'DNSName' && typeof item === 'string' ? item.toLowerCase() : lowerDnsNames(item)]));
}

/** Makes literal certificates, Elastic IPs, prefix lists and web ACLs that stand anywhere in `things` exist, and subscribes to Shield. What is there stays as it is. */
export function makeExist({ account: { ec2, acm, wafv2, shield }, place }: { account: Omit<ReplayAccount, 'wafRegional' | 'aws'>; place: Place }, things: unknown): void {
  const text = JSON.stringify(things);
  const named = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([match]) => match))];
  const region = ec2.state.open(place);
  for (const arn of named(/arn:aws:(acm:[a-z0-9-]+:\d{12}:certificate|iam::\d{12}:server-certificate)\/[^",\s\\]+/g)) acm.ensureCertificate(place, arn);
  for (const id of named(/eipalloc-[0-9a-f]+/g)) if (!region.addresses.has(id)) addAddress(ec2.state, region, id);
  for (const id of named(/\bpl-[0-9a-f]{8,17}\b/g)) ensurePrefixList(ec2.state, place, id);
  for (const arn of named(/arn:aws:wafv2:[^",\s\\]+/g)) wafv2.ensureWebAcl(place, arn);
  shield.setSubscribed(place.account, true);
}

type Send = (call: RecordedCall) => Promise<unknown>;

/** EC2, ELBv2 and ACM by SDK clients in process; the others, whose clients we do without, by plain JSON requests. */
function sender({ aws }: ReplayAccount, { account, region }: Place): Send {
  const config = { region, credentials: { accessKeyId: account, secretAccessKey: 'replay' }, requestHandler: inProcessHandler(aws), maxAttempts: 1 };
  const clients: Partial<Record<RecordedCall['service'], object>> = { ec2: new EC2(config), elbv2: new ElasticLoadBalancingV2(config), acm: new ACM(config) };
  return async ({ service, operation, input }) => {
    const client = clients[service];
    if (client === undefined) return sendJson(aws, { account, region }, { service, operation, input });
    const method: unknown = Reflect.get(client, `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`);
    if (typeof method !== 'function') throw new Error(`The SDK's client of ${service} has no operation ${operation}`);
    return await (Reflect.apply(method, client, [input]) as Promise<unknown>);
  };
}

const targets = { wafv2: 'AWSWAF_20190729', 'waf-regional': 'AWSWAF_Regional_20161128', shield: 'AWSShield_20160616' } as const;

async function sendJson(aws: ReplayAccount['aws'], { account, region }: Place, { service, operation, input }: RecordedCall): Promise<unknown> {
  const target = Object.entries(targets).find(([name]) => name === service)?.[1] ?? service;
  const { status, body } = await aws.handle({
    method: 'POST',
    path: '/',
    query: {},
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}.${operation}`, authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0` },
    body: JSON.stringify(input),
  });
  const answer: unknown = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString());
  if (status === 200) return answer;
  const { __type: code = 'Unknown', message = '' } = JsonError.parse(answer);
  throw Object.assign(new Error(message), { name: code });
}

const JsonError = z.object({ __type: z.string().optional(), message: z.string().optional() });
