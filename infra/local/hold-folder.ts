import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartProblem } from './start-problem';

/**
 * Makes a folder and keeps every other process from it until this one releases it or ends, however it ends: the lock is the operating system's, taken by SQLite.
 * Throws `StartProblem` if another process has the folder, or if it is none.
 */
export function holdFolder(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StartProblem(`${folder} cannot be used as a folder for data: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const lock = new DatabaseSync(join(folder, 'in-use.lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new StartProblem(`another process uses the data in ${folder}: end it, or choose another folder by --dir`, { cause: error });
  }
  return () => lock.close();
}
