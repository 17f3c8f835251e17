import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { applyMutation } from './mutations/apply-mutation';
import { runSeeds } from './run-seeds';
import type { SeedResult } from './run-story';
import { CALL_FAULTS, CONSEQUENCES, LEAST, OTHER_FAULTS } from './story/story';
import { tellStory } from './story/tell-story';
import { writeStory } from './story/write-story';

const program = new Command('simulate')
  .description('Runs the whole system on one driven clock and one seed per run, with everything that can go wrong. Exit code 1 on a violation.')
  .option('--seeds <n>', 'how many seeds', '100')
  .option('--from <k>', 'the first seed', '1')
  .option('--seed <s>', 'this seed alone, with its trace')
  .option('--for <seconds>', 'begin no further seed after this time')
  .option('--at-once <n>', 'how many seeds at the same time', String(availableParallelism()))
  .option('--until-violation', 'stop at the first violation')
  .option('--no-shrink', 'do not look for a shorter story of a violation')
  .option('--mutation <name>', 'break the product first: one of the mutations in test/simulation/mutations')
  .option('--least <n>', 'runs below which a kind of fault may be missing', '100');

const options = program.parse().opts<{ seeds: string; from: string; seed?: string; for?: string; atOnce: string; untilViolation?: true; shrink: boolean; mutation?: string; least: string }>();
const PROGRESS_MS = 15_000;

process.exitCode = options.seed === undefined ? await showSeeds(Number(options.from), Number(options.seeds)) : await showSeed(Number(options.seed));

/** The product, loaded when a run is made in this thread, after a mutation has broken it. */
async function product() {
  if (options.mutation !== undefined) applyMutation(options.mutation);
  return { ...(await import('./run-story')), ...(await import('./shrink')) };
}

/** One seed, with everything that happened. */
async function showSeed(seed: number): Promise<number> {
  const { runStory } = await product();
  const result = await runStory(writeStory(seed));
  console.log([...tellStory(result.story), '', ...result.trace, ''].join('\n'));
  console.log(result.violation ? `seed ${seed}: ${result.violation.rule}: ${result.violation.words}` : `seed ${seed}: no violation, at rest ${result.settledAfter} min after the last fault`);
  return result.violation ? 1 : 0;
}

/** Many seeds: the violations with their shortest stories, and how often each fault struck. */
async function showSeeds(from: number, count: number): Promise<number> {
  const results: SeedResult[] = [];
  const begin = performance.now();
  let told = begin;
  const onResult = (result: SeedResult): boolean => {
    results.push(result);
    if (result.violation) console.log(`seed ${result.seed}: ${result.violation.rule}: ${result.violation.words}`);
    if (performance.now() - told > PROGRESS_MS) {
      told = performance.now();
      console.error(`${results.length} of ${count} seeds, ${violated(results).length} violations, ${perSeed(results, performance.now() - begin)}`);
    }
    return !(options.untilViolation && result.violation) && performance.now() - begin < 1000 * Number(options.for ?? Number.POSITIVE_INFINITY);
  };
  await runSeeds({ from, count, atOnce: Number(options.atOnce), mutation: options.mutation, onResult });
  const seconds = (performance.now() - begin) / 1000;
  if (options.shrink) for (const { seed } of violated(results)) await tellShortest(seed);
  return summarize(results, { from, seconds });
}

function violated(results: readonly SeedResult[]): SeedResult[] {
  return results.filter(({ violation }) => violation !== undefined);
}

function perSeed(results: readonly SeedResult[], ms: number): string {
  return `${(ms / results.length).toFixed(0)} ms per seed`;
}

function summarize(results: readonly SeedResult[], { from, seconds }: { from: number; seconds: number }): number {
  const fired = new Map<string, number>();
  for (const result of results) for (const [kind, times] of result.fired) fired.set(kind, (fired.get(kind) ?? 0) + times);
  const violations = violated(results).length;
  const spread = (counts: readonly number[]) => `${(counts.reduce((sum, count) => sum + count, 0) / counts.length).toFixed(1)} (at least ${counts.toSorted((a, b) => a - b)[0]})`;
  console.log(
    `${results.length} seeds from ${from}, ${violations} violations; ${spread(results.map(({ moves }) => moves))} moves and ${spread(results.map(({ struck }) => struck))} faults per seed; ${seconds.toFixed(0)} s, ${perSeed(results, 1000 * seconds)}`,
  );
  console.log([...fired].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, times]) => `${kind} ${times}`).join(', '));
  const missing = [...CALL_FAULTS, ...OTHER_FAULTS, ...CONSEQUENCES].filter((kind) => !fired.has(kind));
  const poor = results.filter(({ violation, moves, struck }) => violation === undefined && (moves < LEAST.moves || struck < LEAST.faults));
  if (poor.length > 0) console.log(`fewer than ${LEAST.moves} moves or ${LEAST.faults} faults in ${poor.length} seeds: ${poor.map(({ seed }) => seed).slice(0, 10).join(', ')}`);
  const isMissed = missing.length > 0 && results.length >= Number(options.least);
  if (isMissed) console.log(`these faults never happened: ${missing.join(', ')}`);
  return violations > 0 || poor.length > 0 || isMissed ? 1 : 0;
}

async function tellShortest(seed: number): Promise<void> {
  const { runStory, shrinkStory } = await product();
  const result = await runStory(writeStory(seed));
  const { story, result: shortest, runs } = await shrinkStory(result.story, result);
  const struck = shortest.trace.filter((line) => /^\S+ (fault:|VIOLATION|an operator)/.test(line));
  console.log([`seed ${seed}, the shortest story that breaks the same rule (${runs} runs):`, ...tellStory(story).slice(1).map((line) => `  ${line}`), '  what struck:', ...struck.map((line) => `    ${line.slice(0, 240)}`)].join('\n'));
}
