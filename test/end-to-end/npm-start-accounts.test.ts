import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPinterestSimulator } from '../../infra/local/pinterest/simulator.ts';
import { npmStart, type Run, stateDirectory, whereTo } from '../harness/npm-start.ts';
import { pindrop } from '../harness/pindrop-command.ts';

const CLIP = fileURLToPath(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const clip = readFileSync(CLIP);
const BRANDS = 'accounts={"brand-a":{"prefix":"brand-a/"},"brand-b":{"prefix":"brand-b/"}}';

/** The command lines of a process and of all processes that it started; empty where there is no /proc. */
function commandLinesOf({ process: { pid } }: Run): string {
  const about = (processId: number, file: 'cmdline' | 'stat') => {
    try {
      return readFileSync(join('/proc', String(processId), file), 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  };
  const all = existsSync('/proc') ? readdirSync('/proc').map(Number).filter(Number.isInteger) : [];
  // The parent is the second field after the program's name, which is in parentheses.
  const parents = new Map(all.map((each) => [each, Number(/.*\) \S+ (\d+)/s.exec(about(each, 'stat'))?.[1])]));
  const isBelow = (each: number | undefined): boolean =>
    each !== undefined && (each === pid || isBelow(parents.get(each)));
  return all
    .filter(isBelow)
    .map((each) => about(each, 'cmdline'))
    .join('\n');
}

describe('npm start with several Pinterest accounts', () => {
  it('uploads each file with the token of its account, also after the tokens have changed', async () => {
    const tokens = { 'brand-a': 'pina_of_brand_a', 'brand-b': 'pina_of_brand_b' };
    const pinterest = await startPinterestSimulator({ accounts: tokens, processingSeconds: () => 0 });
    onTestFinished(() => pinterest.close());
    const directory = await stateDirectory();
    const environment = () => ({
      PINTEREST_API_URL: pinterest.url,
      PINTEREST_ACCESS_TOKENS: JSON.stringify(tokens),
    });
    const mediaOf = (account: string) => pinterest.media(account).map(({ file }) => file?.size);

    const video = join(directory, 'sample-clip.mp4');
    copyFileSync(CLIP, video);
    writeFileSync(`${video}.json`, '{"board":"42"}');
    const first = npmStart(['-c', BRANDS, '--account', 'brand-b', video], directory, environment());
    expect(await first.ended).toBe(0);
    expect(first.events()).toMatchObject([
      { detail: { account: 'brand-b', object: { key: 'brand-b/sample-clip.mp4' }, sidecar: { board: '42' } } },
    ]);
    expect({ a: mediaOf('brand-a'), b: mediaOf('brand-b') }).toEqual({ a: [], b: [clip.length] });

    for (const account of ['brand-a', 'brand-b'] as const) {
      tokens[account] += '_later';
      pinterest.renewAccessToken(tokens[account], account);
    }
    const second = npmStart(['-c', BRANDS, '--no-console'], directory, environment());
    const { endpoint, bucket: Bucket, credentials } = await whereTo(second);
    for (const account of Object.keys(tokens)) {
      expect(second.stderr()).toMatch(
        new RegExp(`^  AWS_ACCESS_KEY_ID=.* aws .* s3 cp clip.mp4 s3://${Bucket}/${account}/$`, 'm'),
      );
    }
    const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials });
    onTestFinished(() => s3.destroy());
    const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: clip }));
    await put('elsewhere/clip.mp4');
    await second.until(() =>
      second
        .stderr()
        .includes(
          'elsewhere/clip.mp4 is not uploaded: the setting accounts allows only keys that start with brand-a/ or brand-b/.',
        ),
    );
    await put('brand-a/one.mp4');
    await put('brand-b/two.mp4');
    await second.until(() => second.events().length === 2);
    const ended = second.events().map(({ detail }) => `${detail.account} ${detail.object.key} ${detail.status}`);
    expect(ended.sort()).toEqual(['brand-a brand-a/one.mp4 succeeded', 'brand-b brand-b/two.mp4 succeeded']);
    expect({ a: mediaOf('brand-a'), b: mediaOf('brand-b') }).toEqual({
      a: [clip.length],
      b: [clip.length, clip.length],
    });
    expect(pinterest.requests.filter(({ account }) => account === undefined)).toEqual([]);

    const command = (...args: string[]) => pindrop([...args, '--local'], { PINDROP_STATE_DIR: directory });
    const all = await command('list');
    expect(all.stdout[0]).toMatch(/^account +dropped +file/);
    expect(
      all.stdout
        .slice(1)
        .map((line) => line.split(' ')[0])
        .sort(),
    ).toEqual(['brand-a', 'brand-b', 'brand-b']);
    const ofA = (await command('list', '--account', 'brand-a', '--json')).stdout.map((line) => JSON.parse(line));
    expect(ofA).toMatchObject([{ account: 'brand-a', key: 'brand-a/one.mp4', pinterest: 'succeeded' }]);
    expect((await command('status', ofA[0].mediaId)).stdout).toContain('  account     brand-a');
    const unknown = { code: 2, stdout: [], stderr: ['There is no account nope: the accounts are brand-a, brand-b.'] };
    expect(await command('list', '--account', 'nope')).toEqual(unknown);
    expect(await command('watch', '--account', 'nope')).toEqual(unknown);
    expect(await command('auth', '--account', 'nope')).toEqual(unknown);
    expect(await command('auth')).toEqual({
      code: 2,
      stdout: [],
      stderr: ['Choose an account with --account: brand-a, brand-b.'],
    });

    pinterest.renewAccessToken('pina_revoked', 'brand-b');
    const doctor = (await command('doctor')).stdout.join('\n');
    expect(doctor).toMatch(
      /\n\nAccount brand-a\n✔ token: Pinterest accepts it\n.*\n\nAccount brand-b\n✘ token: [^\n]*401/s,
    );
    expect(doctor.match(/✔ rate limit: registrations are allowed/g)).toHaveLength(2);
    expect(doctor).toContain('only keys that start with brand-a/ or brand-b/ are uploaded');
    expect(doctor).toContain('→ npm run pindrop -- auth --account brand-b --local');

    const said = [first, second].map((run) => run.stdout() + run.stderr()).join('');
    const commandLines = commandLinesOf(second);
    if (existsSync('/proc')) expect(commandLines).toContain('start.ts');
    expect(said + commandLines).not.toContain('pina_');
  });

  it.each([
    [['-c', BRANDS, CLIP], {}, 'Choose the account of the files with --account: brand-a, brand-b.'],
    [['-c', BRANDS, '--account', 'c', CLIP], {}, 'There is no account c: the accounts are brand-a, brand-b.'],
    [['--account', 'brand-a', CLIP], {}, '--account needs the setting accounts'],
    [['-c', BRANDS, '--account', 'brand-a'], {}, '--account needs a FILE'],
    [['-c', BRANDS], { PINTEREST_ACCESS_TOKENS: 'pina_x' }, 'PINTEREST_ACCESS_TOKENS must be a JSON object'],
    [['-c', BRANDS], { PINTEREST_ACCESS_TOKEN: 'pina_x' }, 'PINTEREST_ACCESS_TOKEN is for one account'],
    [['-c', BRANDS], { PINTEREST_API_URL: 'http://127.0.0.1:1/v5' }, 'PINTEREST_ACCESS_TOKENS is not: set both'],
    [[], { PINTEREST_ACCESS_TOKENS: '{"brand-a":"pina_x"}' }, 'PINTEREST_ACCESS_TOKENS needs the setting accounts'],
    [['-c', 'accounts={"brand-a":'], {}, 'accounts is not valid: it must be an object such as {"brand-a"'],
  ])('prints one sentence, starts nothing and exits 2 for %j', async (args, environment, sentence) => {
    const run = npmStart(args, await stateDirectory(), environment);
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toContain(sentence);
    expect(run.stderr().trim().split('\n')).toHaveLength(1);
    expect(run.stdout() + run.stderr()).not.toContain('pina_x');
  });
});
