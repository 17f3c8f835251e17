import type { CallCounts } from './call-counts';

/** What a scenario may cost at most; what is absent is not limited. */
export type Budget = Partial<Pick<CallCounts, 'reads' | 'writes' | 'refused' | 'polls' | 'tagging'>>;

/** What was spent beyond a budget, in words; empty where it was kept. */
export function beyond(budget: Budget, counts: CallCounts): string[] {
  const names = Object.keys(budget) as (keyof Budget)[];
  return names.flatMap((name) => (counts[name] > (budget[name] ?? 0) ? [`${counts[name]} ${name}, at most ${budget[name] ?? 0}`] : []));
}

/** No write is refused, ever. */
const NONE_REFUSED = { refused: 0 };

/** The budgets of the project: what `npm run bench` fails by. Listed per number of ports where that counts. */
export const BUDGETS = {
  /** Per further port three writes, and two reads: the targets' health, and a share of what is read for ten of them together. */
  create: (ports: number): Budget => ({ ...NONE_REFUSED, writes: 8 + 3 * (ports - 1), reads: 10 + 2 * (ports - 1) }),
  nothing: { reads: 0, writes: 0, refused: 0, polls: 0, tagging: 0 },
  driftCheck: (ports: number): Budget => ({ reads: 8 + 4 * (ports - 1), writes: 0, refused: 0 }),
  /** A drift check and the one write; per port where the attribute is that of target groups. */
  oneAttribute: (ports: number, writes = 1): Budget => ({ ...NONE_REFUSED, reads: 9 + 4 * (ports - 1), writes }),
  scale: (ports: number): Budget => ({ ...NONE_REFUSED, reads: ports, writes: ports }),
  rolling: { ...NONE_REFUSED, reads: 26, writes: 6 },
  /** Ten calls for one port, one less than LBC in its best case; per further port its deletion, and a share of the tags of twenty. */
  delete: (ports: number): Budget => ({ ...NONE_REFUSED, reads: 5 + Math.ceil(ports / 20) - 1, writes: 5 + (ports - 1) }),
  adoption: { reads: 10, writes: 0, refused: 0 },
} as const;
