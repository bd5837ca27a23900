import type { Fault, FaultSource, SimulatedOperation } from './faults.ts';
import type { MediaStore } from './media-store.ts';
import type { SimulatedOAuth } from './oauth.ts';
import type { RateLimits, rateLimiter } from './rate-limit.ts';

export interface PinterestSimulatorOptions {
  /** Port on 127.0.0.1; a free one by default. */
  port?: number;
  accessToken?: string;
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
  rateLimits?: RateLimits;
  /** Chooses a fault for each request. */
  faults?: FaultSource;
  /** Ids of the boards that exist; by default every board exists. */
  boards?: string[];
  /** Milliseconds until a board lists a new Pin. */
  pinListDelayMs?: number;
  /** Whether the processing of a file fails unless it is MP4 or QuickTime, as at Pinterest; true by default. */
  judgeBytes?: boolean;
}

/** A request and its response. */
export interface AnsweredRequest {
  operation: SimulatedOperation;
  mediaId?: string;
  /** Milliseconds since 1970. */
  at: number;
  /** HTTP status; absent when there was no response. */
  status?: number;
  retryAfterSeconds?: number;
}

/** The state that the simulator's modules share. */
export interface Simulation {
  options: Required<Omit<PinterestSimulatorOptions, 'port' | 'stateDirectory' | 'faults' | 'rateLimits' | 'boards'>> &
    Pick<PinterestSimulatorOptions, 'boards'>;
  store: MediaStore;
  baseUrl: () => string;
  limit: ReturnType<typeof rateLimiter>;
  oauth: SimulatedOAuth;
  /** Records a request and chooses its fault. */
  arrived: (operation: SimulatedOperation, mediaId?: string) => { fault: Fault | undefined; request: AnsweredRequest };
}
