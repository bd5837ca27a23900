import { describe, expect, it } from 'vitest';
import { likeness, mayBe } from '../../../../functions/examples/publish-pin/same-pin.ts';
import type { PinRequest } from '../../../../shared/pinterest/pin.ts';

const request: PinRequest = {
  boardId: '42',
  mediaId: '1',
  title: 'Spring  lookbook',
  link: 'https://Example.com',
  cover: { keyFrameSeconds: 1 },
};

describe('mayBe', () => {
  it.each([
    [{ title: 'Spring lookbook', link: 'https://example.com/' }, true],
    [{ title: 'Spring lookbook', link: 'https://example.com/', mediaType: 'video', altText: 'x' }, true],
    [{ title: 'Spring lookbook', link: 'https://example.com/', mediaType: 'image' }, false],
    [{ title: 'Spring lookbook' }, false],
    [{ title: 'Spring', link: 'https://example.com/' }, false],
    [{ title: 'Spring lookbook', link: 'https://example.com/', description: 'another' }, false],
  ])('%j: %s', (pin, same) => {
    expect(mayBe({ pinId: '9', ...pin }, request)).toBe(same);
  });
});

describe('likeness', () => {
  it('is equal for Pins that look the same on the board, whatever their media', () => {
    const alike = { ...request, mediaId: '2', title: ' Spring lookbook', altText: 'x', boardSectionId: '7' };
    expect(likeness(alike)).toBe(likeness(request));
    expect(likeness({ ...request, boardId: '43' })).not.toBe(likeness(request));
    expect(likeness({ ...request, title: 'Autumn' })).not.toBe(likeness(request));
  });
});
