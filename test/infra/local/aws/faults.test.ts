import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { inProcessHandler } from '../../../../infra/local/aws/in-process';
import type { FaultInput } from '../../../../infra/local/aws/faults';
import { fileStorage } from '../../../../infra/local/storage';
import { rawAws } from './wire/raw-aws';

const config = { region: 'us-west-2', endpoint: 'http://local.test', credentials: { accessKeyId: '111122223333', secretAccessKey: 'x' }, maxAttempts: 1 };

function start(options: Parameters<typeof rawAws>[0] = {}) {
  const parts = rawAws(options);
  return { ...parts, ec2: new EC2({ ...config, requestHandler: inProcessHandler(parts.aws) }) };
}

const makeVpc = (ec2: EC2) => ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => (error as Error).name,
  );
const countVpcs = async (ec2: EC2) => (await ec2.describeVpcs({})).Vpcs?.length;

describe('faults', () => {
  it('strike the nth matching call and as many after it as they are told', async () => {
    const { aws, ec2 } = start();
    aws.faults.add({ kind: 'error', service: 'ec2', action: 'CreateVpc', nth: 2, times: 2, code: 'UnauthorizedOperation' });
    const outcomes = [];
    for (let call = 0; call < 4; call += 1) outcomes.push(await outcome(makeVpc(ec2)));
    expect(outcomes).toEqual(['ok', 'UnauthorizedOperation', 'UnauthorizedOperation', 'ok']);
    expect(await countVpcs(ec2)).toBe(2);
    expect(aws.faults.list()).toMatchObject([{ seen: 4, struck: 2 }]);
  });

  it.each<[string, FaultInput, string, number]>([
    ['throttle as the service does', { kind: 'throttle' }, 'RequestLimitExceeded', 0],
    ['fail with a server error', { kind: 'error' }, 'InternalFailure', 0],
    ['drop the call before it is done', { kind: 'drop' }, 'ConnectionLost', 0],
    ['lose the reply after it is done', { kind: 'lose-reply' }, 'ConnectionLost', 1],
  ])('%s', async (_, plan, result, made) => {
    const { aws, ec2 } = start();
    aws.faults.add({ service: 'ec2', action: 'CreateVpc', ...plan });
    expect(await outcome(makeVpc(ec2))).toBe(result);
    expect(await countVpcs(ec2)).toBe(made);
    expect(aws.log.calls()[0]?.result).toBe(result);
  });

  it('lose the reply over HTTP too, and an SDK that tries again does it twice', async () => {
    const { aws, ec2 } = start();
    aws.faults.add({ kind: 'lose-reply', action: 'CreateVpc' });
    const { url, close } = await aws.listen();
    const overHttp = new EC2({ ...config, endpoint: url, maxAttempts: 2 });
    expect(await outcome(makeVpc(overHttp))).toBe('ok');
    expect(await countVpcs(ec2)).toBe(2);
    overHttp.destroy();
    await close();
  });

  it('hang until the caller gives up or they are cleared', async () => {
    const { aws, ec2 } = start();
    aws.faults.add({ kind: 'hang', action: 'CreateVpc', times: 0 });
    const abort = new AbortController();
    const hanging = [ec2.createVpc({ CidrBlock: '10.0.0.0/16' }, { abortSignal: abort.signal }), makeVpc(ec2)].map(outcome);
    abort.abort();
    expect(await hanging[0]).toBe('AbortError');
    aws.faults.clear();
    expect(await hanging[1]).toBe('ConnectionLost');
    expect(await countVpcs(ec2)).toBe(0);
  });

  it('show the state of a while ago to a stale read', async () => {
    const { aws, ec2, clock } = start();
    await makeVpc(ec2);
    clock.advance(3_000);
    await makeVpc(ec2);
    aws.faults.add({ kind: 'stale-read', action: 'DescribeVpcs', lagMs: 2_000, times: 3 });
    expect(await countVpcs(ec2)).toBe(1);
    clock.advance(1_000);
    expect(await countVpcs(ec2)).toBe(1);
    clock.advance(1_000);
    expect(await countVpcs(ec2)).toBe(2);
  });

  it.each<[FaultInput['kind'], number]>([['exit-before', 0], ['exit-after', 1]])('end the process at the nth write: %s', async (kind, made) => {
    const folder = mkdtempSync(join(tmpdir(), 'local-aws-'));
    const path = join(folder, 'state.db');
    class Ended extends Error {}
    const exit = () => {
      throw new Ended('ended');
    };
    const dying = start({ storage: fileStorage(path), exit });
    dying.aws.faults.add({ kind, nth: 2 });
    await makeVpc(dying.ec2);
    await countVpcs(dying.ec2);
    await outcome(makeVpc(dying.ec2));
    // A second process on the same file, while the first never closed it.
    const next = start({ storage: fileStorage(path) });
    expect(await countVpcs(next.ec2)).toBe(1 + made);
    rmSync(folder, { recursive: true });
  });

  it('can be asked for by another process, which can read the log too', async () => {
    const { aws } = start();
    const { url, close } = await aws.listen();
    const post = (plan: object) => fetch(`${url}/_local/faults`, { method: 'POST', body: JSON.stringify(plan) });
    expect((await post({ kind: 'error', action: 'CreateVpc', code: 'VpcLimitExceeded' })).status).toBe(200);
    expect((await post({ kind: 'nonsense' })).status).toBe(400);
    const overHttp = new EC2({ ...config, endpoint: url });
    expect(await outcome(makeVpc(overHttp))).toBe('VpcLimitExceeded');
    const calls = (await (await fetch(`${url}/_local/calls`)).json()) as object[];
    expect(calls).toMatchObject([{ service: 'ec2', action: 'CreateVpc', kind: 'write', result: 'VpcLimitExceeded', input: { CidrBlock: '10.0.0.0/16' }, caller: '111122223333' }]);
    await fetch(`${url}/_local/faults`, { method: 'DELETE' });
    expect(await outcome(makeVpc(overHttp))).toBe('ok');
    overHttp.destroy();
    await close();
  });
});

