import type { KnownFailure } from '../../shared/events/events.ts';
import type { FailureReason } from '../../shared/events/names.ts';
import type { PinterestOperation } from '../../shared/pinterest/pinterest-error.ts';
import { scopesInWords } from '../../shared/pinterest/scopes.ts';
import { signInCommand } from '../../shared/upload/sign-in.ts';
import type { Fault } from './fault.ts';

/** What caused the fault, for logs and metrics. */
export type Blame = 'file' | 'pinterest-for-now' | 'pinterest-for-good' | 'token' | 'ours';

export type Decision =
  | { action: 'retry'; blame: Blame; afterSeconds: number; because: string }
  /**
   * `because` names the transient fault that lasted longer than the give-up time. It is absent for a permanent fault.
   */
  | { action: 'fail'; blame: Blame; failure: KnownFailure; because?: string };

/** How long and how often transient faults are retried. */
export interface RetryPolicy {
  /** Seconds from the drop until Pindrop gives up. */
  giveUpAfterSeconds: number;
  /**
   * Longest wait between two attempts, in seconds. A wait is longer only if Pinterest asks for more, or if {@link
   * leastWaitSeconds} gives more.
   */
  maxBackoffSeconds: number;
}

export interface Circumstances extends RetryPolicy {
  /** Attempts made before this one, 0 for the first. */
  attempt: number;
  /** Seconds from the drop until now. */
  ageSeconds: number;
  /** The name of the Pinterest account; undefined without the setting `accounts`. */
  account?: string;
  /** Random number for the jitter, from 0 up to 1. */
  random?: number;
}

const FIRST_WAIT_SECONDS = 5;
/**
 * The longest wait in seconds that Pindrop accepts from a response of Pinterest. SQS hides a message for at most 12
 * hours after it was received. If Pinterest really needs a longer wait, the next request gets the same response again.
 */
export const LONGEST_ASKED_WAIT_SECONDS = 11 * 60 * 60;

/**
 * Seconds until the next attempt. The wait doubles from 5 s; jitter takes off up to half of it. No wait is longer than
 * an eighth of the give-up time, so that several attempts are made even if the give-up time is short.
 * @param attempt attempts made before, 0 for the first
 * @param random 0 up to 1
 */
export function backoffSeconds(
  attempt: number,
  { giveUpAfterSeconds, maxBackoffSeconds }: RetryPolicy,
  random: number = Math.random(),
): number {
  const longest = Math.min(maxBackoffSeconds, giveUpAfterSeconds / 8);
  const ceiling = Math.min(longest, FIRST_WAIT_SECONDS * 2 ** Math.min(attempt, 20));
  return Math.ceil(ceiling / 2 + (ceiling / 2) * random);
}

/**
 * The shortest wait: a hundredth of the time waited so far. Without this limit, a short `maxBackoffSeconds` and a long
 * outage would exceed the maximum number of events in an execution (25,000) or of receives of a message (1,000). With
 * this limit there are fewer than 900 attempts in five days, whatever the settings.
 * @param ageSeconds seconds since the start of the give-up time, for example since the drop
 */
export function leastWaitSeconds(ageSeconds: number): number {
  return Math.ceil(ageSeconds / 100);
}

type Judgement =
  | { passes: true; blame: Blame; because: string; askedSeconds?: number }
  | { passes: false; blame: Blame; failure: KnownFailure };

/**
 * Decides what happens to a drop after a fault: a new attempt after a wait, or a permanent failure. A transient fault
 * is retried until the give-up time, and never earlier than Pinterest asked for.
 */
export function decide(fault: Fault, circumstances: Circumstances): Decision {
  const judgement = judge(fault, circumstances);
  if (!judgement.passes) return { action: 'fail', blame: judgement.blame, failure: judgement.failure };
  const { blame, because, askedSeconds } = judgement;
  const { attempt, ageSeconds, giveUpAfterSeconds, random = Math.random() } = circumstances;
  if (ageSeconds >= giveUpAfterSeconds) {
    return { action: 'fail', blame, because, failure: gaveUp(because, giveUpAfterSeconds) };
  }
  const afterSeconds = Math.max(
    backoffSeconds(attempt, circumstances, random),
    leastWaitSeconds(ageSeconds),
    // Add jitter: otherwise all files with the same Retry-After would be retried in the same second.
    Math.ceil(Math.min(askedSeconds ?? 0, LONGEST_ASKED_WAIT_SECONDS / 1.1) * (1 + 0.1 * random)),
  );
  return { action: 'retry', blame, because, afterSeconds };
}

