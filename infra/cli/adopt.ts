import { Command } from 'commander';
import { adoptFile } from './adoption/adopt-file';
import { printAnswers } from './print-answers';

const program = new Command('adopt')
  .description('Takes over accounts as LBC left them, and prints one JSON line per file: what the first plan would change, and how an account that we build differs.')
  .argument('<files...>', 'adoption vectors; each finds its environment in a folder `environments` above it')
  .action((files: readonly string[]) => printAnswers(files, adoptFile));

await program.parseAsync();
