import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface BrowserProgram {
  executablePath: string;
  /** Environment variables that the browser needs in addition to those of this process. */
  environment: Record<string, string>;
}

/** Names of Chrome and Chromium on Linux. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Paths of Chrome and Chromium on macOS, where they are not on the PATH. */
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Finds the browser for the tests: `PINDROP_CHROMIUM`, else an installed browser, else the browser in the npm package
 * `@sparticuz/chromium`.
 * @param directory where the package's browser is unpacked; it must not exist yet
 * @throws Error that says what to install
 */
export async function findBrowser(directory: string): Promise<BrowserProgram> {
  const chosen = process.env['PINDROP_CHROMIUM'];
  if (chosen) {
    if (existsSync(chosen)) return { executablePath: chosen, environment: {} };
    throw new Error(`PINDROP_CHROMIUM is ${chosen}, and there is no such file.`);
  }
  const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((path) => NAMES.map((name) => join(path, name)));
  for (const executablePath of [...onPath, ...APPLICATIONS]) {
    if (await runs(executablePath)) return { executablePath, environment: {} };
  }
  if (process.platform === 'linux' && process.arch === 'x64') return unpackedBrowser(directory);
  throw new Error(
    'The tests of the console need a browser: install Chrome or Chromium, or set PINDROP_CHROMIUM to the path of one.',
  );
}

/** Runs the program to check it: on some systems, a script of this name only prints how to install the browser. */
const runs = (path: string) =>
  run(path, ['--version']).then(
    () => true,
    () => false,
  );

/** A script that unpacks the browser and prints its path. */
const UNPACK = 'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath());';

async function unpackedBrowser(directory: string): Promise<BrowserProgram> {
  await mkdir(directory);
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', UNPACK], {
    cwd: import.meta.dirname,
    env: {
      ...process.env,
      // The package unpacks into the system's temporary directory, and reuses any files that it finds there.
      TMPDIR: directory,
      // The package unpacks the browser's shared libraries only on Lambda. A small machine does not have them.
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    },
  });
  // The package's own fonts.conf refers to /tmp: replace it.
  await writeFile(
    join(directory, 'fonts/fonts.conf'),
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${directory}/fonts</dir>
  <cachedir>${directory}/fonts-cache</cachedir>
</fontconfig>
`,
  );
  return {
    executablePath: stdout.trim(),
    environment: { LD_LIBRARY_PATH: join(directory, 'al2023/lib'), FONTCONFIG_PATH: join(directory, 'fonts') },
  };
}
