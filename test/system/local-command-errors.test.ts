import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultIds } from '../../infra/local/aws/default-environment';
import { bundleProgram, type ChildSystem, NODE, startChild, temporaryFolder } from './child-system';
import { aService } from './manifests';

const folder = temporaryFolder('local-errors');
/** In one file it starts in a third of the time. */
let program: string[];
beforeAll(async () => {
  program = await bundleProgram(folder.path);
});
afterAll(() => folder.remove());

/** Starts a program and waits for its end; it is meant to end at once. */
async function run(args: readonly string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(NODE, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text };
}

const runLocal = (...options: string[]) => run([...program, ...options]);

/** A port that is taken as long as the test lasts. */
async function takenPort(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())) };
}

/** One or two lines that say what to do, and no stack. */
function expectWords({ code, text }: { code: number | null; text: string }, words: RegExp): void {
  expect(text).toMatch(words);
  expect(text).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
}

describe('npm run local, where it cannot start,', () => {
  it.each(['aws', 'kube'])('says that the port for --%s-port is in use', async (which) => {
    await using taken = await takenPort();
    expectWords(await runLocal('--dir', join(folder.path, 'ports'), `--${which}-port`, String(taken.port)), new RegExp(`port ${taken.port} is in use.*--${which}-port`));
  });

  it.each([
    ['a port beyond 65535', ['--aws-port', '70000'], /--aws-port.*expected a port from 0 to 65535, got 70000/],
    ['half a port', ['--kube-port', '1.5'], /--kube-port.*expected a port from 0 to 65535, got 1\.5/],
    ['no delay at all', ['--factor', '0'], /--factor.*expected a number above 0, got 0/],
  ])('refuses %s', async (_, options, words) => {
    expectWords(await runLocal('--dir', join(folder.path, 'options'), ...options), words);
  });

  it('says that a file stands where its folder should be', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expectWords(await runLocal('--dir', file), new RegExp(`${file}.*cannot be used as a folder`));
  });

  it.each(['aws.sqlite', 'cluster.sqlite', 'dynamodb'])('says that the data are broken in %s, and how to begin anew', async (name) => {
    const broken = join(folder.path, `broken-${name}`);
    mkdirSync(join(broken, 'data'), { recursive: true });
    writeFileSync(join(broken, 'data', name), 'neither SQLite nor LevelDB');
    expectWords(await runLocal('--dir', broken), new RegExp(`data in ${join(broken, 'data')} cannot be read.*delete`));
  });
});

/** Node 20 is what the README asks for; npm brings the one that runs us, unless install scripts were switched off. */
describe.each(['main.ts', 'demo.ts'])('infra/local/%s on a Node that is too old', (file) => {
  it('says so before anything else is loaded', async () => {
    const pretended = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'version', { value: 'v20.1.0' })")}`;
    const loaded = 'data:text/javascript,import { registerHooks } from "node:module"; registerHooks({ load: (url, context, next) => (url.includes("sqlite") ? process.exit(9) : next(url, context)) })';
    const old = ['--import', pretended, '--import', loaded, '--import', 'tsx', join(import.meta.dirname, '../../infra/local', file)];
    expectWords(await run(old), /needs Node 24 or later, found v20\.1\.0.*npm rebuild node/);
  });
});

describe('npm run local, while it runs,', () => {
  const dir = join(folder.path, 'held');
  let child: ChildSystem;
  beforeAll(async () => {
    child = await startChild({ folder: dir, factor: 0.03, program });
  });
  afterAll(async () => void (await child.end('SIGKILL')));

  it('keeps a second process from its folder, and goes on itself', async () => {
    const env = readFileSync(join(dir, 'aws.env'), 'utf8');
    expectWords(await runLocal('--dir', dir), /another process.*--dir/);
    expect(readFileSync(join(dir, 'aws.env'), 'utf8')).toBe(env);
    expect(await child.view.service({ name: 'kubernetes' })).toBeDefined();
  });

  it('can be killed as soon as it has answered, and goes on with all of it at the same addresses', async () => {
    const files = () => ['aws.env', 'kubeconfig'].map((name) => readFileSync(join(dir, name), 'utf8'));
    const before = files();
    const { TargetGroups } = await child.view.elbv2.createTargetGroup({ Name: 'kept', Protocol: 'TCP', Port: 80, VpcId: defaultIds.vpcId, TargetType: 'ip' });
    await child.view.apply([aService('kept')]);
    await child.end('SIGKILL');
    child = await startChild({ folder: dir, factor: 0.03, program });
    expect(await child.view.service({ name: 'kept' })).toMatchObject({ spec: { type: 'LoadBalancer' } });
    expect((await child.view.elbv2.describeTargetGroups({ Names: ['kept'] })).TargetGroups).toEqual(TargetGroups);
    expect(files()).toEqual(before);
  });

  it('ends with exit code 0 on Ctrl-C', async () => {
    expect(await child.end('SIGINT')).toEqual({ code: 0, signal: null });
  });
});
