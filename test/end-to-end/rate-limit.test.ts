import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startLocalPindrop } from '../harness/local-pindrop.ts';

const clip = readFileSync(new URL('../fixtures/inspection/index-first.mp4', import.meta.url));
const FILES = 50;
/** Every file waits for its turn in one of five minutes. With real ones, this test would take five minutes. */
const SECONDS_PER_MINUTE = 20;
const MAX_CONCURRENCY = 10;
/** Retry-After is rounded up to whole seconds: refusals in the same minute name ends less than a second apart. */
const ROUNDING_MS = 1000;

describe('a rate limit of 10 registrations a minute', () => {
  it('lets 50 files dropped at once succeed, with fewer refusals than files', { timeout: 1_200_000 }, async () => {
    const rateLimits = { orgWritePerMinute: 10, secondsPerMinute: SECONDS_PER_MINUTE };
    const pindrop = await startLocalPindrop({
      settings: { maxConcurrency: MAX_CONCURRENCY },
      simulator: { rateLimits },
    });
    const versions = await Promise.all(
      Array.from({ length: FILES }, (_, number) => pindrop.drop(`clip ${number}.mp4`, clip)),
    );
    const events = await Promise.all(versions.map((versionId) => pindrop.finalEventOf(versionId)));
    expect(events.filter(({ status }) => status !== 'succeeded')).toEqual([]);

    const registrations = pindrop.simulator.requests.filter(({ operation }) => operation === 'media_create');
    const refused = registrations.filter(({ status }) => status === 429);
    expect(refused.length / FILES).toBeLessThan(1);
    for (const { at, retryAfterSeconds = 0 } of refused) {
      const during = registrations.filter(
        (each) => each.at > at && each.at < at + retryAfterSeconds * 1000 - ROUNDING_MS,
      );
      // Each other process may have found the gate open before this refusal, and make one request.
      expect(during.length).toBeLessThan(MAX_CONCURRENCY);
    }
  });
});
