import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { VIDEO_LIMITS } from '../../../shared/pinterest/video-limits.ts';
import type { InjectedFault } from './faults.ts';
import { answerMediaApi } from './media-api.ts';
import { MediaStore, type SimulatedMedia, type SimulatedPin } from './media-store.ts';
import { SimulatedOAuth } from './oauth.ts';
import { rateLimiter } from './rate-limit.ts';
import type { AnsweredRequest, PinterestSimulatorOptions, Simulation } from './simulation.ts';
import { answerUpload } from './upload-host.ts';

/** What the simulator takes as access token unless it is told another. */
export const SIMULATED_ACCESS_TOKEN = 'pina_simulated_access_token';

export interface PinterestSimulator {
  /** Base URL of the API, with its version. */
  url: string;
  accessToken: string;
  /** Where a person signs in. */
  authorizeUrl: string;
  /** The authorization server: its tokens are taken beside the one above. */
  oauth: SimulatedOAuth;
  /** Lets days pass for the tokens. */
  pass(days: number): void;
  /** Every request so far, in the order in which they came. */
  requests: readonly AnsweredRequest[];
  media(): SimulatedMedia[];
  /** Newest first. */
  pins(): SimulatedPin[];
  /** Makes the next request of an operation go wrong. */
  inject(fault: InjectedFault): void;
  /** Refuses the old access token from now on. */
  renewAccessToken(accessToken: string): void;
  /** Answers 404 for a media from now on. */
  forget(mediaId: string): void;
  /** Ends a media's processing now. */
  finish(mediaId: string, outcome: 'succeeded' | 'failed'): void;
  close(): Promise<void>;
}

const answerToken = (request: http.IncomingMessage, response: http.ServerResponse, { oauth }: Simulation) =>
  oauth.token(request, response);

/** Seconds: long enough to be seen, short enough for someone who tries it out; large files take longer, to half a minute. */
export const processingSecondsBySize = ({ size }: { size: number }) => Math.min(30, 3 + size / 50_000_000);

/**
 * A stand-in for Pinterest's API, as far as videos and their Pins go, and its upload host, on loopback. Its answers follow the official OpenAPI, its
 * upload host S3's POST Object with a policy that is signed and verified.
 *
 * A file whose name contains `simulate-failed` ends as `failed`, and so does one that is no MP4 or QuickTime file.
 */
export async function startPinterestSimulator(options: PinterestSimulatorOptions = {}): Promise<PinterestSimulator> {
  const { port = 0, stateDirectory, faults, rateLimits = {}, ...rest } = options;
  const requests: AnsweredRequest[] = [];
  const injected: Required<InjectedFault>[] = [];
  let passedMs = 0;
  const simulation: Simulation = {
    options: {
      accessToken: SIMULATED_ACCESS_TOKEN,
      processingSeconds: processingSecondsBySize,
      maxUploadBytes: VIDEO_LIMITS.maxBytes,
      policySeconds: 3600,
      uploadIdleMs: 20_000,
      latencyMs: 0,
      judgeBytes: true,
      pinListDelayMs: 0,
      ...rest,
    },
    store: new MediaStore(stateDirectory),
    baseUrl: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    limit: rateLimiter(rateLimits, Date.now),
    oauth: new SimulatedOAuth(() => Date.now() + passedMs),
    arrived(operation, mediaId) {
      const about = { operation, ...(mediaId === undefined ? {} : { mediaId }) };
      const waiting = injected.find((each) => each.operation === operation && each.times > 0);
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
      return simulation.options.accessToken;
    },
    authorizeUrl: `${simulation.baseUrl()}/oauth/`,
    oauth: simulation.oauth,
    pass(days) {
      passedMs += days * 24 * 3600 * 1000;
    },
    requests,
    media: () => store.all(Date.now()),
    pins: () => store.pins(),
    inject: ({ times = 1, ...fault }) => void injected.push({ ...fault, times }),
    renewAccessToken(accessToken) {
      simulation.options.accessToken = accessToken;
    },
    forget: (mediaId) => store.forget(mediaId),
    finish: (mediaId, outcome) => store.setOutcome(mediaId, outcome, Date.now()),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      store.close();
    },
  };
}
