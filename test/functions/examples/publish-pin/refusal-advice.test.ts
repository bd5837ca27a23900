import { describe, expect, it } from 'vitest';
import { refusalAdvice } from '../../../../functions/examples/publish-pin/refusal-advice.ts';
import { PinterestError } from '../../../../shared/pinterest/pinterest-error.ts';

/** Sentences of Pinterest's API as its users reported them. */
describe('refusalAdvice', () => {
  it.each<[status: number, code: number | undefined, says: string, advice: RegExp, passes?: true]>([
    [
      403,
      29,
      'Apps with Trial access may not create Pins in production https://api.pinterest.com',
      /trial access.*api-sandbox/,
    ],
    [403, 3, 'Apps with Trial access may not create Pins in production.', /trial access/],
    [401, 3, 'This app requires Standard access.', /trial access/],
    [
      401,
      3,
      'Authorization failed.',
      /lacks a scope: pins_create needs boards:read, boards:write, pins:read and pins:write/,
    ],
    [403, 29, 'Your token does not have sufficient permissions to perform this operation.', /lacks a scope/],
    [403, 29, 'You are not permitted to access that resource.', /scopes.*the board is yours.*trial access/],
    [
      400,
      1,
      "Sorry! You've hit a block (Pins) we have in place to combat spam. Please try again later!",
      /limits the Pins/,
      true,
    ],
    [400, 1, 'The media is still processing.', /more time/, true],
    [400, 1, 'Invalid request: the media is registered.', /more time/, true],
    [400, 235, 'Sorry, we could not fetch the image.', /more time/, true],
    [400, 1, 'Media not found.', /another account's token/],
    [400, 1, 'cover_image_url or cover_image_content_type is required', /Check the cover/],
    [404, 40, 'Board not found.', /Check the board: npm run pindrop -- boards/],
    [404, 2031, 'Board section not found.', /Check the section/],
    [400, 1, 'Sorry, this link is blocked because it may lead to spam.', /link or the text/],
    [400, 1, 'Invalid URL.', /link or the text/],
    [400, 99, 'Something else.', /other fields/],
    [400, undefined, '', /other fields/],
  ])('after %i, code %s, "%s": %s', (status, code, says, advice, passes) => {
    const error = new PinterestError('Pinterest answered.', { operation: 'pins_create', status, code, says });
    expect(refusalAdvice(error)).toEqual({ advice: expect.stringMatching(advice), ...(passes && { passes }) });
  });
});
