import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControls } from '../../../infra/terminal/escape-controls.ts';

describe('escapeControls', () => {
  it.each([
    ['esc\u001b]0;owned\u0007\u001b[31mred\u001b[2J.mp4', 'esc\\u001b]0;owned\\u0007\\u001b[31mred\\u001b[2J.mp4'],
    ['line\nbreak\r\ttab', 'line\\nbreak\\r\\ttab'],
    ['DEL\u007f CSI\u009b31m NEL\u0085', 'DEL\\u007f CSI\\u009b31m NEL\\u0085'],
    [
      'a\u202ecod.exe\u2066x\u2069 \u200f\u200e\u061c\u2028\u2029',
      'a\\u202ecod.exe\\u2066x\\u2069 \\u200f\\u200e\\u061c\\u2028\\u2029',
    ],
    ['Frühling 🎬 视频 100% \\n & < > " .mp4', 'Frühling 🎬 视频 100% \\n & < > " .mp4'],
  ])('escapes control characters and bidirectional controls in %j, and nothing else', (text, escaped) => {
    expect(escapeControls(text)).toBe(escaped);
  });

  it('does not change the value of a line of JSON', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
        expect(JSON.parse(escapeControls(JSON.stringify(JSON.parse(json))))).toEqual(JSON.parse(json));
      }),
    );
  });
});
