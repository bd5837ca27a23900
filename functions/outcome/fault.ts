import { FormUploadError } from '../../shared/pinterest/form-upload-error.ts';
import { PinterestError, type PinterestOperation } from '../../shared/pinterest/pinterest-error.ts';
import { TokenMissingError } from '../../shared/pinterest/token-secret.ts';
import type { PauseReason } from '../../shared/upload/gate-value.ts';

/** A fault as plain data: the input of `decide`. */
export type Fault =
  /** Pinterest's API answered, but not with a usable response. */
  | {
      at: PinterestOperation;
      kind: 'answer';
      status: number;
      code?: number;
      /** Pinterest's own message. */
      says?: string;
      /** The token is valid and lacks a scope. */
      scopeMissing?: boolean;
      retryAfterSeconds?: number;
      unexpected: boolean;
    }
  /** Pinterest's API did not answer. */
  | { at: PinterestOperation; kind: 'no-answer' }
  /** The upload host answered with something other than success. */
  | { at: 'upload'; kind: 'answer'; status: number; s3Code?: string; s3Message?: string }
  /** The connection to the upload host broke, or stood still. */
  | { at: 'upload'; kind: 'no-answer' }
  /** The function's time ended before all bytes were sent. */
  | { at: 'upload'; kind: 'too-slow'; sentBytes: number; sizeBytes: number; seconds: number }
  /** Pindrop must not send a file to this upload host. */
  | { at: 'upload'; kind: 'untrusted-host' }
  /** The stream of the object's bytes ended early. */
  | { at: 'source'; kind: 'broken' }
  /** `sidecar` is the key of the video's sidecar when that object, and not the video, could not be read. */
  | { at: 'source'; kind: SourceFaultKind; answer?: string; sidecar?: string }
  /** The secret holds no access token yet. */
  | { at: 'token'; kind: 'missing' }
  /** The upload's account is not in the setting `accounts` any more. */
  | { at: 'account'; kind: 'unknown' }
  /** Registrations of the upload's account failed just now, so this one was not requested. */
  | { at: 'account'; kind: 'paused'; because: PauseReason; retryAfterSeconds: number }
  /** Any other fault: of an AWS service, or a bug in Pindrop. */
  | { at: 'pindrop'; kind: 'unknown' };

/** Thrown when an upload belongs to an account that the setting `accounts` does not contain. */
export class UnknownAccountError extends Error {
  override readonly name = 'UnknownAccountError';
}

/** Thrown instead of a registration's request while the account is paused after failed registrations. */
export class AccountPausedError extends Error {
  override readonly name = 'AccountPausedError';
  readonly because: PauseReason;
  readonly retryAfterSeconds: number;

  constructor(because: PauseReason, retryAfterSeconds: number) {
    super('No registration was requested, because the last one of this account failed.');
    this.because = because;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Thrown when Pinterest names an upload host that Pindrop must not send a file to. */
export class UntrustedUploadHostError extends Error {
  override readonly name = 'UntrustedUploadHostError';
}

/** Thrown when the function's time ended before all of a file's bytes were sent. */
export class UploadTooSlowError extends Error {
  override readonly name = 'UploadTooSlowError';
  readonly sent: { sentBytes: number; sizeBytes: number; seconds: number };

  /** @param sent the bytes sent, and the time that they took */
  constructor(sent: { sentBytes: number; sizeBytes: number; seconds: number }, options?: ErrorOptions) {
    super(`${sent.sentBytes} of ${sent.sizeBytes} bytes were sent in ${Math.round(sent.seconds)} s.`, options);
    this.sent = sent;
  }
}

export type SourceFaultKind =
  /** The object, or its version, was deleted. */
  | 'missing'
  /** The object was replaced after the drop. */
  | 'changed'
  /** S3 denies Pindrop access to the object. */
  | 'denied'
  /** The object is archived and must be restored before it can be read. */
  | 'archived'
  /** The object is encrypted with a key that only its owner has (SSE-C). */
  | 'customer-key'
  /** S3 refuses the object for another reason, such as a disabled key. */
  | 'refused'
  /** S3 is overloaded or broken, or sent another response than requested. */
  | 'trouble';

/** Thrown when the dropped object or its sidecar cannot be read, or when the object was replaced after the drop. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly kind: SourceFaultKind;
  /** S3's own status, code and message, such as `403 AccessDenied: Access Denied`. */
  readonly answer: string | undefined;
  /** The sidecar's key; undefined when the dropped object itself cannot be read. */
  readonly sidecar: string | undefined;

  constructor(
    kind: SourceFaultKind,
    { answer, sidecar, ...options }: ErrorOptions & { answer?: string; sidecar?: string } = {},
  ) {
    const what = sidecar === undefined ? 'The dropped object' : 'The sidecar of the dropped object';
    super(`${what}: ${kind}${answer === undefined ? '' : ` (${answer})`}.`, options);
    this.kind = kind;
    this.answer = answer;
    this.sidecar = sidecar;
  }
}

/** True when the token is missing, was refused, or lacks a scope. Only a new sign-in or a token rotation fixes this. */
export function isTokenFault(error: unknown): boolean {
  return error instanceof TokenMissingError || (error instanceof PinterestError && error.tokenRefused);
}

/** True for a fault of Pindrop's own: of an AWS service, of the settings, or a bug. */
export const isOwnFault = (error: unknown): boolean =>
  faultOf(error).at === 'pindrop' || error instanceof UnknownAccountError;

/** Translates an error of the clients that the functions use into a fault. */
export function faultOf(error: unknown): Fault {
  if (error instanceof PinterestError) return pinterestFault(error);
  if (error instanceof FormUploadError) return formUploadFault(error);
  if (error instanceof TokenMissingError) return { at: 'token', kind: 'missing' };
  if (error instanceof UploadTooSlowError) return { at: 'upload', kind: 'too-slow', ...error.sent };
  if (error instanceof UntrustedUploadHostError) return { at: 'upload', kind: 'untrusted-host' };
  if (error instanceof UnknownAccountError) return { at: 'account', kind: 'unknown' };
  if (error instanceof AccountPausedError) {
    const { because, retryAfterSeconds } = error;
    return { at: 'account', kind: 'paused', because, retryAfterSeconds };
  }
  if (error instanceof SourceError) {
    const { kind, answer, sidecar } = error;
    return { at: 'source', kind, answer, sidecar };
  }
  return { at: 'pindrop', kind: 'unknown' };
}

function pinterestFault(error: PinterestError): Fault {
  const { operation: at, status, code, says, scopeMissing, retryAfterSeconds, unexpectedAnswer: unexpected } = error;
  if (status === undefined) return { at, kind: 'no-answer' };
  return { at, kind: 'answer', status, code, says, scopeMissing, retryAfterSeconds, unexpected };
}

function formUploadFault({ side, status, s3Code, s3Message }: FormUploadError): Fault {
  if (side === 'source') return { at: 'source', kind: 'broken' };
  if (status === undefined) return { at: 'upload', kind: 'no-answer' };
  return { at: 'upload', kind: 'answer', status, s3Code, s3Message };
}
