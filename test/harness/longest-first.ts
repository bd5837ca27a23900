import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take minutes, most of which they wait: when one of them starts last, everything waits for it. */
const LONGEST = [
  'test/end-to-end/rate-limit.test.ts',
  'test/end-to-end/chaos.test.ts',
  'test/docs/commands.test.ts',
  'test/end-to-end/examples/publish-pin-chaos.test.ts',
  'test/end-to-end/npm-start.test.ts',
  'test/end-to-end/examples/npm-start-with.test.ts',
  'test/end-to-end/',
  'test/docs/',
  'test/bench/',
  'test/infra/',
];

/** Position in LONGEST. */
function rank({ moduleId }: TestSpecification): number {
  const file = relative(process.cwd(), moduleId);
  const at = LONGEST.findIndex((beginning) => file.startsWith(beginning));
  return at === -1 ? LONGEST.length : at;
}

/** Starts the files that take longest first. Within a folder, vitest goes by the durations of the run before. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
