import { markdownTable } from '../../../infra/docs/markdown';
import type { Mutation } from './mutations';

/** The table of mutations as it stands in docs/simulation.md. */
export function mutationTable(mutations: readonly Mutation[]): string {
  return markdownTable(
    ['Mutation', 'What it breaks', 'Seed', 'Rule that notices'],
    mutations.map(({ name, breaks, found }) => [`\`${name}\``, breaks, String(found.seed), `\`${found.rule}\``]),
  );
}
