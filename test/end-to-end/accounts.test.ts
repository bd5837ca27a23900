import { readFileSync } from 'node:fs';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_SECRET } from '../../infra/local/aws/local-stack.ts';
import type { FaultSource } from '../../infra/local/pinterest/faults.ts';
import { METRIC } from '../../shared/upload/metrics.ts';
import { type LocalPindrop, startLocalPindrop } from '../harness/local-pindrop.ts';
import { measuredBy } from '../harness/measured.ts';

const clip = readFileSync(new URL('../fixtures/inspection/index-first.mp4', import.meta.url));
const TOKENS = { 'brand-a': 'pina_of_brand_a', 'brand-b': 'pina_of_brand_b' };
type Brand = keyof typeof TOKENS;

/** Four times as many files as there are slots (`maxConcurrency` is 10). */
const FILES_OUT_OF_ORDER = 40;
const FILES = 20;
/** The requests that were under way when the first one failed, and one more for each later look. */
const FEW_REQUESTS = 20;

/** Both accounts. The back-off is short, so that waiting files come again as often as they can. */
const startTwoAccounts = (faults?: FaultSource): Promise<LocalPindrop> =>
  startLocalPindrop({
    settings: {
      accounts: { 'brand-a': { prefix: 'brand-a/' }, 'brand-b': { prefix: 'brand-b/' } },
      maxBackoffSeconds: 5,
    },
    simulator: { accounts: TOKENS, faults },
    secretValues: Object.fromEntries(
      Object.entries(TOKENS).map(([brand, accessToken]) => [ACCOUNT_SECRET + brand, JSON.stringify({ accessToken })]),
    ),
  });

const dropFiles = ({ drop }: LocalPindrop, brand: Brand, count: number) =>
  Promise.all(Array.from({ length: count }, (_, number) => drop(`${brand}/clip ${number}.mp4`, clip)));

async function allSucceed(pindrop: LocalPindrop, versions: string[], brand: Brand): Promise<void> {
  const events = await Promise.all(versions.map((version) => pindrop.finalEventOf(version)));
  expect(events.map(({ account, status }) => `${account} ${status}`)).toEqual(versions.map(() => `${brand} succeeded`));
  const registered = new Set(pindrop.simulator.media(brand).map(({ mediaId }) => mediaId));
  expect(events.filter(({ mediaId = '' }) => !registered.has(mediaId))).toEqual([]);
}

const registrations = ({ simulator }: LocalPindrop, status?: number) =>
  simulator.requests.filter((each) => each.operation === 'media_create' && each.status === status);

async function putToken({ stack }: LocalPindrop, brand: Brand, accessToken: string): Promise<void> {
  const { endpoint, region, accessKey: credentials, outputs } = stack;
  const secrets = new SecretsManagerClient({ endpoint, region, credentials });
  const SecretId = JSON.parse(outputs['Accounts'] ?? '{}')[brand];
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify({ accessToken }) }));
  secrets.destroy();
}

describe('two Pinterest accounts in one stack', () => {
  it.each<[string, FaultSource, number | undefined]>([
    [
      'is rate-limited',
      ({ operation, account }) =>
        operation === 'media_create' && account === 'brand-a'
          ? { kind: 'status', status: 429, retryAfterSeconds: 3600 }
          : undefined,
      429,
    ],
    [
      'gets no answer',
      ({ operation, account }) =>
        operation === 'media_create' && account === 'brand-a' ? { kind: 'hang' } : undefined,
      undefined,
    ],
  ])('upload all files of one while the other %s for the whole test', async (_, faults, status) => {
    const pindrop = await startTwoAccounts(faults);
    await dropFiles(pindrop, 'brand-a', FILES_OUT_OF_ORDER);
    await allSucceed(pindrop, await dropFiles(pindrop, 'brand-b', FILES), 'brand-b');
    expect(pindrop.events().filter(({ account }) => account === 'brand-a')).toEqual([]);
    expect(pindrop.simulator.media('brand-a')).toEqual([]);
    expect(registrations(pindrop, status).length).toBeGreaterThan(0);
    expect(registrations(pindrop, status).length).toBeLessThan(FEW_REQUESTS);
  });

  it('upload all files of one while the token of the other is refused, and its files after a sign-in', async () => {
    const pindrop = await startTwoAccounts();
    pindrop.simulator.renewAccessToken('pina_of_brand_a_later', 'brand-a');
    const waiting = await dropFiles(pindrop, 'brand-a', FILES_OUT_OF_ORDER);
    await allSucceed(pindrop, await dropFiles(pindrop, 'brand-b', FILES), 'brand-b');
    expect(pindrop.events().filter(({ account }) => account === 'brand-a')).toEqual([]);
    const refused = registrations(pindrop, 401).length;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(FEW_REQUESTS);
    const measured = (measuredBy(pindrop).get(METRIC.tokenRefused) ?? []).map(
      ({ dimensions }) => dimensions['account'],
    );
    // Each counts for the account, and for the whole deployment.
    expect(new Set(measured)).toEqual(new Set(['brand-a', undefined]));

    await putToken(pindrop, 'brand-a', 'pina_of_brand_a_later');
    await allSucceed(pindrop, waiting, 'brand-a');
  });
});
