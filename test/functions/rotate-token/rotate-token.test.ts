import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ROTATION_STEPS,
  type RotationPorts,
  RotationSupersededError,
  rotateToken,
  SignInNeededError,
} from '../../../functions/rotate-token/rotate-token.ts';
import { secretsManagerVersions } from '../../../functions/rotate-token/secret-versions.ts';
import { keepInStack } from '../../../infra/cli/commands/auth.ts';
import { answerAwsJson } from '../../../infra/local/aws/aws-json.ts';
import { LocalSecrets } from '../../../infra/local/aws/secrets-manager/secrets.ts';
import { openStateDatabase } from '../../../infra/local/aws/state-database.ts';
import { TokenRequestError } from '../../../shared/pinterest/oauth.ts';
import { loopbackServer } from '../../harness/loopback-server.ts';

const SecretId = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:token';
const app = { clientId: '1', clientSecret: 'pinterest-app-secret' };
const current = { ...app, accessToken: 'pina_0', refreshToken: 'pinr_0', note: 'ours' };
const another = { ...app, accessToken: 'pina_of_another_account', refreshToken: 'pinr_of_another_account' };

/** A secret in the local Secrets Manager, and a fake Pinterest that accepts each refresh token once. */
async function secretOf(value: object, { used = [] as string[] } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-rotation-'));
  const database = openStateDatabase(directory);
  const secrets = new LocalSecrets(database, new Map([[SecretId, JSON.stringify(value)]]), []);
  const service = secrets.service(() => undefined);
  const endpoint = await loopbackServer((request, response) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    void answerAwsJson(request, response, service, operation);
  });
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
  const client = new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials });
  onTestFinished(() => {
    client.destroy();
    database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  let renewals = 0;
  const ports: RotationPorts = {
    apiUrl: 'https://api.example/v5',
    versions: secretsManagerVersions(client, SecretId),
    async renew(_app, refreshToken) {
      if (used.includes(refreshToken)) throw new TokenRequestError('Pinterest refused to renew the token (400).', 400);
      used.push(refreshToken);
      renewals++;
      return { accessToken: `pina_${renewals}`, refreshToken: `pinr_${renewals}` };
    },
    test: async () => {},
  };
  /** Runs all steps as Secrets Manager does: a retry after a failure uses the same version. */
  const rotate = async (versionId = secrets.beginRotation(SecretId)) => {
    for (const step of ROTATION_STEPS) await rotateToken({ step, versionId }, ports);
  };
  return {
    ports,
    rotate,
    client,
    renewals: () => renewals,
    begin: () => secrets.beginRotation(SecretId),
    pending: () => secrets.pendingRotation(SecretId),
    current: () => JSON.parse(secrets.currentValue(SecretId)),
    /** Stores tokens as `pindrop auth` does. */
    signIn: (tokens: object) =>
      keepInStack({ secrets: client, stackName: 'Pindrop', outputs: { TokenSecretArn: SecretId } })(
        JSON.stringify(tokens),
      ),
    /** Stores tokens as the AWS console does, or a program that does not know about rotations. */
    put: (tokens: object) => client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(tokens) })),
  };
}

const failing = async () => {
  throw new Error('Pinterest has trouble');
};

