import { parentPort, workerData } from 'node:worker_threads';
import { applyMutation } from './mutations/apply-mutation';
import type { WorkerStart } from './run-seeds';
import type { SeedResult } from './run-story';

const { mutation } = workerData as WorkerStart;

// The product is loaded after that, so that a mutation finds it unread.
if (mutation !== undefined) applyMutation(mutation);
const { runStory } = await import('./run-story');
const { writeStory } = await import('./story/write-story');

parentPort?.on('message', (seed: number) => {
  void runStory(writeStory(seed)).then(({ trace: _trace, story: _story, ...result }) => answer(result));
});

function answer(result: SeedResult): void {
  parentPort?.postMessage(result); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
}
