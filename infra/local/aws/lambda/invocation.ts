/** What goes to the process of a function. */
export interface InvocationRequest {
  event: unknown;
  requestId: string;
  /** Milliseconds since 1970 at which the function is out of time. */
  deadline: number;
}

/** What comes back from it. */
export type InvocationAnswer =
  | { kind: 'ready' }
  | { kind: 'result'; result: unknown }
  | { kind: 'error'; errorType: string; errorMessage: string };

/** An invocation that failed. The name is Lambda's, which Retry and Catch of a state machine match. */
export class InvocationError extends Error {
  /** True when the function did not throw: it ran out of time or memory, or its process ended. */
  readonly died: boolean;

  constructor(errorType: string, errorMessage: string, died: boolean) {
    super(errorMessage);
    this.name = errorType;
    this.died = died;
  }
}
