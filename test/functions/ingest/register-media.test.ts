import { describe, expect, it } from 'vitest';
import type { GateState, RateLimitGate } from '../../../functions/aws/rate-limit-gate.ts';
import { registerMedia } from '../../../functions/ingest/register-media.ts';
import { AccountPausedError } from '../../../functions/outcome/fault.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { TokenMissingError } from '../../../shared/pinterest/token-secret.ts';
import type { PauseReason } from '../../../shared/upload/gate-value.ts';

const media = { mediaId: '1', uploadUrl: 'https://x.amazonaws.com/', uploadParameters: {} };
const pinterestError = (status?: number, retryAfterSeconds?: number) =>
  new PinterestError('', { operation: 'media_create', status, retryAfterSeconds });

/** A gate and an account whose registrations fail as long as `fault` is set. The clock stands still between the calls. */
function staged(account?: string) {
  const stage = { now: 0, requests: 0, fault: undefined as Error | undefined, answerAfter: Promise.resolve() };
  let kept: { until: number; pause?: GateState['pause'] } = { until: 0 };
  const gate: RateLimitGate = {
    state: async () => ({ closedForSeconds: Math.max(0, kept.until - stage.now), pause: kept.pause }),
    close: async (seconds, pause) => {
      kept = { until: stage.now + seconds, pause };
    },
    open: async () => {
      kept = { until: 0 };
    },
  };
  const mediaCreate = async () => {
    stage.requests++;
    await stage.answerAfter;
    if (stage.fault) throw stage.fault;
    return media;
  };
  const register = () => registerMedia({ account, gate, pinterest: { mediaCreate } });
  return { stage, gate, register };
}

describe('registerMedia for one of several accounts', () => {
  it.each<[string, Error, PauseReason]>([
    ['a refused token', pinterestError(401), 'token'],
    ['a missing token', new TokenMissingError(''), 'token'],
    ['status 503', pinterestError(503), 'outage'],
    ['status 429 without a wait', pinterestError(429), 'outage'],
    ['no response', pinterestError(), 'outage'],
    ['a secret that cannot be read', new Error('AccessDeniedException'), 'outage'],
  ])('after %s, makes the other files of the account wait without a request', async (_, fault, because) => {
    const { stage, register } = staged('brand-a');
    stage.fault = fault;
    await expect(register()).rejects.toBe(fault);
    await expect(register()).rejects.toEqual(new AccountPausedError(because, 5));
    expect(stage.requests).toBe(1);
  });

  it('asks again after 5, 10, 20, 40 and then every 60 seconds', async () => {
    const { stage, register } = staged('brand-a');
    stage.fault = pinterestError();
    const asked: number[] = [];
    for (; stage.now < 300; stage.now++) {
      const before = stage.requests;
      await expect(register()).rejects.toThrow();
      if (stage.requests > before) asked.push(stage.now);
    }
    expect(asked).toEqual([0, 5, 15, 35, 75, 135, 195, 255]);
  });

  it('lets one file at a time find out whether the account works again, and then all', async () => {
    const { stage, register } = staged('brand-a');
    stage.fault = pinterestError(401);
    await expect(register()).rejects.toThrow();
    stage.now += 5;
    let answer = () => {};
    stage.answerAfter = new Promise((resolve) => {
      answer = resolve;
    });
    const probe = register();
    await expect.poll(() => stage.requests).toBe(2);
    for (let other = 0; other < 100; other++) await expect(register()).rejects.toThrow(AccountPausedError);
    expect(stage.requests).toBe(2);
    stage.fault = undefined;
    answer();
    await expect(probe).resolves.toEqual(media);
    await Promise.all(Array.from({ length: 100 }, register));
    expect(stage.requests).toBe(102);
  });

  it('waits as long as Pinterest asks for', async () => {
    const { stage, gate, register } = staged('brand-a');
    stage.fault = pinterestError(429, 600);
    await expect(register()).rejects.toBe(stage.fault);
    expect(await gate.state()).toEqual({ closedForSeconds: 600, pause: undefined });
    await expect(register()).rejects.toMatchObject({ status: 429, retryAfterSeconds: 600 });
    stage.now += 601;
    stage.fault = pinterestError(503, 120);
    await expect(register()).rejects.toBe(stage.fault);
    expect((await gate.state()).closedForSeconds).toBe(120);
  });

  it('does not pause the account when Pinterest refuses one file for good', async () => {
    const { stage, gate, register } = staged('brand-a');
    stage.fault = pinterestError(503);
    await expect(register()).rejects.toBe(stage.fault);
    stage.now += 5;
    stage.fault = pinterestError(403);
    await expect(register()).rejects.toBe(stage.fault);
    expect(await gate.state()).toEqual({ closedForSeconds: 0, pause: undefined });
  });
});

describe('registerMedia for the only account', () => {
  it.each([401, 503, undefined])('lets each file find out itself after a fault: status %s', async (status) => {
    const { stage, register } = staged();
    stage.fault = pinterestError(status);
    for (let file = 0; file < 3; file++) await expect(register()).rejects.toBe(stage.fault);
    expect(stage.requests).toBe(3);
  });
});
