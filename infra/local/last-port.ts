import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** The port that a file of the last run names, so that shells which have read it stay right; 0, a free one, if there is none or somebody else has it now. */
export async function lastPort(file: string): Promise<number> {
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(textOf(file))?.[1] ?? 0);
  return (await isFree(port)) ? port : 0;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => void server.close(() => resolve(true)));
  });
}
