import { z } from 'zod';

/**
 * Prints one JSON line per file. A file that cannot be answered has a line too, which says why under `notUnderstood`; it is told on stderr as well,
 * makes the exit code 1, and hinders no other file.
 */
export async function printAnswers(files: readonly string[], answer: (file: string) => object | Promise<object>): Promise<void> {
  for (const file of files) {
    try {
      console.log(JSON.stringify({ file, ...(await answer(file)) }));
    } catch (error) {
      const notUnderstood = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : error instanceof Error ? error.message : String(error);
      console.log(JSON.stringify({ file, notUnderstood }));
      console.error(`${file}: ${notUnderstood}`);
      process.exitCode = 1;
    }
  }
}
