import { Command } from 'commander';
import { answerVector } from './vector-answers';
import { readVector } from './vectors/read-vector';

const program = new Command('model')
  .description('Computes what vector files ask for, and prints one JSON line per file.')
  .argument('<files...>', 'vector files; each finds its environment in a folder `environments` above it')
  .action(async (files: readonly string[]) => {
    for (const file of files) await printAnswer(file);
  });

/** One line on stdout; or, where a file cannot be answered, one on stderr and exit code 1, and the others are answered all the same. */
async function printAnswer(file: string): Promise<void> {
  try {
    console.log(JSON.stringify({ file, ...(await answerVector(readVector(file))) }));
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

await program.parseAsync();
