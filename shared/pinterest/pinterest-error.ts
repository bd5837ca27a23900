export type PinterestOperation = 'media_create' | 'media_get' | 'media_list' | 'pins_create' | 'boards_list_pins';

export interface PinterestErrorDetails {
  operation: PinterestOperation;
  /** The answer's HTTP status; absent when there was no answer. */
  status?: number;
  /** Pinterest's own `code`, from the answer's body. */
  code?: number;
  /** Pinterest's own sentence, from the answer's body. */
  says?: string;
  /** `x-pinterest-rid`, which Pinterest's support asks for. */
  requestId?: string;
  /** Seconds that Pinterest asked to wait: Retry-After, or else the reset of an exhausted rate limit. */
  retryAfterSeconds?: number;
  /** True when an answer came that is not what the API's description says. */
  unexpectedAnswer?: boolean;
}

/** Pinterest's code for a token that lacks a scope, with status 401. A sign-in fixes it, another try does not. */
const MISSING_SCOPE = 3;

/** A request to Pinterest's API that did not lead to what was asked for. Its message carries no secret. */
export class PinterestError extends Error {
  override readonly name = 'PinterestError';
  readonly operation: PinterestOperation;
  readonly status: number | undefined;
  readonly code: number | undefined;
  readonly says: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly unexpectedAnswer: boolean;

  constructor(message: string, details: PinterestErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.operation = details.operation;
    this.status = details.status;
    this.code = details.code;
    this.says = details.says;
    this.requestId = details.requestId;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.unexpectedAnswer = details.unexpectedAnswer ?? false;
  }

  /** True when the token was refused: another one may be accepted. */
  get tokenRefused(): boolean {
    return this.status === 401;
  }

  /** True when the token is valid and lacks a scope. */
  get scopeMissing(): boolean {
    return this.status === 401 && this.code === MISSING_SCOPE;
  }
}