describe('rotateToken', () => {
  it('renews both tokens and keeps the rest of the secret', async () => {
    const { rotate, current: now, pending } = await secretOf(current);
    await rotate();
    expect(now()).toEqual({ ...current, accessToken: 'pina_1', refreshToken: 'pinr_1' });
    expect(pending()).toBeUndefined();
    await rotate();
    expect(now()).toEqual({ ...current, accessToken: 'pina_2', refreshToken: 'pinr_2' });
  });

  it('renews once, however often a step is repeated', async () => {
    const { ports, begin, rotate, renewals } = await secretOf(current);
    const versionId = begin();
    await rotateToken({ step: 'createSecret', versionId }, ports);
    await rotateToken({ step: 'createSecret', versionId }, ports);
    await rotate(versionId);
    await rotate(versionId);
    expect(renewals()).toBe(1);
  });

  it('keeps the current version when Pinterest does not accept the new token', async () => {
    const { ports, rotate, current: now } = await secretOf(current);
    ports.test = failing;
    await expect(rotate()).rejects.toThrow('Pinterest has trouble');
    expect(now()).toEqual(current);
  });

  it('continues with the new tokens after a failure, and does not renew them again', async () => {
    const { ports, rotate, current: now, renewals, pending } = await secretOf(current);
    const { test } = ports;
    ports.test = failing;
    await expect(rotate()).rejects.toThrow();
    const version = pending();
    expect(version).toBeDefined();
    await expect(rotate()).rejects.toThrow();
    expect(pending()).toBe(version);
    ports.test = test;
    await rotate();
    expect(now()).toMatchObject({ accessToken: 'pina_1', refreshToken: 'pinr_1' });
    expect(renewals()).toBe(1);
  });

  it.each([
    ['by pindrop auth', 'signIn'],
    ['in another way', 'put'],
  ] as const)('never overwrites a sign-in %s between two attempts', async (_how, signIn) => {
    const secret = await secretOf(current);
    const { ports, rotate, current: now, pending } = secret;
    const { test } = ports;
    ports.test = failing;
    await expect(rotate()).rejects.toThrow();
    const version = pending();
    await secret[signIn](another);
    ports.test = test;
    // Secrets Manager retries the failed rotation.
    await expect(rotate(version)).rejects.toBeInstanceOf(RotationSupersededError);
    expect(now()).toEqual(another);
    expect(pending()).toBeUndefined();
    // The next rotation renews the tokens of the new sign-in.
    await rotate();
    expect(now()).toEqual({ ...another, accessToken: 'pina_2', refreshToken: 'pinr_2' });
  });

  it('never overwrites a sign-in between two steps', async () => {
    for (const before of ROTATION_STEPS) {
      const { ports, begin, signIn, current: now } = await secretOf(current);
      const versionId = begin();
      const steps = ROTATION_STEPS.map((step) => async () => {
        if (step === before) await signIn(another);
        await rotateToken({ step, versionId }, ports);
      });
      const run = steps.reduce((done, step) => done.then(step), Promise.resolve());
      await expect(run).rejects.toBeInstanceOf(RotationSupersededError);
      expect(now(), `before ${before}`).toEqual(another);
    }
  });

  it('is refused by Secrets Manager when a sign-in takes AWSCURRENT at the last moment', async () => {
    const { ports, rotate, put, current: now } = await secretOf(current);
    const { moveLabel } = ports.versions;
    ports.versions.moveLabel = async (label, from, to) => {
      if (label === 'AWSCURRENT') await put(another);
      await moveLabel(label, from, to);
    };
    await expect(rotate()).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect(now()).toEqual(another);
  });

  it('succeeds after an attempt that failed before it stored new tokens', async () => {
    const { ports, rotate, current: now } = await secretOf(current);
    const { renew } = ports;
    ports.renew = failing;
    await expect(rotate()).rejects.toThrow();
    ports.renew = renew;
    await rotate();
    expect(now()).toMatchObject({ accessToken: 'pina_1' });
  });

  it.each([
    ['the refresh token is refused', current, ['pinr_0']],
    ['there is no refresh token', { ...app, accessToken: 'pina_0' }, []],
    ['there is no client', { accessToken: 'pina_0', refreshToken: 'pinr_0' }, []],
  ])('reports that a person must sign in when %s, and continues after the sign-in', async (_, value, used) => {
    const { rotate, current: now, signIn, put } = await secretOf(value, { used });
    const error = await rotate().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SignInNeededError);
    expect((error as Error).message).toContain('npm run pindrop -- auth');
    expect((error as Error).message).not.toMatch(/pin[ar]_|pinterest-app-secret/);
    expect(now()).toEqual(value);
    await signIn(another);
    await rotate();
    expect(now()).toEqual({ ...another, accessToken: 'pina_1', refreshToken: 'pinr_1' });
    await put(current);
    expect(now()).toEqual(current);
  });

  it('accepts a schedule that is set up before anyone has signed in', async () => {
    const { ports, begin } = await secretOf({ accessToken: '' });
    ports.test = async () => {
      throw new Error('Pinterest was asked');
    };
    await rotateToken({ step: 'testSecret', versionId: begin() }, ports);
    await rotateToken({ step: 'testSecret', versionId: 'not there' }, ports);
  });
});
