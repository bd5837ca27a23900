import { readFileSync } from 'node:fs';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SIMULATED_APP } from '../../infra/local/pinterest/oauth.ts';
import { authorizationUrl, exchangeCode } from '../../shared/pinterest/oauth.ts';
import { METRIC } from '../../shared/upload/metrics.ts';
import { type LocalPindrop, startLocalPindrop } from '../harness/local-pindrop.ts';
import { measuredBy } from '../harness/measured.ts';

const clip = readFileSync(new URL('../fixtures/inspection/index-first.mp4', import.meta.url));

/** Signs in as a person does with `pindrop auth`. */
async function signIn({ simulator, stack }: LocalPindrop): Promise<void> {
  const app = { ...SIMULATED_APP, apiUrl: simulator.url };
  const redirectUri = 'http://localhost:8085/';
  const answer = await fetch(authorizationUrl(app, redirectUri, 'state', simulator), {
    redirect: 'manual',
  });
  const redirect = new URL(answer.headers.get('location') ?? '');
  const tokens = await exchangeCode(app, redirect, { redirectUri, state: 'state' });
  const { endpoint, region, accessKey: credentials, outputs } = stack;
  const secrets = new SecretsManagerClient({ endpoint, region, credentials });
  onTestFinished(() => secrets.destroy());
  const SecretString = JSON.stringify({ ...SIMULATED_APP, ...tokens });
  await secrets.send(new PutSecretValueCommand({ SecretId: outputs['TokenSecretArn'], SecretString }));
}

describe('tokens', () => {
  it('are renewed for 90 days; after they are revoked, files wait until a new sign-in and then succeed', async () => {
    const pindrop = await startLocalPindrop({ tokens: ({ oauth }) => ({ ...SIMULATED_APP, ...oauth.signedIn() }) });
    const { simulator, stack } = pindrop;
    const tokenArn = stack.outputs['TokenSecretArn'] ?? '';
    const weeks = Math.ceil(90 / 7);
    for (let week = 1; week <= weeks; week++) {
      simulator.pass(7);
      await stack.rotateSecret(tokenArn);
      if (week % 4 > 0 && week < weeks) continue;
      const event = await pindrop.finalEventOf(await pindrop.drop(`week ${week}.mp4`, clip));
      expect(event.status, `week ${week}`).toBe('succeeded');
    }

    simulator.oauth.revokeAll();
    await expect(stack.rotateSecret(tokenArn)).rejects.toThrow(/npm run pindrop -- auth/);
    const waiting = [await pindrop.drop('one.mp4', clip), await pindrop.drop('two.mp4', clip)];
    await pindrop.until(() => (measuredBy(pindrop).get(METRIC.tokenRefused) ?? []).length > 1);
    expect(pindrop.observations).toContainEqual({ kind: 'rotation', secretArn: tokenArn, outcome: 'failed' });
    const ended = () => pindrop.events().filter(({ object }) => waiting.includes(object.versionId ?? ''));
    expect(ended()).toEqual([]);

    await signIn(pindrop);
    for (const versionId of waiting) expect((await pindrop.finalEventOf(versionId)).status).toBe('succeeded');
    expect(ended()).toHaveLength(2);
    await stack.rotateSecret(tokenArn);
  });
});