/** The failure of a drop whose transient faults lasted longer than the give-up time. */
export function gaveUp(because: string, giveUpAfterSeconds: number): KnownFailure {
  const hours = Math.round(giveUpAfterSeconds / 360) / 10;
  return {
    reason: 'gave_up',
    message: `Pindrop gave up ${hours} h after the drop: ${because} The file is still in the bucket: retry it once the cause is fixed.`,
    retryable: true,
  };
}

const forNow = (because: string, askedSeconds?: number): Judgement => ({
  passes: true,
  blame: 'pinterest-for-now',
  because,
  askedSeconds,
});

const ours = (because: string): Judgement => ({ passes: true, blame: 'ours', because });

const final = (blame: Blame, reason: FailureReason, message: string, retryable: boolean): Judgement => ({
  passes: false,
  blame,
  failure: { reason, message, retryable },
});

function judge(fault: Fault, { ageSeconds, account }: Pick<Circumstances, 'ageSeconds' | 'account'>): Judgement {
  switch (fault.at) {
    case 'media_create':
    case 'media_get':
    case 'media_list':
    case 'pins_create':
    case 'boards_list':
    case 'boards_list_pins':
    case 'board_sections_list':
      return fault.kind === 'no-answer' ? forNow('Pinterest did not answer.') : judgeApiAnswer(fault, account);
    case 'upload':
      return judgeUpload(fault, ageSeconds);
    case 'source':
      return judgeSource(fault);
    case 'token':
      return {
        passes: true,
        blame: 'token',
        because: 'The secret contains no access token: sign in, or put a token into the secret.',
      };
    case 'account':
      return judgeAccount(fault, account);
    case 'pindrop':
      return ours('Pindrop itself had a fault: the log of the function has the error.');
  }
}

function judgeAccount(fault: Extract<Fault, { at: 'account' }>, account: string | undefined): Judgement {
  if (fault.kind === 'unknown') {
    return ours('The setting accounts does not contain the account of this upload any more: deploy with it again.');
  }
  const { because, retryAfterSeconds: askedSeconds } = fault;
  if (because === 'outage') return forNow(`Registrations for the account ${account} fail at the moment.`, askedSeconds);
  const says = `The access token of ${account} is missing, or Pinterest refuses it: sign in with ${signInCommand(account)}.`;
  return { passes: true, blame: 'token', because: says, askedSeconds };
}

function judgeApiAnswer(
  fault: Extract<Fault, { at: PinterestOperation; kind: 'answer' }>,
  account: string | undefined,
): Judgement {
  const { at, status, code, says, retryAfterSeconds, unexpected } = fault;
  const answer = `${status}${code === undefined ? '' : `, code ${code}`}`;
  const itsWords = says === undefined ? '' : ` It says: "${says}"`;
  if (unexpected) return forNow(`Pinterest answered ${at} with something unexpected (${answer}).`, retryAfterSeconds);
  if (fault.scopeMissing) {
    return {
      passes: true,
      blame: 'token',
      because: `The access token lacks a scope (${answer}): ${at} needs ${scopesInWords(at)}. Sign in again with ${signInCommand(account)}.${itsWords}`,
    };
  }
  if (status === 401) {
    return {
      passes: true,
      blame: 'token',
      because: `Pinterest refused the access token (${answer}): sign in again, or put a valid token into the secret.${itsWords}`,
    };
  }
  if (status === 429) return forNow(`Pinterest's rate limit is used up (${answer}).${itsWords}`, retryAfterSeconds);
  if (status === 408 || status >= 500)
    return forNow(`Pinterest has trouble (${answer}).${itsWords}`, retryAfterSeconds);
  if (at !== 'media_create') {
    // Pinterest has the file. A refused status request does not end the upload: a later request may succeed.
    return forNow(`Pinterest refused ${at} (${answer}).${itsWords}`, retryAfterSeconds);
  }
  const check =
    status === 403
      ? 'Check that the token has the scopes pins:read and pins:write and that the app has more than trial access'
      : 'Check the setting pinterestApiUrl and the app at developers.pinterest.com';
  return final(
    'pinterest-for-good',
    'registration_refused',
    `Pinterest refused to register the media (${answer}).${itsWords} ${check}, then retry the drop.`,
    true,
  );
}

