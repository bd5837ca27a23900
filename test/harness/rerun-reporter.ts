import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, TestSpecification } from 'vitest/node';

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The value for the option -t: a regular expression that matches the test's full name. */
const pattern = ({ fullName }: TestCase) => `^${fullName.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;

/** Prints the number of test files at the start, and at the end a command for each failed test that runs it again. */
export default class RerunReporter implements Reporter {
  onTestRunStart(specifications: readonly TestSpecification[]): void {
    const [first] = specifications;
    if (!first) return;
    const { maxWorkers } = first.project.config;
    const files =
      specifications.length === 1 ? '1 test file' : `${specifications.length} test files, ${maxWorkers} at a time`;
    say(`${files}. The end-to-end tests run the whole stack on this machine, and wait for most of the time.`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const commands = modules.flatMap((module) => {
      const file = relative(process.cwd(), module.moduleId);
      const failed = [...module.children.allTests('failed')];
      // If the module failed but none of its tests did, the file itself or a hook failed.
      if (failed.length === 0) return module.ok() ? [] : [`npx vitest run ${file}`];
      return failed.map((test) => `npx vitest run ${file} -t ${quoted(pattern(test))}`);
    });
    if (commands.length === 0) return;
    say('');
    say(commands.length === 1 ? 'To run what failed again:' : 'To run each of those that failed again:');
    for (const command of commands) say(`  ${command}`);
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);
