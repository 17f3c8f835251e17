import { Worker } from 'node:worker_threads';
import type { SeedResult } from './run-story';

/** What a worker begins with. */
export interface WorkerStart {
  readonly mutation: string | undefined;
}

interface Seeds {
  readonly from: number;
  readonly count: number;
  /** How many run at the same time, each in a thread of its own. */
  readonly atOnce: number;
  readonly mutation: string | undefined;
  /** Hears each result as it comes. No further seed is begun once it answers false. */
  readonly onResult: (result: SeedResult) => boolean;
}

/** Node keeps what a killed function waits for, for ever: about 1 MB per seed. A thread is left after so many. */
const SEEDS_PER_THREAD = 500;

/** Runs seeds, each in whichever thread is free. Results come without their traces and stories, which can be had again from the seed. Throws what a thread throws: a run itself never does. */
export async function runSeeds({ from, count, atOnce, mutation, onResult }: Seeds): Promise<void> {
  let next = from;
  let goesOn = true;
  const isLeft = () => goesOn && next < from + count;
  const workInOneThread = async () => {
    const start: WorkerStart = { mutation };
    const worker = new Worker(new URL('seed-worker.ts', import.meta.url), { workerData: start });
    try {
      for (let done = 0; done < SEEDS_PER_THREAD && isLeft(); done++) {
        const result = await ask(worker, next++);
        goesOn = onResult(result) && goesOn;
      }
    } finally {
      await worker.terminate();
    }
  };
  const work = async () => {
    while (isLeft()) await workInOneThread();
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work));
}

function ask(worker: Worker, seed: number): Promise<SeedResult> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      worker.off('message', answered);
      worker.off('error', failed);
    };
    const answered = (result: SeedResult) => {
      settle();
      resolve(result);
    };
    const failed = (error: Error) => {
      settle();
      reject(error);
    };
    worker.on('message', answered);
    worker.on('error', failed);
    worker.postMessage(seed); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
  });
}
