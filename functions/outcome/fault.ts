import { FormUploadError } from '../../shared/pinterest/form-upload-error.ts';
import { PinterestError, type PinterestOperation } from '../../shared/pinterest/pinterest-error.ts';

/** What went wrong, as plain data: what `decide` decides on. */
export type Fault =
  /** Pinterest's API answered, but not with what was asked for. */
  | {
      at: PinterestOperation;
      kind: 'answer';
      status: number;
      code?: number;
      retryAfterSeconds?: number;
      unexpected: boolean;
    }
  /** Pinterest's API did not answer. */
  | { at: PinterestOperation; kind: 'no-answer' }
  /** The upload host answered with something other than success. */
  | { at: 'upload'; kind: 'answer'; status: number; s3Code?: string; s3Message?: string }
  /** The connection to the upload host broke, or stood still. */
  | { at: 'upload'; kind: 'no-answer' }
  /** The upload host is none that a file may be sent to. */
  | { at: 'upload'; kind: 'untrusted-host' }
  /** The object's bytes could not be read to the end. */
  | { at: 'source'; kind: 'broken' }
  /** The object, or its version, is not there any more. */
  | { at: 'source'; kind: 'missing' }
  /** The object is not the one that was dropped any more. */
  | { at: 'source'; kind: 'changed' }
  /** S3 does not let us read the object. */
  | { at: 'source'; kind: 'denied' }
  /** The secret holds no access token yet. */
  | { at: 'token'; kind: 'missing' }
  /** Anything else: one of AWS's services, or a mistake of ours. */
  | { at: 'pindrop'; kind: 'unknown' };

/** Raised where no access token can be had. */
export class TokenMissingError extends Error {
  override readonly name = 'TokenMissingError';
}

/** Raised where Pinterest names an upload host that a file must not be sent to. */
export class UntrustedUploadHostError extends Error {
  override readonly name = 'UntrustedUploadHostError';
}

/** Raised where the dropped object cannot be read, or is not the one that was dropped. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly kind: 'missing' | 'changed' | 'denied';

  constructor(kind: 'missing' | 'changed' | 'denied', options?: ErrorOptions) {
    super(`The dropped object is ${kind}.`, options);
    this.kind = kind;
  }
}

/** True when a token is what is missing: a person, or a rotation, has to see to it. */
export function isTokenFault(error: unknown): boolean {
  return error instanceof TokenMissingError || (error instanceof PinterestError && error.tokenRefused);
}

/** The fault behind an error of the clients that the functions use. */
export function faultOf(error: unknown): Fault {
  if (error instanceof PinterestError) return pinterestFault(error);
  if (error instanceof FormUploadError) return formUploadFault(error);
  if (error instanceof TokenMissingError) return { at: 'token', kind: 'missing' };
  if (error instanceof UntrustedUploadHostError) return { at: 'upload', kind: 'untrusted-host' };
  if (error instanceof SourceError) return { at: 'source', kind: error.kind };
  return { at: 'pindrop', kind: 'unknown' };
}

function pinterestFault(error: PinterestError): Fault {
  const { operation: at, status, code, retryAfterSeconds, unexpectedAnswer: unexpected } = error;
  if (status === undefined) return { at, kind: 'no-answer' };
  return {
    at,
    kind: 'answer',
    status,
    unexpected,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function formUploadFault({ side, status, s3Code, s3Message }: FormUploadError): Fault {
  if (side === 'source') return { at: 'source', kind: 'broken' };
  if (status === undefined) return { at: 'upload', kind: 'no-answer' };
  return {
    at: 'upload',
    kind: 'answer',
    status,
    ...(s3Code === undefined ? {} : { s3Code }),
    ...(s3Message === undefined ? {} : { s3Message }),
  };
}
