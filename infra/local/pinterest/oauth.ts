import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PIN_SCOPES } from '../../../shared/pinterest/scopes.ts';

/** The only app that the simulator accepts. */
export const SIMULATED_APP = { clientId: '1500000', clientSecret: 'simulated_client_secret' };

const ACCESS_TOKEN_SECONDS = 30 * 24 * 3600;
const REFRESH_TOKEN_SECONDS = 60 * 24 * 3600;
const CODE_SECONDS = 600;

interface Grant {
  /** Name of the account that signed in. */
  account: string;
  scopes: string[];
  /** Milliseconds since 1970. */
  endsAt: number;
}

/** Simulates Pinterest's authorization server: codes, access tokens and continuous refresh tokens. */
export class SimulatedOAuth {
  readonly #now: () => number;
  readonly #codes = new Map<string, Grant & { redirectUri: string }>();
  readonly #access = new Map<string, Grant>();
  readonly #refresh = new Map<string, Grant>();
  /** Whether the person grants access at the next sign-in. */
  agrees = true;
  /** Name of the account that signs in next. */
  account: string;

  constructor(now: () => number, account: string) {
    this.#now = now;
    this.account = account;
  }

  /** Issues tokens, as at the end of a sign-in. */
  signedIn(account = this.account, scopes = [...PIN_SCOPES]): { accessToken: string; refreshToken: string } {
    const accessToken = `pina_${randomBytes(24).toString('hex')}`;
    const refreshToken = `pinr_${randomBytes(24).toString('hex')}`;
    this.#access.set(accessToken, { account, scopes, endsAt: this.#now() + ACCESS_TOKEN_SECONDS * 1000 });
    this.#refresh.set(refreshToken, { account, scopes, endsAt: this.#now() + REFRESH_TOKEN_SECONDS * 1000 });
    return { accessToken, refreshToken };
  }

  takes(accessToken: string): boolean {
    return this.accountOf(accessToken) !== undefined;
  }

  /** @returns the name of the account that a token belongs to; undefined when the token is not valid */
  accountOf(accessToken: string): string | undefined {
    return this.#valid(this.#access.get(accessToken))?.account;
  }

  /** @returns the scopes that a token was granted; undefined when the token is not valid */
  scopesOf(accessToken: string): string[] | undefined {
    return this.#valid(this.#access.get(accessToken))?.scopes;
  }

  /** Revokes all tokens, as when the person withdraws their consent. */
  revokeAll(): void {
    this.#access.clear();
    this.#refresh.clear();
  }

  /** GET /oauth/: the person grants or denies access, and the browser is redirected to the app. */
  authorize(request: IncomingMessage, response: ServerResponse): void {
    const { searchParams } = new URL(request.url ?? '/', 'http://simulator');
    const [clientId, redirectUri] = [searchParams.get('client_id'), searchParams.get('redirect_uri')];
    if (clientId !== SIMULATED_APP.clientId || redirectUri === null || searchParams.get('response_type') !== 'code') {
      response.writeHead(400, { 'Content-Type': 'text/plain' }).end('Invalid client, redirect URI or response type.');
      return;
    }
    const location = new URL(redirectUri);
    location.searchParams.set('state', searchParams.get('state') ?? '');
    if (this.agrees) {
      const code = randomBytes(16).toString('hex');
      const scopes = (searchParams.get('scope') ?? '').split(',').filter((scope) => scope !== '');
      const endsAt = this.#now() + CODE_SECONDS * 1000;
      this.#codes.set(code, { redirectUri, account: this.account, scopes, endsAt });
      location.searchParams.set('code', code);
    } else {
      location.searchParams.set('error', 'access_denied');
    }
    response.writeHead(302, { Location: location.href }).end();
  }

  /** POST /v5/oauth/token */
  async token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const { status, body } = this.#answer(request.headers.authorization, form);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  }

  #answer(authorization: string | undefined, form: URLSearchParams): { status: number; body: unknown } {
    const { clientId, clientSecret } = SIMULATED_APP;
    if (authorization !== `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`) {
      return { status: 401, body: { code: 2, message: 'Authentication failed.' } };
    }
    const renews = form.get('grant_type') === 'refresh_token';
    const grant = renews ? this.#renewed(form) : this.#exchanged(form);
    if (!grant) return { status: 400, body: { code: 283, message: 'The grant is invalid, expired or revoked.' } };
    const { accessToken, refreshToken } = this.signedIn(grant.account, grant.scopes);
    return {
      status: 200,
      body: {
        response_type: renews ? 'refresh_token' : 'authorization_code',
        access_token: accessToken,
        token_type: 'bearer',
        expires_in: ACCESS_TOKEN_SECONDS,
        refresh_token: refreshToken,
        refresh_token_expires_in: REFRESH_TOKEN_SECONDS,
        refresh_token_expires_at: Math.floor(this.#now() / 1000) + REFRESH_TOKEN_SECONDS,
        scope: grant.scopes.join(' '),
      },
    };
  }

  /** A refresh token can be used only once. */
  #renewed(form: URLSearchParams): Grant | undefined {
    const refreshToken = form.get('refresh_token') ?? '';
    const grant = this.#valid(this.#refresh.get(refreshToken));
    this.#refresh.delete(refreshToken);
    return grant;
  }

  #exchanged(form: URLSearchParams): Grant | undefined {
    const code = form.get('code') ?? '';
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    const matches = form.get('grant_type') === 'authorization_code' && grant?.redirectUri === form.get('redirect_uri');
    return matches ? this.#valid(grant) : undefined;
  }

  #valid(grant: Grant | undefined): Grant | undefined {
    return grant !== undefined && grant.endsAt > this.#now() ? grant : undefined;
  }
}
