import { describe, expect, it } from 'vitest';
import {
  backoffSeconds,
  type Circumstances,
  type Decision,
  decide,
  type RetryPolicy,
} from '../../../functions/outcome/decide.ts';
import type { Fault } from '../../../functions/outcome/fault.ts';

const DAY = 24 * 3600;
const policy: RetryPolicy = { giveUpAfterSeconds: DAY, maxBackoffSeconds: 900 };
const fresh: Circumstances = { attempt: 0, ageSeconds: 1, ...policy, random: 0 };

const answer = (
  at: 'media_create' | 'media_get',
  status: number,
  more: { code?: number; says?: string; scopeMissing?: boolean; retryAfterSeconds?: number } = {},
) => ({ at, kind: 'answer', status, unexpected: false, ...more }) satisfies Fault;
const refusal = (status: number, s3Code?: string, s3Message?: string) =>
  ({
    at: 'upload',
    kind: 'answer',
    status,
    ...(s3Code ? { s3Code } : {}),
    ...(s3Message ? { s3Message } : {}),
  }) satisfies Fault;

const inShort = (decision: Decision) =>
  decision.action === 'retry' ? `retry, ${decision.blame}` : `${decision.failure.reason}, ${decision.blame}`;

describe('decide', () => {
  it.each<[Fault, string]>([
    [{ at: 'media_create', kind: 'no-answer' }, 'retry, pinterest-for-now'],
    [{ at: 'media_create', kind: 'answer', status: 200, unexpected: true }, 'retry, pinterest-for-now'],
    [{ at: 'media_create', kind: 'answer', status: 302, unexpected: true }, 'retry, pinterest-for-now'],
    [answer('media_create', 400, { code: 1 }), 'registration_refused, pinterest-for-good'],
    [answer('media_create', 401, { code: 2 }), 'retry, token'],
    [answer('media_create', 401, { code: 3, scopeMissing: true }), 'retry, token'],
    [answer('media_create', 403, { code: 29 }), 'registration_refused, pinterest-for-good'],
    [answer('media_create', 404), 'registration_refused, pinterest-for-good'],
    [answer('media_create', 408), 'retry, pinterest-for-now'],
    [answer('media_create', 429), 'retry, pinterest-for-now'],
    [answer('media_create', 500), 'retry, pinterest-for-now'],
    [answer('media_create', 503), 'retry, pinterest-for-now'],
    [answer('media_get', 400), 'retry, pinterest-for-now'],
    [answer('media_get', 401), 'retry, token'],
    [answer('media_get', 403, { code: 29 }), 'retry, pinterest-for-now'],
    [answer('media_get', 502), 'retry, pinterest-for-now'],
    [{ at: 'account', kind: 'paused', because: 'token', retryAfterSeconds: 60 }, 'retry, token'],
    [{ at: 'account', kind: 'paused', because: 'outage', retryAfterSeconds: 60 }, 'retry, pinterest-for-now'],
    [{ at: 'account', kind: 'unknown' }, 'retry, ours'],
    [{ at: 'upload', kind: 'no-answer' }, 'retry, pinterest-for-now'],
    [{ at: 'upload', kind: 'untrusted-host' }, 'upload_refused, pinterest-for-good'],
    [refusal(400, 'EntityTooLarge'), 'upload_refused, file'],
    [refusal(400, 'EntityTooSmall'), 'upload_refused, file'],
    [refusal(400, 'RequestTimeout'), 'retry, pinterest-for-now'],
    [refusal(400, 'MalformedPOSTRequest'), 'upload_refused, pinterest-for-good'],
    [
      refusal(403, 'AccessDenied', 'Invalid according to Policy: Extra input fields: x'),
      'upload_refused, pinterest-for-good',
    ],
    [refusal(403, 'AccessDenied', 'Invalid according to Policy: Policy expired.'), 'retry, pinterest-for-now'],
    [refusal(403, 'ExpiredToken'), 'retry, pinterest-for-now'],
    [refusal(403, 'SignatureDoesNotMatch'), 'upload_refused, pinterest-for-good'],
    [refusal(301, 'PermanentRedirect'), 'upload_refused, pinterest-for-good'],
    [refusal(307, 'TemporaryRedirect'), 'retry, pinterest-for-now'],
    [refusal(411, 'MissingContentLength'), 'upload_refused, pinterest-for-good'],
    [refusal(500), 'retry, pinterest-for-now'],
    [refusal(503, 'SlowDown'), 'retry, pinterest-for-now'],
    [{ at: 'source', kind: 'broken' }, 'retry, ours'],
    [{ at: 'source', kind: 'denied' }, 'retry, ours'],
    [{ at: 'source', kind: 'refused' }, 'retry, ours'],
    [{ at: 'source', kind: 'trouble' }, 'retry, ours'],
    [{ at: 'source', kind: 'archived' }, 'source_unreadable, file'],
    [{ at: 'source', kind: 'customer-key' }, 'source_unreadable, file'],
    [{ at: 'source', kind: 'missing' }, 'source_missing, file'],
    [{ at: 'source', kind: 'changed' }, 'source_changed, file'],
    [{ at: 'token', kind: 'missing' }, 'retry, token'],
    [{ at: 'pindrop', kind: 'unknown' }, 'retry, ours'],
  ])('%o → %s', (fault, expected) => {
    const decision = decide(fault, fresh);
    expect(inShort(decision)).toBe(expected);
    if (decision.action === 'retry') {
      const late = decide(fault, { ...fresh, ageSeconds: fresh.giveUpAfterSeconds });
      expect(inShort(late)).toBe(`gave_up, ${decision.blame}`);
    }
  });

  it('never retries before Retry-After, even when that is hours away', () => {
    for (const retryAfterSeconds of [1, 60, 3600, 8 * 3600]) {
      for (const random of [0, 0.5, 0.999]) {
        const decision = decide(answer('media_create', 429, { retryAfterSeconds }), { ...fresh, random });
        expect(decision).toMatchObject({ action: 'retry' });
        expect((decision as { afterSeconds: number }).afterSeconds).toBeGreaterThanOrEqual(retryAfterSeconds);
      }
    }
  });

  it('limits the wait to about the longest time that a message can stay invisible', () => {
    const decision = decide(answer('media_create', 429, { retryAfterSeconds: 86_400 }), { ...fresh, random: 0.999 });
    expect((decision as { afterSeconds: number }).afterSeconds).toBeLessThan(12 * 3600 + 360);
  });

  it('waits for at least a hundredth of the age: five days have fewer than 900 attempts', () => {
    const patient: RetryPolicy = { giveUpAfterSeconds: 5 * DAY, maxBackoffSeconds: 5 };
    let attempts = 0;
    for (let ageSeconds = 0; ; attempts++) {
      const decision = decide(answer('media_get', 503), { ...patient, attempt: attempts, ageSeconds, random: 0 });
      if (decision.action === 'fail') break;
      ageSeconds += decision.afterSeconds;
    }
    expect(attempts).toBeGreaterThan(500);
    expect(attempts).toBeLessThan(900);
  });

  it("quotes Pinterest's own message, both in a failure and in a retry", () => {
    const says = 'Apps with Trial access may not upload.';
    for (const status of [400, 401, 403, 408, 429, 503]) {
      const decision = decide(answer('media_create', status, { says }), fresh);
      const said = decision.action === 'fail' ? decision.failure.message : decision.because;
      expect(said).toContain(`It says: "${says}"`);
    }
  });

  it.each([
    ['media_create', /media_create needs pins:read and pins:write\. Sign in again with npm run pindrop -- auth\./],
    ['media_get', /media_get needs pins:read\. Sign in again/],
  ] as const)('names the scope that %s lacks, and the command that requests this scope', (operation, words) => {
    const decision = decide(answer(operation, 401, { code: 3, scopeMissing: true }), fresh);
    expect(decision).toMatchObject({ action: 'retry', blame: 'token', because: expect.stringMatching(words) });
  });

  it("quotes S3's own error for an object that cannot be read", () => {
    for (const kind of ['denied', 'refused', 'trouble', 'archived', 'customer-key'] as const) {
      const decision = decide({ at: 'source', kind, answer: '403 Some: Words' }, fresh);
      const said = decision.action === 'fail' ? decision.failure.message : decision.because;
      expect(said).toContain('(403 Some: Words)');
    }
  });

  it('says what to do in the message of every failure', () => {
    const faults: Fault[] = [
      answer('media_create', 403, { code: 29 }),
      refusal(400, 'EntityTooLarge'),
      refusal(403, 'SignatureDoesNotMatch'),
      { at: 'upload', kind: 'untrusted-host' },
      { at: 'source', kind: 'missing' },
    ];
    for (const fault of faults) {
      const decision = decide(fault, fresh);
      expect((decision as { failure: { message: string } }).failure.message).toMatch(/check|retry|drop/i);
    }
  });
});

describe('backoffSeconds', () => {
  it('doubles from 5 s up to the maximum, with jitter down to half', () => {
    expect([0, 1, 2, 3, 7, 8, 100].map((attempt) => backoffSeconds(attempt, policy, 1))).toEqual([
      5, 10, 20, 40, 640, 900, 900,
    ]);
    expect([0, 1, 20].map((attempt) => backoffSeconds(attempt, { ...policy, giveUpAfterSeconds: 80 }, 1))).toEqual([
      5, 10, 10,
    ]);
    expect([0, 1, 8].map((attempt) => backoffSeconds(attempt, policy, 0))).toEqual([3, 5, 450]);
  });
});
