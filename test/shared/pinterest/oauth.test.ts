import { describe, expect, it, onTestFinished } from 'vitest';
import { SIMULATED_APP } from '../../../infra/local/pinterest/oauth.ts';
import { startPinterestSimulator } from '../../../infra/local/pinterest/simulator.ts';
import { authorizationUrl, exchangeCode, renewTokens, TokenRequestError } from '../../../shared/pinterest/oauth.ts';
import { UPLOAD_SCOPES } from '../../../shared/pinterest/scopes.ts';
import { loopbackServer } from '../../harness/loopback-server.ts';

const redirectUri = 'http://localhost:8085/';

async function signIn({ state = 'the state', agrees = true } = {}) {
  const simulator = await startPinterestSimulator();
  onTestFinished(() => simulator.close());
  simulator.oauth.agrees = agrees;
  const app = { ...SIMULATED_APP, apiUrl: simulator.url };
  const url = authorizationUrl(app, redirectUri, 'the state', simulator);
  const answer = await fetch(url, { redirect: 'manual' });
  const redirect = new URL(answer.headers.get('location') ?? '');
  return { simulator, app, exchange: () => exchangeCode(app, redirect, { redirectUri, state }) };
}

const errorOf = async (promise: Promise<unknown>): Promise<TokenRequestError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TokenRequestError);
  expect(String((error as Error).message)).not.toMatch(/pin[ar]_|simulated_client_secret/);
  return error as TokenRequestError;
};

describe('a sign-in', () => {
  it('requests exactly the scopes of the Media API', () => {
    const url = new URL(authorizationUrl({ clientId: '1' }, redirectUri, 's'));
    expect(url.origin + url.pathname).toBe('https://www.pinterest.com/oauth/');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: '1',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: UPLOAD_SCOPES.join(','),
      state: 's',
    });
  });

  it('returns tokens that Pinterest accepts', async () => {
    const { simulator, exchange } = await signIn();
    const tokens = await exchange();
    expect(simulator.oauth.takes(tokens.accessToken)).toBe(true);
    const days = (Date.parse(tokens.accessTokenExpiresAt ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(30.1);
  });

  it('is refused when the state does not match, and exchanges no code', async () => {
    const { exchange } = await signIn({ state: 'another' });
    expect((await errorOf(exchange())).message).toContain('does not belong to this sign-in');
  });

  it('reports that the person did not agree', async () => {
    const { exchange } = await signIn({ agrees: false });
    expect((await errorOf(exchange())).message).toContain('access_denied');
  });

  it('has a code that can be exchanged only once', async () => {
    const { exchange } = await signIn();
    await exchange();
    expect(await errorOf(exchange())).toMatchObject({ status: 400, refused: true });
  });
});

describe('renewTokens', () => {
  it('returns a new refresh token, and the old one no longer works', async () => {
    const { simulator, app, exchange } = await signIn();
    const { refreshToken = '' } = await exchange();
    const renewed = await renewTokens(app, refreshToken);
    expect(renewed.refreshToken).not.toBe(refreshToken);
    expect(simulator.oauth.takes(renewed.accessToken)).toBe(true);
    expect(await errorOf(renewTokens(app, refreshToken))).toMatchObject({ refused: true });
  });

  it('is refused with a wrong client secret', async () => {
    const { app, exchange } = await signIn();
    const { refreshToken = '' } = await exchange();
    const wrong = { ...app, clientSecret: 'wrong' };
    expect(await errorOf(renewTokens(wrong, refreshToken))).toMatchObject({ status: 401, refused: true });
  });

  it.each([
    ['a gateway that answers HTML', 502, '<html>', false],
    ['an answer without a token', 200, '{}', false],
  ])('may succeed later after %s', async (_, status, body, refused) => {
    const url = await loopbackServer((_request, response) => void response.writeHead(status).end(body));
    const app = { ...SIMULATED_APP, apiUrl: `${url}/v5` };
    expect((await errorOf(renewTokens(app, 'pinr_x'))).refused).toBe(refused);
  });

  it('may succeed later when the server cannot be reached', async () => {
    const error = await errorOf(renewTokens({ ...SIMULATED_APP, apiUrl: 'http://127.0.0.1:9/v5' }, 'pinr_x'));
    expect(error).toMatchObject({ status: undefined, refused: false });
  });

  it('sends no secret without TLS, except to this machine', async () => {
    await errorOf(renewTokens({ ...SIMULATED_APP, apiUrl: 'http://api.pinterest.com/v5' }, 'pinr_x'));
  });
});
