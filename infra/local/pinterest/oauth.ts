import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The only app that the simulator accepts. */
export const SIMULATED_APP = { clientId: '1500000', clientSecret: 'simulated_client_secret' };

const ACCESS_TOKEN_SECONDS = 30 * 24 * 3600;
const REFRESH_TOKEN_SECONDS = 60 * 24 * 3600;
const CODE_SECONDS = 600;

interface Grant {
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

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Issues tokens, as at the end of a sign-in. */
  signedIn(): { accessToken: string; refreshToken: string } {
    const accessToken = `pina_${randomBytes(24).toString('hex')}`;
    const refreshToken = `pinr_${randomBytes(24).toString('hex')}`;
    this.#access.set(accessToken, { endsAt: this.#now() + ACCESS_TOKEN_SECONDS * 1000 });
    this.#refresh.set(refreshToken, { endsAt: this.#now() + REFRESH_TOKEN_SECONDS * 1000 });
    return { accessToken, refreshToken };
  }

  takes(accessToken: string): boolean {
    return this.#isValid(this.#access.get(accessToken));
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
      this.#codes.set(code, { redirectUri, endsAt: this.#now() + CODE_SECONDS * 1000 });
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
    const granted =
      form.get('grant_type') === 'refresh_token'
        ? this.#renews(form)
        : this.#exchanges(form)
          ? 'authorization_code'
          : '';
    if (!granted) return { status: 400, body: { code: 283, message: 'The grant is invalid, expired or revoked.' } };
    const { accessToken, refreshToken } = this.signedIn();
    return {
      status: 200,
      body: {
        response_type: granted,
        access_token: accessToken,
        token_type: 'bearer',
        expires_in: ACCESS_TOKEN_SECONDS,
        refresh_token: refreshToken,
        refresh_token_expires_in: REFRESH_TOKEN_SECONDS,
        refresh_token_expires_at: Math.floor(this.#now() / 1000) + REFRESH_TOKEN_SECONDS,
        scope: 'pins:read pins:write',
      },
    };
  }

  /** A refresh token can be used only once. */
  #renews(form: URLSearchParams): 'refresh_token' | '' {
    const refreshToken = form.get('refresh_token') ?? '';
    const valid = this.#isValid(this.#refresh.get(refreshToken));
    this.#refresh.delete(refreshToken);
    return valid ? 'refresh_token' : '';
  }

  #exchanges(form: URLSearchParams): boolean {
    const code = form.get('code') ?? '';
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    return (
      form.get('grant_type') === 'authorization_code' &&
      this.#isValid(grant) &&
      grant?.redirectUri === form.get('redirect_uri')
    );
  }

  #isValid(grant: Grant | undefined): boolean {
    return grant !== undefined && grant.endsAt > this.#now();
  }
}
