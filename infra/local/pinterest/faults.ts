export type SimulatedOperation =
  | 'media_create'
  | 'media_get'
  | 'media_list'
  | 'pins_create'
  | 'boards_list_pins'
  | 'upload';

/** Something that goes wrong with one request. */
export type Fault =
  /** Answered with this status and Pinterest's error body, or S3's for an upload. */
  | { kind: 'status'; status: number; code?: number; s3Code?: string; retryAfterSeconds?: number }
  /** Answered with a gateway's HTML page. */
  | { kind: 'html'; status: number }
  /** Answered with 200 and a body that is not valid JSON. */
  | { kind: 'garbage' }
  /** The connection is reset before an answer; in an upload, after this many bytes of its body. */
  | { kind: 'reset'; afterBytes?: number }
  /** Never answered. */
  | { kind: 'hang' }
  /** An upload that is read no faster than this. */
  | { kind: 'slow-network'; bytesPerSecond: number }
  /** An upload that is accepted and that Pinterest cannot process. */
  | { kind: 'not-processable' }
  /** Answered as usual, this many milliseconds late. */
  | { kind: 'slow'; milliseconds: number }
  /** The upload is stored, or the Pin is made, but the answer is lost. */
  | { kind: 'stored-not-answered' }
  /** The connection is reset, and the Pin is made this many milliseconds later. */
  | { kind: 'made-late'; milliseconds: number };

export interface FaultyRequest {
  operation: SimulatedOperation;
  /** Only in media_get and upload. */
  mediaId?: string;
  /** Number of requests before this one. */
  count: number;
}

/** Chooses a fault for a request; undefined for none. */
export type FaultSource = (request: FaultyRequest) => Fault | undefined;

/** A fault for the next requests of an operation. */
export interface InjectedFault {
  operation: SimulatedOperation;
  fault: Fault;
  /** Number of requests that it strikes; 1 by default. */
  times?: number;
}
