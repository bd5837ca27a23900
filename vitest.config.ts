import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/harness/longest-first.ts';

/** Path of the JSON report from which .ci/run reads the number of passed tests. */
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
    // Eight test files at a time keep two cores busy: the long tests wait more than they compute.
    maxWorkers: 8,
    // The limit for concurrent tests of one file, for the same reason.
    maxConcurrency: 4,
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    // Below the test timeout, so that a failure names the condition that was not met.
    expect: { poll: { timeout: HANGS_MS - 60_000 } },
    // Skip the CloudFormation rules: they only warn, and take longer than the rest of a synth.
    // `npm run synth`, the step before the tests, checks them.
    env: { CDK_VALIDATION: 'false' },
  },
});
