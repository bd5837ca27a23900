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

/** An invocation that failed; named as Lambda names it, which is what a state machine's Retry and Catch go by. */
export class InvocationError extends Error {
  /** True when the function did not fail by itself: it was out of time or memory, or its process ended. */
  readonly died: boolean;

  constructor(errorType: string, errorMessage: string, died: boolean) {
    super(errorMessage);
    this.name = errorType;
    this.died = died;
  }
}
