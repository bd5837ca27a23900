import { describe, expect, it } from 'vitest';
import { rateLimitOf, retryAfterSecondsOf } from '../../../shared/pinterest/rate-limit.ts';

const NOW = Date.parse('2026-03-01T09:00:00.000Z');

describe('retryAfterSecondsOf', () => {
  it.each([
    [{ 'Retry-After': '120' }, 120],
    [{ 'Retry-After': 'Sun, 01 Mar 2026 09:30:00 GMT' }, 1800],
    [{ 'Retry-After': 'Sun, 01 Mar 2026 08:00:00 GMT' }, 0],
    [{ 'Retry-After': 'soon' }, undefined],
    [{ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '45' }, 45],
    [{ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW / 1000 + 90) }, 90],
    [{ 'X-RateLimit-Remaining': '3', 'X-RateLimit-Reset': '45' }, undefined],
    [{ 'x-userendpoint-ratelimit-remaining': '0', 'x-userendpoint-ratelimit-reset': '7' }, 7],
    [{}, undefined],
  ])('reads %o as %s', (headers, seconds) => {
    expect(retryAfterSecondsOf(new Headers(headers), NOW)).toBe(seconds);
  });
});

describe('rateLimitOf', () => {
  it('reads the headers that are present', () => {
    const headers = new Headers({ 'X-RateLimit-Limit': '100;w=60', 'X-RateLimit-Remaining': '98' });
    expect(rateLimitOf(headers, NOW)).toEqual({ limit: 100, remaining: 98 });
  });
});
