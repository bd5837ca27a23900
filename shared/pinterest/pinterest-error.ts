export type PinterestOperation =
  | 'media_create'
  | 'media_get'
  | 'media_list'
  | 'pins_create'
  | 'boards_list'
  | 'boards_list_pins'
  | 'board_sections_list';

export interface PinterestErrorDetails {
  operation: PinterestOperation;
  /** The response's HTTP status; absent when there was no response. */
  status?: number;
  /** Pinterest's own `code`, from the response body. */
  code?: number;
  /** Pinterest's own message, from the response body. */
  says?: string;
  /** The header `x-pinterest-rid`. Pinterest's support asks for it. */
  requestId?: string;
  /** Seconds that Pinterest asked to wait: from Retry-After, otherwise from the reset of an exhausted rate limit. */
  retryAfterSeconds?: number;
  /** True when the response does not match the API's description. */
  unexpectedAnswer?: boolean;
}

/**
 * Pinterest's code for a token that lacks a scope, with status 401. A new sign-in fixes this; a repeated request does
 * not.
 */
const MISSING_SCOPE = 3;

/** A failed request to Pinterest's API. The message contains no secret. */
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
