import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepInStack } from '../../../infra/cli/commands/auth.ts';
import { SIMULATED_APP } from '../../../infra/local/pinterest/oauth.ts';
import { startPinterestSimulator } from '../../../infra/local/pinterest/simulator.ts';
import { readTarget } from '../../../infra/local/start/target.ts';
import { keepLocalAccounts } from '../../../infra/operations/local-accounts.ts';
import { tokenFile } from '../../../infra/operations/token-file.ts';
import { loopbackServer, received } from '../../harness/loopback-server.ts';
import { pindrop } from '../../harness/pindrop-command.ts';

const COMMAND = fileURLToPath(new URL('../../../infra/cli/main.ts', import.meta.url));

/** Runs `pindrop auth --local`, and requests the URL that it prints, as a browser would. */
async function authenticate({
  agrees = true,
  clientSecret = SIMULATED_APP.clientSecret,
  stateless = false,
  account = undefined as string | undefined,
} = {}) {
  const simulator = await startPinterestSimulator();
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-auth-'));
  onTestFinished(async () => {
    await simulator.close();
    rmSync(directory, { recursive: true, force: true });
  });
  simulator.oauth.agrees = agrees;
  const named = account === undefined ? [] : ['--account', account];
  const command = spawn(process.execPath, [COMMAND, 'auth', '--local', '--no-browser', '--port', '0', ...named], {
    env: {
      PATH: process.env['PATH'],
      PINDROP_STATE_DIR: directory,
      PINTEREST_CLIENT_ID: SIMULATED_APP.clientId,
      PINTEREST_CLIENT_SECRET: clientSecret,
      PINTEREST_API_URL: simulator.url,
      PINTEREST_AUTHORIZE_URL: simulator.authorizeUrl,
    },
  });
  let said = '';
  const exited = new Promise<number | null>((resolve) => command.once('exit', resolve));
  const url = await new Promise<string>((resolve) => {
    command.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
      const [found] = /http:\/\/127\S+/.exec(said) ?? [];
      if (found) resolve(found);
    });
  });
  const visited = new URL(url);
  if (stateless) visited.searchParams.set('state', 'of somebody else');
  const page = await fetch(visited);
  const code = await exited;
  return { simulator, code, said, page: await page.text(), directory, tokenFile: tokenFile(directory, account) };
}

describe('pindrop auth', () => {
  it('stores the tokens of an account in the secret of that account', async () => {
    const puts: { SecretId?: string; SecretString?: string }[] = [];
    const endpoint = await loopbackServer(async (request, response) => {
      puts.push(JSON.parse((await received(request)).body.toString()));
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' }).end('{}');
    });
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const secrets = new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials });
    const outputs = { TokenSecretArn: 'arn:a', Accounts: '{"brand-a":"arn:a","brand-b":"arn:b"}' };
    const ports = { secrets, outputs, stackName: 'Pindrop' };
    expect(await keepInStack(ports, 'brand-b')('{"accessToken":"pina_b"}')).toBe('the secret arn:b');
    expect(await keepInStack(ports)('{"accessToken":"pina_only"}')).toBe('the secret arn:a');
    expect(puts.map(({ SecretId, SecretString }) => `${SecretId} ${SecretString}`)).toEqual([
      'arn:b {"accessToken":"pina_b"}',
      'arn:a {"accessToken":"pina_only"}',
    ]);
  });
});

describe('pindrop auth --local', () => {
  it('saves client and tokens for npm start in a file that only its owner can read', async () => {
    const { simulator, code, said, page, directory, tokenFile } = await authenticate();
    expect(code).toBe(0);
    expect(said).toContain('Signed in: Pinterest accepts the token');
    expect(said).not.toMatch(/pin[ar]_|simulated_client_secret/);
    expect(page).toContain('You can close this page');
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(readFileSync(tokenFile, 'utf8'));
    expect(kept).toMatchObject({ ...SIMULATED_APP, refreshToken: expect.any(String) });
    expect(simulator.oauth.takes(kept.accessToken)).toBe(true);

    const target = readTarget({ PINTEREST_API_URL: simulator.url }, directory);
    expect(target).toMatchObject({ kind: 'pinterest', apiUrl: simulator.url });
    const { keep, value = '' } = (target.kind === 'pinterest' && target.tokens['']) || {};
    expect(JSON.parse(value)).toEqual(kept);
    keep?.(JSON.stringify({ ...kept, accessToken: 'pina_renewed' }));
    expect(JSON.parse(readFileSync(tokenFile, 'utf8')).accessToken).toBe('pina_renewed');
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  });

  it('saves the tokens of each of several accounts in a file of its own', async () => {
    const { simulator, code, said, directory, tokenFile } = await authenticate({ account: 'brand-b' });
    expect(code).toBe(0);
    expect(said).toContain('Sign in with the account brand-b:');
    expect(said).toContain('tokens-brand-b.json');
    const { accessToken } = JSON.parse(readFileSync(tokenFile, 'utf8'));
    const environment = { PINTEREST_API_URL: simulator.url, PINTEREST_ACCESS_TOKENS: '{"brand-a":"pina_a"}' };
    const target = readTarget(environment, directory, ['brand-a', 'brand-b']);
    const tokens = target.kind === 'pinterest' ? target.tokens : {};
    expect(JSON.parse(tokens['brand-b']?.value ?? '{}')).toMatchObject({ accessToken });
    expect(JSON.parse(tokens['brand-a']?.value ?? '{}')).toEqual({ accessToken: 'pina_a' });
  });

  it.each([
    ['without --account', ['brand-a', 'brand-b'], [], 'Choose an account with --account: brand-a, brand-b.'],
    [
      'with an unknown account',
      ['brand-a'],
      ['--account', 'brand-c'],
      'There is no account brand-c: the accounts are brand-a.',
    ],
    [
      'with a name that no account can have',
      [],
      ['--account', '../x'],
      '../x cannot be the name of an account: names are ',
    ],
  ])('asks for the account %s', async (_what, names, args, sentence) => {
    const directory = mkdtempSync(join(tmpdir(), 'pindrop-auth-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    keepLocalAccounts(directory, names);
    const run = await pindrop(['auth', '--local', '--no-browser', ...args], { PINDROP_STATE_DIR: directory });
    expect(run).toEqual({ code: 2, stdout: [], stderr: [expect.stringContaining(sentence)] });
  });

  it.each([
    ['the person does not agree', { agrees: false }, 'access_denied'],
    ['the redirect belongs to another sign-in', { stateless: true }, 'does not belong to this sign-in'],
    ['the client secret is wrong', { clientSecret: 'wrong' }, 'Pinterest refused to exchange the code (401'],
  ])('saves nothing and prints the reason when %s', async (_, how, why) => {
    const { code, said, tokenFile } = await authenticate(how);
    expect(code).toBe(1);
    expect(said).toContain(why);
    expect(() => statSync(tokenFile)).toThrow('ENOENT');
  });
});
