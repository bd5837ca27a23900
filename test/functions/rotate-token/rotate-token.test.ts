import { describe, expect, it } from 'vitest';
import { type RotationPorts, rotateToken, SignInNeededError } from '../../../functions/rotate-token/rotate-token.ts';
import { TokenRequestError } from '../../../shared/pinterest/oauth.ts';

const app = { clientId: '1', clientSecret: 'pinterest-app-secret' };
const current = { ...app, accessToken: 'pina_0', refreshToken: 'pinr_0', note: 'ours' };

/** A secret whose values are kept in a map, and a Pinterest that renews each refresh token once. */
function secretOf(value: object, { used = [] as string[] } = {}) {
  const values = new Map([['v0', JSON.stringify(value)]]);
  const labels = { current: 'v0', pending: undefined as string | undefined };
  let renewals = 0;
  const ports: RotationPorts = {
    apiUrl: 'https://api.example/v5',
    versions: {
      exists: async (versionId) => values.has(versionId),
      read: async (versionId) => values.get(versionId) ?? '',
      readCurrent: async () => values.get(labels.current) ?? '',
      readPending: async () => (labels.pending === labels.current ? undefined : values.get(labels.pending ?? '')),
      async putPending(versionId, text) {
        values.set(versionId, text);
        labels.pending = versionId;
      },
      async makeCurrent(versionId) {
        labels.current = versionId;
      },
    },
    async renew(_app, refreshToken) {
      if (used.includes(refreshToken)) throw new TokenRequestError('Pinterest refused to renew the token (400).', 400);
      used.push(refreshToken);
      renewals++;
      return { accessToken: `pina_${renewals}`, refreshToken: `pinr_${renewals}` };
    },
    test: async () => {},
  };
  const rotate = async (versionId: string) => {
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const) {
      await rotateToken({ step, versionId }, ports);
    }
  };
  return { ports, rotate, current: () => JSON.parse(values.get(labels.current) ?? ''), renewals: () => renewals };
}

describe('rotateToken', () => {
  it('renews both tokens and keeps the rest of the secret', async () => {
    const { rotate, current: now } = secretOf(current);
    await rotate('v1');
    expect(now()).toEqual({ ...current, accessToken: 'pina_1', refreshToken: 'pinr_1' });
  });

  it('renews once, however often a step is repeated', async () => {
    const { ports, rotate, renewals } = secretOf(current);
    await rotateToken({ step: 'createSecret', versionId: 'v1' }, ports);
    await rotateToken({ step: 'createSecret', versionId: 'v1' }, ports);
    await rotate('v1');
    await rotate('v1');
    expect(renewals()).toBe(1);
  });

  it('leaves the current version in place when Pinterest does not take the new token', async () => {
    const { ports, rotate, current: now } = secretOf(current);
    ports.test = async () => {
      throw new Error('refused');
    };
    await expect(rotate('v1')).rejects.toThrow('refused');
    expect(now()).toEqual(current);
  });

  it('goes on with the refresh token of a rotation that failed half-way', async () => {
    const { ports, rotate, current: now } = secretOf(current);
    const { test } = ports;
    ports.test = async () => {
      throw new Error('Pinterest has trouble');
    };
    await expect(rotate('v1')).rejects.toThrow();
    ports.test = test;
    await rotate('v2');
    expect(now()).toMatchObject({ accessToken: 'pina_2', refreshToken: 'pinr_2' });
  });

  it.each([
    ['the refresh token is refused', current, ['pinr_0']],
    ['there is no refresh token', { ...app, accessToken: 'pina_0' }, []],
    ['there is no client', { accessToken: 'pina_0', refreshToken: 'pinr_0' }, []],
  ])('says that a person must sign in when %s', async (_, value, used) => {
    const { rotate, current: now } = secretOf(value, { used });
    const error = await rotate('v1').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SignInNeededError);
    expect((error as Error).message).toContain('npm run pindrop -- auth');
    expect((error as Error).message).not.toMatch(/pin[ar]_|pinterest-app-secret/);
    expect(now()).toEqual(value);
  });

  it('has nothing against a schedule that is set up before anyone has signed in', async () => {
    const { ports } = secretOf({ accessToken: '' });
    ports.test = async () => {
      throw new Error('Pinterest was asked');
    };
    await rotateToken({ step: 'testSecret', versionId: 'without a value' }, ports);
    await rotateToken({ step: 'testSecret', versionId: 'v0' }, ports);
  });
});
