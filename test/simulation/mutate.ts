import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import { MUTATIONS, type Mutation } from './mutations/mutations';

const program = new Command('mutate')
  .description('Breaks the product on purpose, one way after the other, in memory, and looks how many seeds the simulation needs to notice. Exit code 1 where one stays unnoticed.')
  .option('--seeds <n>', 'how many seeds each may take', '500')
  .option('--only <name>', 'this mutation alone')
  .option('--recorded', 'only the seed that is known to find each, which has to break the recorded rule')
  .option('--at-once <n>', 'processes at the same time', '2');

const { seeds, only, atOnce, recorded } = program.parse().opts<{ seeds: string; only?: string; atOnce: string; recorded?: true }>();
const chosen = MUTATIONS.filter(({ name }) => only === undefined || name === only);
const missed: string[] = [];
const waiting = [...chosen];
await Promise.all(Array.from({ length: Number(atOnce) }, worker));
console.log(`${chosen.length - missed.length} of ${chosen.length} mutations found ${recorded ? 'by their recorded seeds' : `within ${seeds} seeds each`}${missed.length > 0 ? `; not found: ${missed.join(', ')}` : ''}`);
process.exit(missed.length > 0 ? 1 : 0);

async function worker(): Promise<void> {
  for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
    const found = await (recorded ? replay(mutation) : firstViolation(mutation));
    if (!found) missed.push(mutation.name);
    console.log(`| \`${mutation.name}\` | ${mutation.breaks} | ${found ? `${found.seed} | ${found.rule}: ${found.words.slice(0, 140)}` : recorded ? `${mutation.found.seed} | not found by its seed and rule` : `— | not found in ${seeds} seeds`} |`);
  }
}

interface Found {
  readonly seed: number;
  readonly rule: string;
  readonly words: string;
}

/** The first seed that notices a mutation, and what it says. A seed that fails without the mutation too says nothing about it. */
async function firstViolation({ name }: Mutation): Promise<Found | undefined> {
  const last = Number(seeds);
  for (let from = 1; from <= last; ) {
    const found = await search(['--mutation', name], { from, count: last - from + 1 });
    if (!found) return undefined;
    if (!(await search([], { from: found.seed, count: 1 }))) return found;
    console.log(`seed ${found.seed} fails without ${name} too`);
    from = found.seed + 1;
  }
  return undefined;
}

/** The recorded seed, if it breaks the recorded rule. */
async function replay({ name, found: { seed, rule } }: Mutation): Promise<Found | undefined> {
  const found = await search(['--mutation', name], { from: seed, count: 1 });
  return found?.rule === rule ? found : undefined;
}

async function search(args: readonly string[], { from, count }: { from: number; count: number }): Promise<Found | undefined> {
  const output = await simulate([...args, '--from', String(from), '--seeds', String(count), '--at-once', '1', '--until-violation', '--no-shrink', '--least', '100000']);
  const [, seed, rule = '', words = ''] = /^seed (\d+): ([^:]+): (.*)$/m.exec(output) ?? [];
  if (seed === undefined && !output.includes(' 0 violations')) throw new Error(`the simulation itself failed (${args.join(' ')}):\n${output.slice(-2000)}`);
  return seed === undefined ? undefined : { seed: Number(seed), rule, words };
}

/** Runs the simulation in a process of its own. Answers what it printed, whatever its exit code. */
function simulate(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => void execFile(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...args], { maxBuffer: 64 * 1024 * 1024 }, (_, stdout, stderr) => resolve(stdout + stderr)));
}
