import { Command } from 'commander';
import { printAnswers } from './print-answers';
import { answerVector } from './vector-answers';
import { readVector } from './vectors/read-vector';

const program = new Command('model')
  .description('Computes what vector files ask for, and prints one JSON line per file.')
  .argument('<files...>', 'vector files; each finds its environment in a folder `environments` above it')
  .action((files: readonly string[]) => printAnswers(files, (file) => answerVector(readVector(file))));

await program.parseAsync();