describe('throttling', () => {
  it('lets a bucket’s calls through, refuses the next and refills with time', async () => {
    const { ec2, clock } = start({ throttling: 'real' });
    const outcomes = [];
    for (let call = 0; call < 101; call += 1) outcomes.push(await outcome(ec2.describeVpcs({})));
    expect(outcomes.filter((name) => name === 'ok')).toHaveLength(100);
    expect(outcomes.at(-1)).toBe('RequestLimitExceeded');
    clock.advance(50);
    expect(await outcome(ec2.describeVpcs({}))).toBe('ok');
    expect(await outcome(ec2.describeVpcs({}))).toBe('RequestLimitExceeded');
    expect(await outcome(ec2.describeSubnets({}))).toBe('ok');
  });

  it('refills faster by the factor when it is scaled', async () => {
    const { ec2, clock } = start({ throttling: 'scaled', factor: 0.1 });
    for (let call = 0; call < 100; call += 1) await ec2.describeVpcs({});
    clock.advance(5);
    expect(await outcome(ec2.describeVpcs({}))).toBe('ok');
    expect(await outcome(ec2.describeVpcs({}))).toBe('RequestLimitExceeded');
  });
});

describe('the log of calls', () => {
  it('tells listeners of every call, reads and writes apart, and starts anew when it is reset', async () => {
    const { aws, ec2 } = start();
    const heard: string[] = [];
    const stop = aws.log.subscribe(({ number, action, kind, result }) => heard.push(`${number} ${action} ${kind} ${result}`));
    await makeVpc(ec2);
    await countVpcs(ec2);
    await outcome(ec2.deleteVpc({ VpcId: 'vpc-0123456789abcdef0' }));
    stop();
    aws.log.reset();
    await countVpcs(ec2);
    expect(heard).toEqual(['1 CreateVpc write ok', '2 DescribeVpcs read ok', '3 DeleteVpc write InvalidVpcID.NotFound']);
    expect(aws.log.calls()).toMatchObject([{ number: 1, userAgent: expect.stringContaining('aws-sdk-js') as string }]);
  });

  it('is preceded and followed by hooks that may wait', async () => {
    const { aws, ec2 } = start();
    const seen: string[] = [];
    aws.hooks.before.push(async ({ action }) => void seen.push(`before ${action} ${(await countVpcsQuietly()) ?? ''}`));
    aws.hooks.after.push(({ action, result }) => void seen.push(`after ${action} ${result}`));
    const countVpcsQuietly = () => Promise.resolve(aws.log.calls().length);
    await makeVpc(ec2);
    expect(seen).toEqual(['before CreateVpc 0', 'after CreateVpc ok']);
  });
});
