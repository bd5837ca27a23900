import * as oauth from 'oauth4webapi';
import * as z from 'zod/mini';
import { USER_AGENT } from './api-request.ts';
import { lenient, number, text } from './lenient.ts';
import { pinterestSays } from './pinterest-says.ts';
import { UPLOAD_SCOPES } from './scopes.ts';

/** The app at developers.pinterest.com that requests tokens. */
export interface OAuthApp {
  clientId: string;
  clientSecret: string;
  /** Base URL of Pinterest's API, with its version. */
  apiUrl: string;
}

export interface Tokens {
  accessToken: string;
  /** Replaces the previous refresh token: Pinterest issues a new one at each renewal. */
  refreshToken?: string;
  /** ISO 8601 UTC */
  accessTokenExpiresAt?: string;
}

/** The page on which a person authorizes the app. */
const AUTHORIZE_URL = 'https://www.pinterest.com/oauth/';

/** Thrown when Pinterest does not issue tokens. The message contains no secret. */
export class TokenRequestError extends Error {
  override readonly name = 'TokenRequestError';
  /** The response's HTTP status; absent when there was no response. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** True when a repeated request would also be refused: the grant, the client or the client's secret is not valid. */
  get refused(): boolean {
    return this.status !== undefined && this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

const TIMEOUT_MS = 20_000;

const server = ({ apiUrl }: OAuthApp): oauth.AuthorizationServer => ({
  issuer: 'https://www.pinterest.com',
  authorization_endpoint: AUTHORIZE_URL,
  token_endpoint: `${apiUrl}/oauth/token`,
});

const options = ({ apiUrl }: OAuthApp) => ({
  headers: { 'User-Agent': USER_AGENT },
  signal: () => AbortSignal.timeout(TIMEOUT_MS),
  // Send a secret without TLS only to a server on this machine, such as the simulator.
  [oauth.allowInsecureRequests]: ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(apiUrl).hostname),
});

/**
 * Pinterest's documentation uses the id and the secret unchanged. The OAuth standard would percent-encode them first.
 */
const basicAuthentication =
  ({ clientId, clientSecret }: OAuthApp): oauth.ClientAuth =>
  (_server, _client, _body, headers) =>
    headers.set('Authorization', `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`);

/**
 * The URL at which a person signs in and authorizes the app.
 * @param state an unguessable value that the redirect returns
 */
export function authorizationUrl(
  { clientId }: Pick<OAuthApp, 'clientId'>,
  redirectUri: string,
  state: string,
  {
    authorizeUrl = AUTHORIZE_URL,
    scopes = UPLOAD_SCOPES,
  }: { authorizeUrl?: string | undefined; scopes?: readonly string[] | undefined } = {},
): string {
  const url = new URL(authorizeUrl);
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    // Pinterest separates scopes by commas, the standard by spaces.
    scope: scopes.join(','),
    state,
  }).toString();
  return url.href;
}

/**
 * Exchanges the code of a redirect for tokens.
 * @param redirect the URL to which the browser was redirected
 * @throws TokenRequestError when the state does not match, the person refused, or Pinterest refuses the code
 */
export async function exchangeCode(
  app: OAuthApp,
  redirect: URL,
  { redirectUri, state }: { redirectUri: string; state: string },
): Promise<Tokens> {
  const client: oauth.Client = { client_id: app.clientId };
  let parameters: URLSearchParams;
  try {
    parameters = oauth.validateAuthResponse(server(app), client, redirect, state);
  } catch (cause) {
    const refused = cause instanceof oauth.AuthorizationResponseError;
    const why = refused
      ? `Pinterest sent the sign-in back with ${cause.error}.`
      : 'The redirect does not belong to this sign-in: start again.';
    throw new TokenRequestError(why, undefined, { cause });
  }
  const secrets = [app.clientSecret, redirect.searchParams.get('code') ?? ''];
  return tokensOf('exchange the code', secrets, () =>
    oauth.authorizationCodeGrantRequest(
      server(app),
      client,
      basicAuthentication(app),
      parameters,
      redirectUri,
      // Pinterest does not document PKCE. The redirect goes to this machine, and the exchange needs the app's secret.
      oauth.nopkce,
      // An app created before September 2025 gets a renewable refresh token only if the request asks for it.
      { ...options(app), additionalParameters: { continuous_refresh: 'true' } },
    ),
  );
}

/**
 * Renews the access token, and the refresh token with it.
 * @throws TokenRequestError
 */
export async function renewTokens(app: OAuthApp, refreshToken: string): Promise<Tokens> {
  const client: oauth.Client = { client_id: app.clientId };
  return tokensOf('renew the token', [app.clientSecret, refreshToken], () =>
    oauth.refreshTokenGrantRequest(server(app), client, basicAuthentication(app), refreshToken, options(app)),
  );
}

/** Only the access token is required. An invalid field next to it must not make the token unusable. */
const answerSchema = z.object({
  access_token: z.string().check(z.minLength(1)),
  refresh_token: lenient(z.string().check(z.minLength(1))),
  /** Seconds. */
  expires_in: lenient(number),
});
const errorSchema = z.object({
  error: lenient(text),
  error_description: lenient(text),
  code: lenient(number),
  message: lenient(text),
});

/**
 * @param secrets the secrets in the request; no error message contains them, even if Pinterest's response repeats them
 */
async function tokensOf(what: string, secrets: string[], request: () => Promise<Response>): Promise<Tokens> {
  let response: Response;
  let json: unknown;
  try {
    response = await request();
    json = await response.json().catch(() => undefined);
  } catch (cause) {
    throw new TokenRequestError(`Pinterest did not answer the request to ${what}.`, undefined, { cause });
  }
  const { status } = response;
  if (!response.ok) {
    throw new TokenRequestError(`Pinterest refused to ${what} (${refusalInWords(response, json, secrets)}).`, status);
  }
  const answer = answerSchema.safeParse(json);
  if (!answer.success) throw new TokenRequestError(`Pinterest's answer to the request to ${what} has no token in it.`);
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = answer.data;
  return { accessToken, refreshToken, accessTokenExpiresAt: seconds === undefined ? undefined : instantIn(seconds) };
}

/** @returns undefined when the number of seconds is too large for a date */
function instantIn(seconds: number): string | undefined {
  const instant = new Date(Date.now() + seconds * 1000);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

function refusalInWords({ status, headers }: Response, json: unknown, secrets: string[]): string {
  const { error, error_description, code, message } = errorSchema.safeParse(json).data ?? {};
  const requestId = headers.get('x-pinterest-rid');
  return [
    String(status),
    pinterestSays(error, secrets) ?? (code === undefined ? undefined : `code ${code}`),
    pinterestSays(error_description ?? message, secrets),
    requestId && `request ${requestId}`,
  ]
    .filter(Boolean)
    .join(', ');
}
