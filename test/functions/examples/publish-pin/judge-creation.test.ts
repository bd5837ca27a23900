import { describe, expect, it } from 'vitest';
import { judgeCreation } from '../../../../functions/examples/publish-pin/judge-creation.ts';
import { PinterestError, type PinterestErrorDetails } from '../../../../shared/pinterest/pinterest-error.ts';
import { TokenMissingError } from '../../../../shared/pinterest/token-secret.ts';

const answer = (details: Omit<PinterestErrorDetails, 'operation'>) =>
  new PinterestError('Pinterest answered.', { operation: 'pins_create', ...details });

describe('judgeCreation', () => {
  it.each([
    ['no', 'a rate limit', answer({ status: 429, retryAfterSeconds: 7 }), { afterSeconds: 7 }],
    ['no', 'a refused token', answer({ status: 401, code: 2 }), {}],
    ['no', 'a missing token', new TokenMissingError('none'), {}],
    ['never', 'a bad request', answer({ status: 400, code: 1 }), {}],
    ['never', 'a missing board', answer({ status: 404, code: 40 }), {}],
    ['never', 'a missing scope', answer({ status: 403, code: 29 }), {}],
    ['perhaps', 'no answer', answer({}), {}],
    ['perhaps', 'a server error', answer({ status: 500 }), {}],
    ['perhaps', 'a gateway', answer({ status: 504 }), {}],
    ['perhaps', 'a timeout at the server', answer({ status: 408 }), {}],
    ['perhaps', 'a garbled answer', answer({ status: 201, unexpectedAnswer: true }), {}],
    ['perhaps', 'a redirect', answer({ status: 302, unexpectedAnswer: true }), {}],
    ['perhaps', 'a bug in our code', new TypeError('oops'), {}],
  ])('answers "%s" to whether a Pin was created after %s', (made, _what, error, more) => {
    expect(judgeCreation(error)).toMatchObject({ made, ...more });
  });

  it('says what to check after a refusal', () => {
    expect(judgeCreation(answer({ status: 403, code: 29 }))).toMatchObject({
      failure: { reason: 'pin_refused', message: expect.stringContaining('boards:write') },
    });
  });
});
