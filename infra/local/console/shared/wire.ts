import type { DroppedObject, Failure, Timeline } from '../../../../shared/events/events.ts';
import type { EventEnvelope } from '../../aws/observation.ts';

/** What the console's server and its page say to each other: JSON of these shapes. */

/** The first three are without a media: in the queue, with a function, and to be tried again later. */
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
  sizeBytes: number;
  state: UploadState;
  mediaId?: string;
  /** Whole percent of the upload to Pinterest. */
  percent?: number;
  /** How often Pinterest was asked whether it is done. */
  polls: number;
  /** When Pinterest is asked next, or the next attempt begins: milliseconds since 1970. */
  nextAt?: number;
  /** Why it waits, as far as this process has heard of it. */
  because?: string;
  timeline: Partial<Timeline> & Pick<Timeline, 'droppedAt'>;
  /** Without a reason when its execution broke and put no final event. */
  failure?: Pick<Failure, 'message' | 'retryable'> & Partial<Pick<Failure, 'reason'>>;
  /** What became of the Pin, where the example publish-pin makes one. */
  pin?: { published: true; pinId: string } | { published: false; why: string };
}

/** All that is known of one upload. */
export interface UploadDetails {
  row: UploadRow;
  /** Not known of one whose message has just left the queue. */
  object?: Pick<DroppedObject, 'bucket' | 'versionId'>;
  /** The final event as its subscribers get it. */
  event?: EventEnvelope;
  /** What else was put on the bus about this upload. */
  otherEvents: EventEnvelope[];
  /** The newest attempt of the same drop since it failed. */
  retriedAs?: string;
  states: { state: string /** Milliseconds since 1970. */; enteredAt: number }[];
  log: LogLine[];
  /** The oldest lines were let go. */
  logCut: boolean;
  /** Who has not taken an event yet. */
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

/** A number that may be unknown, and then why. */
export type Known<T> = ({ known: true } & T) | { known: false; why: string };

/** What stands above the rows. */
export interface Overview {
  /** Of all that was ever dropped here. */
  succeeded: number;
  failed: number;
  underWay: number;
  lastMinute: { files: number; uploadedBytes: number };
  quota: Known<{ left: number }>;
  token: Known<{ daysLeft: number; renewed: boolean }>;
  faults: FaultSwitch[];
}

/** A fault of the simulated Pinterest that a person can turn on. */
export interface FaultSwitch {
  name: string;
  label: string;
  /** What Pindrop does about it. */
  consequence: string;
  on: boolean;
  /** When it ends by itself: milliseconds since 1970. */
  until?: number;
}

/** What does not change while the process lives. */
export interface Place {
  bucket: string;
  endpoint: string;
  region: string;
  /** What S3 clients sign with. */
  accessKey: { accessKeyId: string; secretAccessKey: string };
  /** `simulator`, or the host of Pinterest's API. */
  pinterest: string;
  simulated: boolean;
  /** Only keys that start with this are uploaded. */
  prefix: string;
}

/** Events of the stream, by name. */
export interface StreamEvents {
  /** The first one after each connection: everything. */
  snapshot: {
    place: Place;
    overview: Overview;
    rows: UploadRow[] /** Milliseconds since 1970, by the server. */;
    now: number;
  };
  rows: UploadRow[];
  overview: Overview;
}
