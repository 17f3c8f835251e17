import { Command } from 'commander';
import { runStory } from './run-story';
import { tellStory } from './story/tell-story';
import { writeStory } from './story/write-story';

const program = new Command('simulate').option('--seeds <n>', 'how many', '100').option('--from <k>', 'the first one', '1').option('--seed <s>', 'only this one, with its trace');
const options = program.parse().opts<{ seeds: string; from: string; seed?: string }>();

if (options.seed !== undefined) {
  const story = writeStory(Number(options.seed));
  const result = await runStory(story);
  console.log([...tellStory(story), '', ...result.trace, '', result.violation ? `${result.violation.rule}: ${result.violation.words}` : 'no violation'].join('\n'));
  process.exit(result.violation ? 1 : 0);
}
const fired = new Map<string, number>();
let failures = 0;
const rules = new Map<string, number[]>();
const begin = performance.now();
for (let seed = Number(options.from); seed < Number(options.from) + Number(options.seeds); seed += 1) {
  const t = performance.now();
  const result = await runStory(writeStory(seed));
  for (const [kind, times] of result.fired) fired.set(kind, (fired.get(kind) ?? 0) + times);
  if (result.violation) {
    failures += 1;
    rules.set(result.violation.rule, [...(rules.get(result.violation.rule) ?? []), seed]);
    console.log(`seed ${seed}: ${result.violation.rule}: ${result.violation.words.slice(0, 300)} (${(performance.now() - t).toFixed(0)} ms)`);
  } else if (process.env['SHOW']) console.log(`seed ${seed}: ok, ${result.moves} moves, settled after ${result.settledAfter} min, ${(performance.now() - t).toFixed(0)} ms`);
}
console.log(`${failures} of ${options.seeds}, ${((performance.now() - begin) / Number(options.seeds)).toFixed(0)} ms per seed`, Object.fromEntries(rules), Object.fromEntries(fired));
process.exit(failures > 0 ? 1 : 0);
