import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/harness/longest-first.ts';

/** Where .ci/run reads how many tests passed. */
const report = process.env['PINDROP_TEST_REPORT'];

/** The machines that run these tests are shared and sometimes slow. The limit is high: it only stops a test that hangs. */
const HANGS_MS = 900_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/harness/global-setup.ts',
    reporters: ['default', './test/harness/rerun-reporter.ts', ...(report ? ['json'] : [])],
    ...(report ? { outputFile: { json: report } } : {}),
    sequence: { sequencer: LongestFirst },
    // The long ones wait more than they compute: two cores are busy with five files at a time.
    maxWorkers: 5,
    // The same for those tests of one file that may run at once.
    maxConcurrency: 4,
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    // A little less, so that a failure says what it waited for.
    expect: { poll: { timeout: HANGS_MS - 60_000 } },
    // CloudFormation's own rules only warn, and take longer than the rest of a synth. `npm run synth`, the step before, has them.
    env: { CDK_VALIDATION: 'false' },
  },
});
