import { defineConfig } from 'vitest/config';

/**
 * Two projects: `fast` (pure code, borders, docs: seconds) and `system` (sockets, the local AWS and
 * the local cluster). `npm run check` runs the first, `npm test` both. A file belongs to `system` by its folder.
 */
const system = ['test/system/**/*.test.ts', 'test/contracts/**/*.test.ts', 'test/infra/**/*.test.ts', 'test/simulation/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: system } },
      { test: { name: 'system', include: system, testTimeout: 60_000, hookTimeout: 60_000 } },
    ],
  },
});
