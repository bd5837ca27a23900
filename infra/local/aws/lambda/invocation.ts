/** The message that the process of a function receives for each invocation. */
export interface InvocationRequest {
  event: unknown;
  requestId: string;
  /** The time at which the function times out, in milliseconds since 1970. */
  deadline: number;
}

/** A message that the process of a function sends back. */
export type InvocationAnswer =
  | { kind: 'ready' }
  | { kind: 'result'; result: unknown }
  | { kind: 'error'; errorType: string; errorMessage: string };

/** A failed invocation. Its `name` is Lambda's error name, which Retry and Catch of a state machine match. */
export class InvocationError extends Error {
  /** False when the function threw. True when it exceeded its time or memory limit, or when its process ended. */
  readonly died: boolean;

  constructor(errorType: string, errorMessage: string, died: boolean) {
    super(errorMessage);
    this.name = errorType;
    this.died = died;
  }
}
