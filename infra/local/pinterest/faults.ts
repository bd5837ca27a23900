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
  /** Answered with 200 and something that is not what was promised. */
  | { kind: 'garbage' }
  /** The connection is reset: before an answer, and in an upload after so many bytes of its body. */
  | { kind: 'reset'; afterBytes?: number }
  /** Never answered. */
  | { kind: 'hang' }
  /** An upload that is read no faster than this. */
  | { kind: 'slow-network'; bytesPerSecond: number }
  /** An upload that is taken, and that Pinterest cannot process. */
  | { kind: 'not-processable' }
  /** Answered as usual, so many milliseconds late. */
  | { kind: 'slow'; milliseconds: number }
  /** An upload that is stored, or a Pin that is made, and whose answer is lost. */
  | { kind: 'stored-not-answered' }
  /** A Pin that is made so many milliseconds after the connection was reset. */
  | { kind: 'made-late'; milliseconds: number };

export interface FaultyRequest {
  operation: SimulatedOperation;
  /** Only in media_get and upload. */
  mediaId?: string;
  /** How many requests there were before this one. */
  count: number;
}

/** Draws a fault for a request; undefined lets it be. */
export type FaultSource = (request: FaultyRequest) => Fault | undefined;

/** A fault that waits for its operation. */
export interface InjectedFault {
  operation: SimulatedOperation;
  fault: Fault;
  /** Requests that it strikes; 1 unless said otherwise. */
  times?: number;
}
