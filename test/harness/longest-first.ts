import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Paths of the slowest test files, in the order in which they start. They take minutes, mostly of waiting. A slow file
 * that starts last delays the end of the whole run.
 */
const LONGEST = [
  'test/end-to-end/faults.test.ts',
  'test/end-to-end/chaos.test.ts',
  'test/end-to-end/npm-start-killed.test.ts',
  'test/end-to-end/examples/publish-pin-chaos.test.ts',
  'test/end-to-end/npm-start.test.ts',
  'test/end-to-end/alarms.test.ts',
  'test/end-to-end/backfill.test.ts',
  'test/end-to-end/examples/publish-pin-schedule.test.ts',
  'test/docs/commands.test.ts',
  'test/end-to-end/examples/publish-pin.test.ts',
  'test/bench/bench.test.ts',
  'test/infra/package/package.test.ts',
  'test/end-to-end/rate-limit.test.ts',
  'test/end-to-end/accounts.test.ts',
  'test/infra/local/console/looks.test.ts',
  'test/end-to-end/examples/',
  'test/end-to-end/',
  'test/infra/local/console/',
  'test/infra/cli/',
  'test/infra/examples/',
  'test/infra/operations/',
  'test/docs/',
  'test/bench/',
  'test/infra/',
];

/** Position of the file in LONGEST; the end of the list for all other files. */
function rank({ moduleId }: TestSpecification): number {
  const file = relative(process.cwd(), moduleId);
  const at = LONGEST.findIndex((beginning) => file.startsWith(beginning));
  return at === -1 ? LONGEST.length : at;
}

/** Starts the slowest test files first. Files of the same rank keep vitest's order: by duration in the previous run. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
