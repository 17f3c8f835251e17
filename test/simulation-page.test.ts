import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutationTable } from './simulation/mutations/mutation-table';
import { MUTATIONS } from './simulation/mutations/mutations';
import { CALL_FAULTS, CONSEQUENCES, OTHER_FAULTS } from './simulation/story/story';

const page = readFileSync(join(import.meta.dirname, '../docs/simulation.md'), 'utf8');

describe('docs/simulation.md', () => {
  it('holds the table of mutations as their list has it', () => {
    const table = mutationTable(MUTATIONS);
    expect(page.includes(table), `expected in docs/simulation.md:\n\n${table}\n`).toBe(true);
  });

  it('names every fault', () => {
    expect([...CALL_FAULTS, ...OTHER_FAULTS, ...CONSEQUENCES].filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
  });

  it('names every rule that a mutation was found by', () => {
    const rules = page.slice(0, page.indexOf('## Mutations'));
    expect(MUTATIONS.map(({ found }) => found.rule).filter((rule) => !rules.includes(`\`${rule}\``))).toEqual([]);
  });
});
