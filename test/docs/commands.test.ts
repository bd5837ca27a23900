import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLE_NAMES } from '../../infra/examples/example-names.ts';
import { HELP } from '../../infra/local/start/command-line.ts';
import { pindrop } from '../harness/pindrop-command.ts';
import { type Command, commandsOf } from './commands.ts';
import { inWords, PROJECT, page, pages } from './markdown.ts';
import { type ReadersMachine, readersMachine } from './readers-machine.ts';
import { complaintAbout, NOT_RUN, WAYS, wayOf } from './ways.ts';

/** The commands of all pages except the changelog, which describes the past. */
const commands = pages()
  .filter(({ path }) => path !== 'CHANGELOG.md')
  .flatMap(commandsOf);
const first = new Map<string, Command>();
for (const command of commands) if (!first.has(command.text)) first.set(command.text, command);
const [notRun, toRun] = [true, false].map((known) =>
  [...first.values()].filter(({ text }) => Object.hasOwn(NOT_RUN, text) === known),
) as [Command[], Command[]];

/** Options on the pages that belong to other commands than `npm start` and `pindrop`, with these commands. */
const OTHER_OPTIONS = {
  '--client': 'npm run s3-clients',
  '--operation': 'npm run s3-clients',
  '--minor-gc-task-trigger': 'node',
  '--force': 'cdk destroy',
};

describe('the commands on the pages', () => {
  it('are found by the parser', () => {
    expect(first.has('npm start -- clip.mp4')).toBe(true);
    expect(toRun.length).toBeGreaterThan(30);
  });

  it.each(notRun)('$text is not run, but its script and paths exist', ({ text }) => {
    const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    expect(complaintAbout(text, scripts)).toBeUndefined();
  });

  it('each match a known way to run them; any other command fails the test', () => {
    expect(() => wayOf('npm run frobnicate')).toThrow('Nobody knows how to run "npm run frobnicate"');
    const unknown = toRun.filter(({ text }) => !WAYS.some(({ commands: known }) => known.test(text)));
    expect(unknown.map((command) => `${inWords(command)}: ${command.text}`)).toEqual([]);
  });

  it('use only options that exist', async () => {
    const { stdout: lines } = await pindrop(['--help']);
    const commands = lines.flatMap((line) => /^ {2}([a-z]+) .*\S/.exec(line)?.[1] ?? []);
    expect(commands).toContain('retry');
    const helps = await Promise.all(commands.map(async (name) => (await pindrop([name, '--help'])).stdout));
    const help = [HELP, ...lines, ...helps.flat()].join('\n');
    const options = new Set([...(help.match(/(?<!\S)--[a-z-]+/g) ?? []), ...Object.keys(OTHER_OPTIONS)]);
    const named = pages().flatMap(({ spans }) => spans.filter(({ text }) => text.startsWith('--')));
    expect(named.length).toBeGreaterThan(5);
    const unknown = named.filter(
      ({ text }) => !(text.match(/(?<!\S)--[a-z-]+/g) ?? []).every((each) => options.has(each)),
    );
    expect(unknown.map((span) => `${inWords(span)}: ${span.text}`)).toEqual([]);
  });

  it('list every example, and nothing else', () => {
    const [table] = page('docs/examples.md').tables;
    expect(table?.rows.map(([name]) => name)).toEqual(EXAMPLE_NAMES);
  });
});

describe('the commands on the pages, typed into a shell', () => {
  let machine: ReadersMachine;
  beforeAll(async () => {
    machine = await readersMachine();
  });
  afterAll(() => machine?.end());

  it.concurrent.each(toRun.map((command) => [command.text, inWords(command)] as const))('%s works (%s)', (text) =>
    wayOf(text).run(text, machine),
  );
});
