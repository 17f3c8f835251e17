import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { FaultInput } from '../../infra/local/aws/faults';
import { defaultIds } from '../../infra/local/aws/default-environment';
import { NAMES } from '../../infra/local/deploy';
import { dynamodbTable } from '../../shared/aws/dynamodb-table';
import { kubeconfigTransport } from '../../shared/kubernetes/transport';
import { createStore } from '../../shared/store/create-store';
import { OBSERVER, openView, type View, waitUntil } from './view';

/** `npm run local` as a child process, and a view of it. */
export interface ChildSystem {
  readonly view: View;
  readonly pid: number;
  /** Adds a fault over the control endpoint. */
  addFault(fault: FaultInput): Promise<void>;
  /** Resolves when the process has ended, with the signal that ended it or its exit code. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Sends a signal, and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** What it has printed so far. */
  readonly output: () => string;
}

export interface ChildOptions {
  readonly folder: string;
  readonly factor: number;
  /** The arguments of `node`: the program itself, as `npm run local` starts it, or a bundle of it. */
  readonly program: readonly string[];
}

const ROOT = join(import.meta.dirname, '../..');
/** The very Node that the project names, whatever runs the tests. */
export const NODE = createRequire(import.meta.url).resolve('node/bin/node');

/** As `npm run local` starts it. */
export const PROGRAM = ['--import', 'tsx', join(ROOT, 'infra/local/main.ts')];

/** The same program in one file, which starts in a third of the time. It is written into the folder. */
export async function bundleProgram(folder: string): Promise<string[]> {
  const outfile = join(folder, 'main.mjs');
  await build({
    entryPoints: [join(ROOT, 'infra/local/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    outfile,
    // They look for files beside themselves.
    external: ['dynalite'],
    banner: { js: `import { createRequire as bundled } from 'node:module'; const require = bundled(${JSON.stringify(import.meta.url)});` },
    define: { 'import.meta.dirname': JSON.stringify(join(ROOT, 'infra/local')), 'import.meta.url': JSON.stringify(import.meta.url) },
    logLevel: 'error',
  });
  return [outfile];
}

/** A folder of its own that `remove` takes away. */
export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `stepbalancer-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Starts the program on a folder; resolves when it is ready. Rejects, with what it printed, if it ends before. */
export async function startChild({ folder, factor, program }: ChildOptions): Promise<ChildSystem> {
  const child = spawn(NODE, [...program, '--dir', folder, '--factor', String(factor)], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = follow(child);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await waitUntil('the local system is ready', () => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`expected the local system to be ready, it ended with ${child.exitCode ?? child.signalCode}: ${output()}`);
    return /^ready$/m.test(output());
  }, output);
  const { url, view } = viewOf(folder, factor);
  return {
    view,
    pid: child.pid ?? 0,
    async addFault(fault) {
      const answer = await fetch(`${url}/_local/faults`, { method: 'POST', body: JSON.stringify(fault) });
      if (answer.status !== 200) throw new Error(`the fault was refused: ${await answer.text()}`);
    },
    ended,
    end: (signal) => (child.kill(signal), ended),
    output,
  };
}

function follow(child: ChildProcess): () => string {
  let text = '';
  const take = (chunk: Buffer) => void (text += chunk.toString());
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return () => text;
}

/** The files that the program writes are all that a view needs. */
function viewOf(folder: string, factor: number): { url: string; view: View } {
  const url = /AWS_ENDPOINT_URL=(\S+)/.exec(readFileSync(join(folder, 'aws.env'), 'utf8'))?.[1] ?? '';
  const place = { account: defaultIds.account, region: defaultIds.region };
  const config = { region: place.region, endpoint: url, credentials: { accessKeyId: OBSERVER, secretAccessKey: 'local' } };
  const handle: Parameters<typeof openView>[0]['handle'] = async ({ method, path, headers, body }) => {
    const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: new Uint8Array(await answer.arrayBuffer()) };
  };
  const view = openView({
    awsUrl: url,
    place,
    clusterId: defaultIds.cluster,
    stateMachineArn: `arn:aws:states:${place.region}:${place.account}:stateMachine:${NAMES.stateMachine}`,
    transport: kubeconfigTransport(readFileSync(join(folder, 'kubeconfig'), 'utf8')),
    store: createStore({ table: dynamodbTable({ config, name: NAMES.table }), now: () => Date.now(), factor }),
    handle,
  });
  return { url, view };
}
