import { defineConfig } from 'vitest/config';

/** Where .ci/run reads how many tests passed. */
const report = process.env['PINDROP_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    // The machines that run these tests are shared and slow at times: a limit here only ends what hangs.
    // They wait more than they compute; two at a time leave no core idle.
    maxWorkers: 2,
    // So do the tests of one file that say they may.
    maxConcurrency: 2,
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
