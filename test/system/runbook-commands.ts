import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { SFN } from '@aws-sdk/client-sfn';
import { SQS } from '@aws-sdk/client-sqs';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const BLOCKS = [...TEXT.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block.replaceAll('\\\n', ' '));

/** Options whose value is a member of another name in the API: those of the command line alone. */
const MEMBERS: Readonly<Record<string, string>> = { 'max-items': 'maxResults' };
/** Options that only the command line has. */
const CLIENT_SIDE = new Set(['query', 'output']);

/** Commands of the runbook, run as the `aws` command line would: against the local system, by the very SDK operations that it calls. */
export interface Runbook {
  /** Runs the one command that begins so; `words` stand in place of its variables and examples. Throws where the runbook has no such command. */
  run(beginning: string, words?: Readonly<Record<string, string>>): Promise<Record<string, unknown>>;
}

/** Opens the runbook over a system. */
export function openRunbook({ region, endpoint }: { readonly region: string; readonly endpoint: string }): Runbook {
  const config = { region, endpoint, credentials: { accessKeyId: 'operator', secretAccessKey: 'local' }, maxAttempts: 1 };
  const clients: Readonly<Record<string, object>> = { stepfunctions: new SFN(config), sqs: new SQS(config), dynamodb: new DynamoDB(config) };
  return {
    async run(beginning, words = {}) {
      const [service = '', command = '', ...options] = wordsOf(fill(commandOf(beginning), words)).slice(1);
      const client = clients[service];
      const method: unknown = client && Reflect.get(client, command.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
      if (typeof method !== 'function') throw new Error(`the runbook's command ${service} ${command} is not known here`);
      return (await Reflect.apply(method, client, [inputOf(options, service)])) as Record<string, unknown>;
    },
  };
}

/** The innermost command of the runbook that begins so: nested ones fill in a value of the one around them. */
function commandOf(beginning: string): string {
  const block = BLOCKS.find((candidate) => candidate.includes(`aws ${beginning}`));
  if (block === undefined) throw new Error(`expected a command \`aws ${beginning} …\` in docs/runbook.md, found none`);
  const [line = ''] = block.slice(block.indexOf(`aws ${beginning}`)).split(/\n|\s#\s|\s*; }/);
  return line;
}

/** Variables and nested commands give way to words: `"$(…)"` whole, to the word `$()`. */
function fill(line: string, words: Readonly<Record<string, string>>): string {
  const nested = /"\$\(.*\)"/.exec(line)?.[0];
  const flat = nested === undefined ? line : line.replace(nested, '$()');
  return Object.entries(words).reduce((text, [name, value]) => text.replaceAll(name, value), flat);
}

/** The words of a command line, quotes taken off. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double?.replaceAll('\\"', '"') ?? bare ?? '');
}

function inputOf(options: readonly string[], service: string): Record<string, unknown> {
  const pairs = options.flatMap((option, index): [string, string][] => (option.startsWith('--') ? [[option.slice(2), options[index + 1] ?? '']] : []));
  return Object.fromEntries(pairs.filter(([name, value]) => !CLIENT_SIDE.has(name) && !value.startsWith('--')).map(([name, value]) => [memberOf(name, service), valueOf(name, value)]));
}

function memberOf(name: string, service: string): string {
  const camel = (MEMBERS[name] ?? name).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return service === 'stepfunctions' ? camel : camel.charAt(0).toUpperCase() + camel.slice(1);
}

function valueOf(name: string, value: string): unknown {
  if (value.startsWith('{')) return JSON.parse(value) as unknown;
  return /^(max-items|visibility-timeout)$/.test(name) ? Number(value) : value;
}
