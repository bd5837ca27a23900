import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LOCAL_STACK_FILE } from '../../../infra/operations/stack-location.ts';
import { pindrop } from '../../harness/pindrop-command.ts';

/** An endpoint at which nothing listens: port 1 is reserved, and no service uses it. */
const NOWHERE = 'http://127.0.0.1:1';

function stateDirectory(location?: object): string {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-program-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'simulator'));
  if (location) writeFileSync(join(directory, 'simulator', LOCAL_STACK_FILE), JSON.stringify(location));
  return directory;
}

const STOPPED = {
  endpoint: NOWHERE,
  region: 'us-east-1',
  accessKey: { accessKeyId: 'id', secretAccessKey: 'secret' },
  outputs: {
    StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
    TokenSecretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:token',
    QueueUrl: `${NOWHERE}/queue`,
    DeadLetterQueueUrl: `${NOWHERE}/dead`,
  },
};

describe('pindrop', () => {
  it.each([
    [['list', '--scopes', 'x'], "unknown option '--scopes'"],
    [['list', '--port', '5'], "unknown option '--port'"],
    [['auth', '--json'], "unknown option '--json'"],
    [['auth', '--port', 'abc'], "argument 'abc' is invalid. It must be a number from 0 to 65535."],
    [['auth', '--port', '70000'], "argument '70000' is invalid. It must be a number from 0 to 65535."],
    [['auth', '--port', '1e3'], "argument '1e3' is invalid. It must be a number from 0 to 65535."],
    [['list', 'extra'], "too many arguments for 'list'"],
    [['status'], "missing required argument 'what'"],
    [['retry'], "missing required argument 'what'"],
    [['where', 'ingest'], "missing required argument 'place'"],
    [['where', 'ingest', '12'], "command-argument value '12' is invalid for argument 'place'. It must be LINE:COLUMN."],
    [['lits'], "unknown command 'lits' (Did you mean list?)"],
    [['list', '--local', '--stack', 'Other'], "option '--stack <name>' cannot be used with option '--local'"],
  ])('rejects the arguments %j with a reason and exit code 2', async (args, why) => {
    const { code, stdout, stderr } = await pindrop(args, { PINDROP_STATE_DIR: stateDirectory(STOPPED) });
    expect({ code, stdout }).toEqual({ code: 2, stdout: [] });
    expect(stderr.join('\n')).toContain(why);
    expect(stderr).toHaveLength(2);
    expect(stderr[1]).toMatch(/^See npm run pindrop -- (list |auth |status |retry |where )?--help\.$/);
  });

  it('prints its help to stdout with --help, and to stderr without a command', async () => {
    const asked = await pindrop(['--help']);
    expect(asked).toMatchObject({ code: 0, stderr: [] });
    expect(asked.stdout[0]).toBe('Usage: npm run pindrop -- [options] [command]');
    for (const name of ['list', 'status', 'watch', 'retry', 'redrive', 'doctor', 'auth']) {
      expect(asked.stdout.join('\n')).toMatch(new RegExp(`^  ${name} `, 'm'));
      const own = await pindrop([name, '--help']);
      expect(own).toMatchObject({ code: 0, stderr: [] });
      expect(own.stdout.join('\n')).toMatch(/--local .*\n.*--stack/);
    }
    const without = await pindrop([]);
    expect(without).toMatchObject({ code: 2, stdout: [] });
    expect(without.stderr).toEqual(asked.stdout);
  });

  it.each(['list', 'status an-upload', 'status 123', 'retry an-upload', 'redrive', 'doctor', 'watch'])(
    'says that the stack on this machine is not running: %s',
    async (command) => {
      const environment = { PINDROP_STATE_DIR: stateDirectory(STOPPED) };
      expect(await pindrop([...command.split(' '), '--local'], environment)).toEqual({
        code: 1,
        stdout: [],
        stderr: [
          ...(command === 'watch' ? ['Watching. Ctrl+C stops.'] : []),
          'The stack on this machine is not running: run npm start in another terminal.',
        ],
      });
    },
  );

  it('tells the user what to do when no stack was started yet, or another version started it', async () => {
    const empty = stateDirectory();
    const never = await pindrop(['list', '--local'], { PINDROP_STATE_DIR: empty });
    expect(never.stderr).toEqual([
      `There is no stack in ${empty} yet: run npm start in another terminal, and leave it running.`,
    ]);
    const old = await pindrop(['list', '--local'], { PINDROP_STATE_DIR: stateDirectory({ endpoint: NOWHERE }) });
    expect(old.stderr.join()).toMatch(
      /stack\.json is from another version of Pindrop: stop npm start and start it again/,
    );
    expect([never.code, old.code]).toEqual([1, 1]);
  });

  it('where: reports that a function has no source map', async () => {
    expect(await pindrop(['where', 'no-such-function', '1:2'])).toEqual({
      code: 1,
      stdout: [],
      stderr: [
        expect.stringContaining('There is no source map of no-such-function: check out the commit that was deployed'),
      ],
    });
  });

  it('escapes control characters in error messages that quote its arguments', async () => {
    const environment = { PINDROP_STATE_DIR: stateDirectory(STOPPED) };
    for (const args of [['list', '--\u001b[2J'], ['\u001b]0;owned\u0007'], ['status', 's3://\u001b[31m', '--local']]) {
      const { stderr } = await pindrop(args, environment);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain these characters.
      expect(stderr.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      expect(stderr.join('\n')).toContain('\\u001b');
    }
  });
});
