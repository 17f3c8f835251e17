import { defineConfig } from 'vitest/config';

/**
 * Three projects, by folder: `fast` (pure code, borders, docs), `system` (sockets, the local AWS and the local cluster, passes on a driven clock) and `whole`
 * (the whole system in real time and the simulation, one file after the other, since time is what they measure). `npm run check` runs the first,
 * `npm test` the first two, `npm run test:whole` the third.
 */
const whole = ['test/system/*.test.ts', 'test/simulation/**/*.test.ts'];
const system = ['test/system/*/**/*.test.ts', 'test/contracts/**/*.test.ts', 'test/infra/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: [...system, ...whole] } },
      { test: { name: 'whole', include: whole, testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, retry: 1 } },
      { test: { name: 'system', include: system, testTimeout: 60_000, hookTimeout: 60_000 } },
    ],
  },
});
