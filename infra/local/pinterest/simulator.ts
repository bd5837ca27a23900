import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { VIDEO_LIMITS } from '../../../shared/pinterest/video-limits.ts';
import { DEFAULT_BOARDS } from './boards.ts';
import type { InjectedFault } from './faults.ts';
import { answerMediaApi } from './media-api.ts';
import { MediaStore, type SimulatedMedia, type SimulatedPin } from './media-store.ts';
import { SimulatedOAuth } from './oauth.ts';
import { rateLimiter } from './rate-limit.ts';
import { type AnsweredRequest, ONLY_ACCOUNT, type PinterestSimulatorOptions, type Simulation } from './simulation.ts';
import { answerUpload } from './upload-host.ts';

/** The access token of an account that has no other one. */
export const simulatedToken = (account: string): string =>
  account === ONLY_ACCOUNT ? 'pina_simulated_access_token' : `pina_simulated_access_token_of_${account}`;

export interface PinterestSimulator {
  /** Base URL of the API, including the version. */
  url: string;
  /** The access token of the only account, or of the first one. */
  accessToken: string;
  /** URL of the sign-in page. */
  authorizeUrl: string;
  /** The authorization server. The API accepts its tokens as well as the tokens of the options. */
  oauth: SimulatedOAuth;
  /** Advances the clock for the expiry of tokens. */
  pass(days: number): void;
  /** Every request so far, in order of arrival. */
  requests: readonly AnsweredRequest[];
  /** Newest first. @param account undefined for the media of all accounts */
  media(account?: string): SimulatedMedia[];
  /** Newest first. */
  pins(): SimulatedPin[];
  /** Makes the next requests of an operation fail. */
  inject(fault: InjectedFault): void;
  /** Replaces the access token of an account, by default the first one. The old token is no longer accepted. */
  renewAccessToken(accessToken: string, account?: string): void;
  /** Deletes this media: later requests for it get status 404. */
  forget(mediaId: string): void;
  /** Ends the processing of this media now. */
  finish(mediaId: string, outcome: 'succeeded' | 'failed'): void;
  close(): Promise<void>;
}

const answerToken = (request: http.IncomingMessage, response: http.ServerResponse, { oauth }: Simulation) =>
  oauth.token(request, response);

/** Processing time in seconds: 3 for a small file, up to 30 for a large one. */
export const processingSecondsBySize = ({ size }: { size: number }) => Math.min(30, 3 + size / 50_000_000);

/**
 * Simulates Pinterest's API for videos and Pins, and its upload host, on loopback. The responses follow Pinterest's
 * official OpenAPI description. The upload host follows S3's POST Object, and verifies its signed policy.
 *
 * Processing ends with `failed` when the file name contains `simulate-failed`, or the file is not MP4 or QuickTime.
 */
export async function startPinterestSimulator(options: PinterestSimulatorOptions = {}): Promise<PinterestSimulator> {
  const { port = 0, stateDirectory, faults, rateLimits = {}, accessToken, accounts, scopes, ...rest } = options;
  const tokens = new Map(Object.entries(accounts ?? { [ONLY_ACCOUNT]: accessToken ?? simulatedToken(ONLY_ACCOUNT) }));
  const [firstAccount = ONLY_ACCOUNT] = tokens.keys();
  const limits = new Map<string, ReturnType<typeof rateLimiter>>();
  const requests: AnsweredRequest[] = [];
  const injected: (InjectedFault & { times: number })[] = [];
  let passedMs = 0;
  const simulation: Simulation = {
    options: {
      processingSeconds: processingSecondsBySize,
      maxUploadBytes: VIDEO_LIMITS.maxBytes,
      policySeconds: 3600,
      uploadIdleMs: 20_000,
      latencyMs: 0,
      judgeBytes: true,
      pinListDelayMs: 0,
      boards: DEFAULT_BOARDS,
      ...rest,
    },
    store: new MediaStore(stateDirectory),
    baseUrl: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    limit(account, category) {
      const limit = limits.get(account) ?? rateLimiter(rateLimits, Date.now);
      limits.set(account, limit);
      return limit(category);
    },
    oauth: new SimulatedOAuth(() => Date.now() + passedMs, firstAccount),
    accountOf(token) {
      for (const [account, own] of tokens) if (own === token) return account;
      return simulation.oauth.accountOf(token);
    },
    scopesOf: (token) => ([...tokens.values()].includes(token) ? scopes : simulation.oauth.scopesOf(token)),
    arrived(about) {
      const { operation, account } = about;
      const waiting = injected.find(
        (each) =>
          each.operation === operation && each.times > 0 && (each.account === undefined || each.account === account),
      );
      if (waiting) waiting.times--;
      const fault = waiting?.fault ?? faults?.({ ...about, count: requests.length });
      const request: AnsweredRequest = { ...about, at: Date.now() };
      requests.push(request);
      return { fault, request };
    },
  };
  const { store } = simulation;
  const server = http.createServer((request, response) => {
    response.on('error', () => {});
    const { pathname } = new URL(request.url ?? '/', 'http://simulator');
    if (pathname === '/oauth/') return simulation.oauth.authorize(request, response);
    const answer = pathname.startsWith('/upload/')
      ? answerUpload
      : pathname === '/v5/oauth/token'
        ? answerToken
        : answerMediaApi;
    answer(request, response, simulation).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));

  return {
    url: `${simulation.baseUrl()}/v5`,
    get accessToken() {
      return tokens.get(firstAccount) ?? '';
    },
    authorizeUrl: `${simulation.baseUrl()}/oauth/`,
    oauth: simulation.oauth,
    pass(days) {
      passedMs += days * 24 * 3600 * 1000;
    },
    requests,
    media: (account) => store.all(Date.now(), account),
    pins: () => store.pins(),
    inject: ({ times = 1, ...fault }) => void injected.push({ ...fault, times }),
    renewAccessToken: (token, account = firstAccount) => void tokens.set(account, token),
    forget: (mediaId) => store.forget(mediaId),
    finish: (mediaId, outcome) => store.setOutcome(mediaId, outcome, Date.now()),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      store.close();
    },
  };
}
