import { globSync } from 'node:fs';
import { Command } from 'commander';
import { liveThrough } from './models/live-through';
import { hasModel } from './models/has-model';

const program = new Command('apply-models')
  .description('Applies the model of every vector of Services on a local AWS, changes it into the next of its topic, deletes it; prints one JSON line per file.')
  .argument('[files...]', 'vector files; all of test/vectors/service that have a model unless given')
  .action(async (files: readonly string[]) => {
    const chosen = files.length > 0 ? files : globSync('test/vectors/service/*/*.yaml').sort().filter(hasModel);
    for (const file of chosen) await printLife(file);
  });

/** One line on stdout; exit code 1 where something should not be. */
async function printLife(file: string): Promise<void> {
  try {
    const life = await liveThrough(file);
    console.log(JSON.stringify({ file, ...life }));
    if (life.faults.length > 0) process.exitCode = 1;
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

await program.parseAsync();
