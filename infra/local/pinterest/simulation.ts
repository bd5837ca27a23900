import type { SimulatedBoard } from './boards.ts';
import type { Fault, FaultSource, SimulatedOperation } from './faults.ts';
import type { MediaStore } from './media-store.ts';
import type { SimulatedOAuth } from './oauth.ts';
import type { RateLimitState, RateLimits, rateLimiter } from './rate-limit.ts';

export interface PinterestSimulatorOptions {
  /** Port on 127.0.0.1; a free one by default. */
  port?: number;
  /** The access token of the only account. Not together with `accounts`. */
  accessToken?: string;
  /** Several accounts: their access tokens by name. Each account has its own media, Pins and rate limits. */
  accounts?: Record<string, string>;
  /** Directory that keeps media and Pins across restarts; in memory by default. */
  stateDirectory?: string;
  /** Seconds from the upload to the end of processing. */
  processingSeconds?: (file: { size: number; fileName: string }) => number;
  /** Largest file that the upload policy allows, in bytes; 2 GiB by default. */
  maxUploadBytes?: number;
  /** Seconds until an upload policy expires; an hour by default. */
  policySeconds?: number;
  /** Milliseconds without a byte until an upload fails with RequestTimeout; 20,000 by default. */
  uploadIdleMs?: number;
  /** Minimum latency of every API response, in milliseconds. */
  latencyMs?: number;
  /** The limits of each account. */
  rateLimits?: RateLimits;
  /** Chooses a fault for each request. */
  faults?: FaultSource;
  /** The boards that exist; {@link DEFAULT_BOARDS} by default. */
  boards?: SimulatedBoard[];
  /** The scopes of the access tokens in the options; by default all. A sign-in grants the scopes that it asks for. */
  scopes?: string[];
  /** Milliseconds until a board lists a new Pin. */
  pinListDelayMs?: number;
  /** Whether the processing of a file fails unless it is MP4 or QuickTime, as at Pinterest; true by default. */
  judgeBytes?: boolean;
}

/** A request and its response. */
export interface AnsweredRequest {
  operation: SimulatedOperation;
  mediaId?: string;
  /** Name of the account; {@link ONLY_ACCOUNT} without the option `accounts`, undefined for a refused token. */
  account?: string;
  /** Milliseconds since 1970. */
  at: number;
  /** HTTP status; absent when there was no response. */
  status?: number;
  retryAfterSeconds?: number;
}

/** Stands for the name of the account where there is only one: without the setting `accounts`. */
export const ONLY_ACCOUNT = '';

/** The options that requests do not read. */
type StartOptions = 'port' | 'stateDirectory' | 'faults' | 'rateLimits' | 'accessToken' | 'accounts' | 'scopes';

/** The state that the simulator's modules share. */
export interface Simulation {
  options: Required<Omit<PinterestSimulatorOptions, StartOptions>>;
  store: MediaStore;
  baseUrl: () => string;
  /** Counts a request of an account. */
  limit: (account: string, ...request: Parameters<ReturnType<typeof rateLimiter>>) => RateLimitState | undefined;
  oauth: SimulatedOAuth;
  /** @returns the name of the account that an access token belongs to; undefined when the token is not valid */
  accountOf: (accessToken: string) => string | undefined;
  /** @returns the scopes of a valid access token; undefined when it has all */
  scopesOf: (accessToken: string) => readonly string[] | undefined;
  /** Records a request and chooses its fault. */
  arrived: (request: Pick<AnsweredRequest, 'operation' | 'account' | 'mediaId'>) => {
    fault: Fault | undefined;
    request: AnsweredRequest;
  };
}
