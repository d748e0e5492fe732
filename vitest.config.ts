import { defineConfig } from 'vitest/config';

// One file at a time: every test file opens a software GPU that uses all cores by itself.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    env: {
      VGGPU_TUNE: '0', // no test depends on what was tuned on the machine
      NO_COLOR: '1', // machines for CI ask for colours off a terminal
    },
  },
});
