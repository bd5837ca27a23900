import type { Fault, FaultSource, SimulatedOperation } from './faults.ts';
import type { MediaStore } from './media-store.ts';
import type { SimulatedOAuth } from './oauth.ts';
import type { RateLimits, rateLimiter } from './rate-limit.ts';

export interface PinterestSimulatorOptions {
  /** Port on 127.0.0.1; a free one by default. */
  port?: number;
  accessToken?: string;
  /** Directory in which media and their states survive a restart; memory by default. */
  stateDirectory?: string;
  /** Seconds from the upload to the end of processing. */
  processingSeconds?: (file: { size: number; fileName: string }) => number;
  /** Largest file that the upload policy allows, in bytes; 2 GiB by default. */
  maxUploadBytes?: number;
  /** Seconds that an upload policy lives; an hour by default. */
  policySeconds?: number;
  /** Milliseconds without a byte until the answer to an upload is RequestTimeout. */
  uploadIdleMs?: number;
  /** Milliseconds that every answer takes at least. */
  latencyMs?: number;
  rateLimits?: RateLimits;
  /** Chooses a fault for each request. */
  faults?: FaultSource;
  /** The boards that exist; all by default. */
  boards?: string[];
  /** Milliseconds until a new Pin is listed on its board. */
  pinListDelayMs?: number;
  /** Whether a file that is not MP4 or QuickTime fails in processing, as at Pinterest; true by default. */
  judgeBytes?: boolean;
}

/** A request and its answer. */
export interface AnsweredRequest {
  operation: SimulatedOperation;
  mediaId?: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Absent when there was no answer. */
  status?: number;
  retryAfterSeconds?: number;
}

/** What the simulator's parts share. */
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
