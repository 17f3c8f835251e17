import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breakSource } from './mutations/apply-mutation';
import { MUTATIONS } from './mutations/mutations';
import { runStory } from './run-story';
import { shrinkStory } from './shrink';
import type { ServiceTemplate, Story } from './story/story';
import { tellStory } from './story/tell-story';
import { writeStory } from './story/write-story';

const ROOT = join(import.meta.dirname, '../..');
/** As many seeds as fit this time; `npm run simulate` takes thousands. */
const SEEDS_MS = 5000;
const FIRST_SEED = 1;

describe('the simulation', () => {
  it('finds nothing that must not happen, whatever goes wrong', { timeout: SEEDS_MS + 60_000 }, async () => {
    const begin = performance.now();
    let seeds = 0;
    for (; seeds < 5 || performance.now() - begin < SEEDS_MS; seeds += 1) {
      const story = writeStory(FIRST_SEED + seeds);
      const { violation } = await runStory(story);
      expect(violation, tellStory(story).join('\n')).toBeUndefined();
    }
    console.log(`simulation: ${seeds} seeds, ${((performance.now() - begin) / seeds).toFixed(0)} ms each`);
  });

  it('does the same again for the same seed, line by line', async () => {
    for (const seed of [3, 11]) {
      const [first, second] = [await runStory(writeStory(seed)), await runStory(writeStory(seed))];
      expect(second.trace).toEqual(first.trace);
    }
  });

  it('does something else for another seed', async () => {
    expect((await runStory(writeStory(3))).trace).not.toEqual((await runStory(writeStory(4))).trace);
  });

  it('has at least ten moves and five faults in every story', () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const { moves, faults } = writeStory(seed);
      expect(moves.length).toBeGreaterThanOrEqual(10);
      expect(faults.length).toBeGreaterThanOrEqual(5);
    }
  });

  it('makes up for moves that found nothing to do and faults that struck nothing, and tells the story as it was played', async () => {
    for (const seed of [5, 10]) {
      const story = writeStory(seed);
      const played = await runStory(story);
      expect(played.story.moves.length).toBeGreaterThan(story.moves.length);
      expect(played.moves).toBeGreaterThanOrEqual(10);
      expect(played.struck).toBeGreaterThanOrEqual(5);
      expect((await runStory(played.story)).trace).toEqual(played.trace);
    }
  });

  it('gives a Service only ports on which its pods answer, in spare moves too', () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const { moves, spare } = writeStory(seed);
      const answers = new Map<string, number>();
      for (const deed of [...moves.map((move) => move.deed), ...spare]) {
        // A Service that is there is not created again.
        if (deed.kind === 'delete') answers.delete(deed.service);
        if ((deed.kind === 'create' || deed.kind === 'adopt') && !answers.has(deed.service)) answers.set(deed.service, deed.template.deployment === 'web' ? 8080 : 9090);
        if (deed.kind === 'ports' && answers.has(deed.service)) expect(deed.ports.map(({ targetPort }) => targetPort), `seed ${seed}`).toEqual(deed.ports.map(() => answers.get(deed.service)));
      }
    }
  });

  it('shortens a failing story to what it needs to fail', async () => {
    const story: Story = { ...writeStory(3), moves: [...writeStory(3).moves, { at: 1_000_000, deed: { kind: 'add-node' } }] };
    const failing = { seed: 3, violation: { rule: 'asked for', words: 'a node was added', at: 0 }, trace: [], story, moves: 0, struck: 0, fired: new Map(), settledAfter: 0 };
    const run = (shorter: Story) => Promise.resolve({ ...failing, violation: shorter.moves.some(({ deed }) => deed.kind === 'add-node') ? failing.violation : undefined });
    const { story: shortest } = await shrinkStory(story, failing, run);
    expect(shortest.moves.map(({ deed }) => deed.kind)).toEqual(['add-node']);
    expect(shortest.faults).toEqual([]);
  });
});

describe('a story that once went wrong', () => {
  it('LBC built a Service, its deletion was stopped half-way: the shared group goes too', async () => {
    const template: ServiceTemplate = { deployment: 'api', targetType: 'ip', scheme: 'internet-facing', ports: [80, 81, 443].map((port) => ({ port, targetPort: 9090 })), annotations: {} };
    const moves: Story['moves'] = [
      { at: 1514, deed: { kind: 'adopt', service: 'web', template } },
      { at: 2362, deed: { kind: 'delete', service: 'web' } },
      { at: 12_148, deed: { kind: 'abort', redriveAfterMs: undefined, twice: false } },
    ];
    expect((await runStory({ seed: 7554, moves, faults: [], spare: [], driftCheckAfter: '3m' })).violation).toBeUndefined();
  });
});

describe('mutations', () => {
  it('are at least fifteen, and each fits the source it breaks', () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(15);
    for (const { edits } of MUTATIONS) for (const [file, list] of Map.groupBy(edits, (edit) => edit.file)) expect(breakSource(readFileSync(join(ROOT, file), 'utf8'), list)).not.toBe('');
  });
});
