import type { PinterestOperation } from '../../../shared/pinterest/pinterest-error.ts';

export type SimulatedOperation = PinterestOperation | 'upload';

/** A failure or a delay of one request. */
export type Fault =
  /** The response has this status and Pinterest's error body; for an upload, S3's error document. */
  | { kind: 'status'; status: number; code?: number; message?: string; s3Code?: string; retryAfterSeconds?: number }
  /** The response is a gateway's HTML error page. */
  | { kind: 'html'; status: number }
  /** The response has status 200 and a body that is not valid JSON. */
  | { kind: 'garbage' }
  /** The connection is closed before a response; during an upload, after this many bytes of the body. */
  | { kind: 'reset'; afterBytes?: number }
  /** The request never gets a response. */
  | { kind: 'hang' }
  /** The simulator reads an upload no faster than this. */
  | { kind: 'slow-network'; bytesPerSecond: number }
  /** The upload is accepted, but its processing fails. */
  | { kind: 'not-processable' }
  /** The usual response comes this many milliseconds late. */
  | { kind: 'slow'; milliseconds: number }
  /** The upload is stored, or the Pin is created, but the response is lost. */
  | { kind: 'stored-not-answered' }
  /** The connection is closed, and the Pin is created this many milliseconds later. */
  | { kind: 'made-late'; milliseconds: number };

export interface FaultyRequest {
  operation: SimulatedOperation;
  /** Name of the account that the token, or the upload, belongs to; undefined for a refused token. */
  account?: string;
  /** Set only for media_get. */
  mediaId?: string;
  /** Number of requests before this one, of all operations. */
  count: number;
}

/** Chooses a fault for a request; undefined means no fault. */
export type FaultSource = (request: FaultyRequest) => Fault | undefined;

/** A fault for the next requests of an operation. */
export interface InjectedFault {
  operation: SimulatedOperation;
  /** The only account whose requests the fault hits; by default the requests of every account. */
  account?: string;
  fault: Fault;
  /** Number of requests that the fault hits; 1 by default. */
  times?: number;
}
