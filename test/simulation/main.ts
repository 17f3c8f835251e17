import { Command } from 'commander';
import { applyMutation } from './mutations/apply-mutation';
import type { RunResult } from './run-story';
import { CALL_FAULTS, CONSEQUENCES, OTHER_FAULTS } from './story/story';
import { tellStory } from './story/tell-story';
import { writeStory } from './story/write-story';

const program = new Command('simulate')
  .description('Runs the whole system on one driven clock and one seed per run, with everything that can go wrong. Exit code 1 on a violation.')
  .option('--seeds <n>', 'how many seeds', '100')
  .option('--from <k>', 'the first seed', '1')
  .option('--seed <s>', 'this seed alone, with its trace')
  .option('--until-violation', 'stop at the first violation')
  .option('--no-shrink', 'do not look for a shorter story of a violation')
  .option('--mutation <name>', 'break the product first: one of the mutations in test/simulation/mutations')
  .option('--least <n>', 'runs below which a kind of fault may be missing', '100');

const options = program.parse().opts<{ seeds: string; from: string; seed?: string; untilViolation?: true; shrink: boolean; mutation?: string; least: string }>();

// The product is loaded after that, so that a mutation finds it unread.
if (options.mutation !== undefined) applyMutation(options.mutation);
const { runStory } = await import('./run-story');
const { shrinkStory } = await import('./shrink');

process.exit(options.seed === undefined ? await runSeeds(Number(options.from), Number(options.seeds)) : await showSeed(Number(options.seed)));

/** One seed, with everything that happened. */
async function showSeed(seed: number): Promise<number> {
  const story = writeStory(seed);
  const result = await runStory(story);
  console.log([...tellStory(story), '', ...result.trace, ''].join('\n'));
  console.log(result.violation ? `seed ${seed}: ${result.violation.rule}: ${result.violation.words}` : `seed ${seed}: no violation, at rest ${result.settledAfter} min after the last fault`);
  return result.violation ? 1 : 0;
}

/** Many seeds: the violations with their shortest stories, and how often each fault struck. */
async function runSeeds(from: number, count: number): Promise<number> {
  const fired = new Map<string, number>();
  const begin = performance.now();
  let [done, violations, moves, faults] = [0, 0, 0, 0];
  for (let seed = from; seed < from + count; seed += 1) {
    const result = await runStory(writeStory(seed));
    done += 1;
    moves += result.moves;
    for (const [kind, times] of result.fired) fired.set(kind, (fired.get(kind) ?? 0) + times);
    faults += [...result.fired.values()].reduce((sum, times) => sum + times, 0);
    if (!result.violation) continue;
    violations += 1;
    await tellViolation(seed, result);
    if (options.untilViolation) break;
  }
  const seconds = (performance.now() - begin) / 1000;
  console.log(`${done} seeds from ${from}, ${violations} violations; ${(moves / done).toFixed(1)} moves and ${(faults / done).toFixed(1)} faults per seed; ${seconds.toFixed(0)} s, ${((1000 * seconds) / done).toFixed(0)} ms per seed`);
  const missing = [...CALL_FAULTS, ...OTHER_FAULTS, ...CONSEQUENCES].filter((kind) => !fired.has(kind));
  console.log([...fired].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, times]) => `${kind} ${times}`).join(', '));
  if (done < Number(options.least) || missing.length === 0) return violations > 0 ? 1 : 0;
  console.log(`these faults never happened: ${missing.join(', ')}`);
  return 1;
}

async function tellViolation(seed: number, result: RunResult): Promise<void> {
  console.log(`seed ${seed}: ${result.violation?.rule ?? ''}: ${result.violation?.words ?? ''}`);
  if (!options.shrink) return;
  const { story, result: shortest, runs } = await shrinkStory(writeStory(seed), result);
  const struck = shortest.trace.filter((line) => /^\S+ (fault:|VIOLATION|an operator)/.test(line));
  console.log([`  the shortest story that breaks the same rule (${runs} runs):`, ...tellStory(story).slice(1).map((line) => `  ${line}`), '  what struck:', ...struck.map((line) => `    ${line.slice(0, 240)}`)].join('\n'));
}
