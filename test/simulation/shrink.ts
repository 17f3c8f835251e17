import { runStory, type RunResult } from './run-story';
import type { Story } from './story/story';

/** A story that is as short as it gets and still breaks the same rule. */
export interface Shrunk {
  readonly story: Story;
  readonly result: RunResult;
  readonly runs: number;
}

const MOST_RUNS = 160;

/** Takes moves and faults away from a failing story, large parts first, as long as it goes on breaking the same rule. */
export async function shrinkStory(story: Story, result: RunResult, run: (story: Story) => Promise<RunResult> = runStory): Promise<Shrunk> {
  let shortest: Shrunk = { story, result, runs: 0 };
  let runs = 0;
  const rule = result.violation?.rule;
  const attempt = async (shorter: Story): Promise<boolean> => {
    runs += 1;
    const outcome = await run(shorter);
    if (outcome.violation?.rule !== rule) return false;
    shortest = { story: shorter, result: outcome, runs };
    return true;
  };
  for (let size = Math.ceil(partsOf(story).length / 2); size >= 1 && runs < MOST_RUNS; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = partsOf(shortest.story).length - size; start > -size && runs < MOST_RUNS; start -= size) await attempt(without(shortest.story, Math.max(0, start), size));
  }
  while (runs < MOST_RUNS && (await dropOne(shortest.story, attempt, () => runs < MOST_RUNS)));
  return { ...shortest, runs };
}

/** Whether one more part could be taken away. */
async function dropOne(story: Story, attempt: (shorter: Story) => Promise<boolean>, mayGoOn: () => boolean): Promise<boolean> {
  for (let index = partsOf(story).length - 1; index >= 0 && mayGoOn(); index -= 1) if (await attempt(without(story, index, 1))) return true;
  return false;
}

function partsOf({ moves, faults }: Story): readonly unknown[] {
  return [...moves, ...faults];
}

function without({ moves, faults, ...rest }: Story, start: number, count: number): Story {
  const stays = (index: number) => index < start || index >= start + count;
  return { ...rest, moves: moves.filter((_, index) => stays(index)), faults: faults.filter((_, index) => stays(moves.length + index)) };
}
