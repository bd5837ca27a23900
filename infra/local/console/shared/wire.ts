import type { DroppedObject, Failure, Sidecar, Timeline } from '../../../../shared/events/events.ts';
import type { EventEnvelope } from '../../aws/observation.ts';

/** The JSON shapes between the console's server and its page. */

/**
 * `dropped`: in the queue. `taken-up`: in a function. `waiting`: waiting for another attempt. In these three states
 * Pinterest has no media yet.
 */
export type UploadState =
  | 'dropped'
  | 'taken-up'
  | 'waiting'
  | 'registered'
  | 'uploading'
  | 'processing'
  | 'succeeded'
  | 'failed';

/** One upload, as a row of the page. */
export interface UploadRow {
  uploadId: string;
  key: string;
  /** Name of the Pinterest account, if the stack has several. */
  account?: string;
  sizeBytes: number;
  state: UploadState;
  mediaId?: string;
  /** Whole percent of the upload to Pinterest. */
  percent?: number;
  /** Number of polls so far. */
  polls: number;
  /** Epoch ms of the next poll, or of the next attempt. */
  nextAt?: number;
  /** Why the upload waits; unknown if the reason was logged before this npm start. */
  because?: string;
  timeline: Partial<Timeline> & Pick<Timeline, 'droppedAt'>;
  /** The failure. `reason` is absent if the execution failed and put no final event. */
  failure?: Pick<Failure, 'message' | 'retryable'> & Partial<Pick<Failure, 'reason'>>;
  /** The Pin, if the example publish-pin has tried to create it or waits until it is due (ISO 8601, UTC). */
  pin?: { published: true; pinId: string } | { published: false; why: string } | { dueAt: string };
}

/** All known details of one upload. */
export interface UploadDetails {
  row: UploadRow;
  /** Absent for an upload whose message has just left the queue. */
  object?: Pick<DroppedObject, 'bucket' | 'versionId'>;
  /** The JSON object stored beside the video. Absent until the execution starts. */
  sidecar?: Sidecar;
  /** The final event, as subscribers receive it. */
  event?: EventEnvelope;
  /** Other events on the bus about this upload. */
  otherEvents: EventEnvelope[];
  /** Upload id of the newest later attempt of the same drop, if this upload failed. */
  retriedAs?: string;
  /** `enteredAt` is in epoch ms. */
  states: { state: string; enteredAt: number }[];
  log: LogLine[];
  /** True if the oldest lines were dropped. */
  logCut: boolean;
  /** Targets that have not accepted an event yet. `dueAt` is in epoch ms. */
  deliveries: { target: string; attempts: number; dueAt: number }[];
}

export interface LogLine {
  /** ISO 8601 UTC */
  at: string;
  level: string;
  functionName: string;
  message: string;
  details: Record<string, unknown>;
}

/**
 * A figure, or the reason why it is unknown. With several accounts it is the figure of the account with the least left,
 * which `account` names.
 */
type Known<T> = { account?: string } & (({ known: true } & T) | { known: false; why: string });

/** The figures above the rows. */
export interface Overview {
  /** Since the first start. */
  succeeded: number;
  failed: number;
  underWay: number;
  lastMinute: { files: number; uploadedBytes: number };
  quota: Known<{ left: number }>;
  token: Known<{ daysLeft: number; renewed: boolean }>;
  faults: FaultSwitch[];
}

/** A fault of the simulated Pinterest that a person can switch on. */
export interface FaultSwitch {
  name: string;
  label: string;
  /** How Pindrop reacts to the fault. */
  consequence: string;
  on: boolean;
  /** Epoch ms at which the fault ends by itself. */
  until?: number;
}

/** The stack and its Pinterest. Constant until the process ends. */
export interface StackInfo {
  bucket: string;
  endpoint: string;
  region: string;
  /** The key that S3 clients sign with. */
  accessKey: { accessKeyId: string; secretAccessKey: string };
  /** `simulator`, or the host of Pinterest's API. */
  pinterest: string;
  simulated: boolean;
  /** Only keys that start with this are uploaded; '' when there are accounts. */
  prefix: string;
  /** Only keys that end in one of these are uploaded, in upper or lower case; empty for all keys. */
  suffixes: string[];
  /** The Pinterest accounts, each with the prefix of its keys; empty without the setting `accounts`. */
  accounts: { name: string; prefix: string }[];
}

/** Events of the stream, by name. */
export interface StreamEvents {
  /** The first event of each connection, with the complete state. */
  snapshot: {
    stack: StackInfo;
    overview: Overview;
    rows: UploadRow[];
    /** Epoch ms by the server's clock. */
    now: number;
  };
  rows: UploadRow[];
  overview: Overview;
}