/** S3's error codes for faults of a form upload that a new registration, with a new policy and signature, fixes. */
const PASSING_S3_CODES = new Set([
  'RequestTimeout',
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
  'TemporaryRedirect',
  'ExpiredToken',
  'RequestTimeTooSkewed',
  'IncompleteBody',
  'OperationAborted',
]);

function judgeUpload(fault: Extract<Fault, { at: 'upload' }>, ageSeconds: number): Judgement {
  if (fault.kind === 'no-answer') return forNow('The connection to the upload host broke or stalled.');
  // Each attempt takes minutes and sends most of the file. So the wait doubles each time: seven attempts in a day, not
  // fifty-five.
  if (fault.kind === 'too-slow') return forNow(tooSlow(fault), ageSeconds);
  if (fault.kind === 'untrusted-host') {
    const message =
      'Pinterest named an upload host that is not Amazon S3 over https, so nothing was sent. Check the setting pinterestApiUrl, then retry the drop.';
    return final('pinterest-for-good', 'upload_refused', message, true);
  }
  const { status, s3Code, s3Message } = fault;
  const answer = `${status}${s3Code === undefined ? '' : ` ${s3Code}`}`;
  const expired = s3Code === 'AccessDenied' && /expired/i.test(s3Message ?? '');
  if (status >= 500 || status === 408 || status === 429 || expired || (s3Code && PASSING_S3_CODES.has(s3Code))) {
    return forNow(`The upload host has trouble (${answer}).`);
  }
  if (s3Code === 'EntityTooLarge' || s3Code === 'EntityTooSmall') {
    const size = s3Code === 'EntityTooLarge' ? 'large' : 'small';
    const message = `The upload was refused (${answer}): the file is too ${size} for Pinterest's form. Drop a re-encoded file.`;
    return final('file', 'upload_refused', message, false);
  }
  const message = `The upload was refused (${answer}). The same form would be refused again. Retry the drop, and report the problem if the retry fails too.`;
  return final('pinterest-for-good', 'upload_refused', message, true);
}

function tooSlow({ sentBytes, sizeBytes, seconds }: Extract<Fault, { kind: 'too-slow' }>): string {
  const rounded = (value: number) => Number(value.toPrecision(2));
  const [sent, size, perSecond] = [sentBytes, sizeBytes, sentBytes / seconds].map((bytes) => rounded(bytes / 1e6));
  return `The upload did not finish in ${rounded(seconds / 60)} min: ${sent} of ${size} MB were sent, ${perSecond} MB/s. If later attempts are as slow, drop a smaller file.`;
}

function judgeSource(fault: Extract<Fault, { at: 'source' }>): Judgement {
  const answer = 'answer' in fault && fault.answer !== undefined ? ` (${fault.answer})` : '';
  const sidecar = 'sidecar' in fault ? fault.sidecar : undefined;
  const object = sidecar === undefined ? 'the object' : `the sidecar ${sidecar}`;
  const theObject = object.replace(/^t/, 'T');
  const advice = (onObject: string, onSidecar: string) => (sidecar === undefined ? onObject : onSidecar);
  switch (fault.kind) {
    case 'broken':
      return ours("The object's bytes stopped coming from S3.");
    case 'trouble':
      return ours(`S3 did not return the requested data${answer}.`);
    case 'denied':
      return ours(
        `S3 does not let Pindrop read ${object}${answer}: check the policy of the bucket and the policy of its KMS key.`,
      );
    case 'refused':
      return ours(`S3 refuses ${object}${answer}: check its encryption and the state of its key.`);
    case 'archived':
      return final(
        'file',
        'source_unreadable',
        `${theObject} is archived, and S3 does not return it${answer}. ${advice(
          'Restore it and retry the drop, or drop a copy in another storage class.',
          'Restore it, or put a copy in another storage class, and retry the drop.',
        )}`,
        true,
      );
    case 'customer-key':
      return final(
        'file',
        'source_unreadable',
        `${theObject} is encrypted with a key that Pindrop does not have${answer}. ${advice(
          'Drop it without a customer-provided key (SSE-C); a KMS key is fine.',
          'Put it without a customer-provided key (SSE-C) and retry the drop; a KMS key is fine.',
        )}`,
        sidecar !== undefined,
      );
    case 'missing':
      return final(
        'file',
        'source_missing',
        'The object was deleted before it could be uploaded. Drop it again if it is still wanted.',
        false,
      );
    case 'changed':
      return final(
        'file',
        'source_changed',
        'The object was overwritten before it could be uploaded. The newer object has an upload of its own.',
        false,
      );
  }
}
