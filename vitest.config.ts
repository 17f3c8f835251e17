import { defineConfig } from 'vitest/config';

/**
 * Three projects, by folder: `fast` (pure code, borders, docs), `system` (sockets, the local AWS and the local cluster, passes on a driven clock) and `whole`
 * (the whole system in real time, and the simulation), which runs after the others, since time is part of what it looks at. `npm run check` runs the first, `npm test` all.
 */
const whole = ['test/system/*.test.ts', 'test/simulation/**/*.test.ts'];
const system = ['test/system/*/**/*.test.ts', 'test/contracts/**/*.test.ts', 'test/infra/**/*.test.ts'];

export default defineConfig({
  test: {
    // Vitest leaves one core alone; a machine of two would run one file at a time.
    maxWorkers: 2,
    projects: [
      { test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: [...system, ...whole] } },
      { test: { name: 'system', include: system, testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'whole', include: whole, testTimeout: 120_000, hookTimeout: 120_000, retry: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
