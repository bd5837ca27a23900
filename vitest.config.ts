import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The machines that run these tests are shared and slow at times: a limit here only ends what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
