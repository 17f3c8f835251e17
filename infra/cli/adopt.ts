import { Command } from 'commander';
import { adoptFile } from './adoption/adopt-file';

const program = new Command('adopt')
  .description('Takes over accounts as LBC left them, and prints one JSON line per file: what the first plan would change, and how an account that we build differs.')
  .argument('<files...>', 'adoption vectors; each finds its environment in a folder `environments` above it')
  .action(async (files: readonly string[]) => {
    for (const file of files) await printAdoption(file);
  });

/** One line on stdout; or, where a file cannot be answered, one on stderr and exit code 1, and the others are answered all the same. */
async function printAdoption(file: string): Promise<void> {
  try {
    console.log(JSON.stringify({ file, ...(await adoptFile(file)) }));
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

await program.parseAsync();
