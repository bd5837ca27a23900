import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSidecar } from '../../../functions/ingest/sidecar.ts';
import { finalEvent } from '../../../shared/upload/execution.ts';

const LIMIT = 32_768;
const video = { bucket: 'videos', key: 'spring/clip.mp4', eTag: 'abc', size: 7, metadata: {} };

const reading = (content: string | Buffer, size?: number) => {
  const bytes = Buffer.from(content);
  const asked: { key: string; maxBytes: number }[] = [];
  const source = {
    readSidecar: async (_video: unknown, key: string, maxBytes: number) => {
      asked.push({ key, maxBytes });
      return { bytes: bytes.subarray(0, maxBytes), size: size ?? bytes.length };
    },
  };
  return { asked, result: readSidecar(video, source) };
};

/** `{"text":"…"}` filled up to this many bytes, or a few less when the filler is longer than a byte. */
function ofLength(bytes: number, filler = 'x'): string {
  const empty = '{"text":""}';
  const times = Math.floor((bytes - empty.length) / Buffer.byteLength(filler));
  return empty.replace('""', () => `"${filler.repeat(times)}"`);
}

describe('readSidecar', () => {
  it('reads the JSON object beside the video, and at most one byte more than the limit', async () => {
    const { asked, result } = reading('{"title":"Frühling 🌷\\nzwei Zeilen","board":"549755885175"}');
    await expect(result).resolves.toEqual({ sidecar: { title: 'Frühling 🌷\nzwei Zeilen', board: '549755885175' } });
    expect(asked).toEqual([{ key: 'spring/clip.mp4.json', maxBytes: LIMIT + 1 }]);
  });

  it('returns nothing for a video without a sidecar', async () => {
    await expect(readSidecar(video, { readSidecar: async () => undefined })).resolves.toEqual({});
  });

  it('does not look for a sidecar of a key that does not end like a video', async () => {
    const unused = () => Promise.reject(new Error('Nothing is to be read.'));
    await expect(readSidecar({ ...video, key: 'clip.webm' }, { readSidecar: unused })).resolves.toEqual({});
  });

  it.each<[string, string | Buffer]>([
    ['an empty object', '{}'],
    ['a byte order mark', '\ufeff{}'],
    ['white space around it', ' \r\n{ }\n'],
    ['exactly 32 KB', ofLength(LIMIT)],
    ['the largest exact integer', '{"n":9007199254740991,"m":-9007199254740991,"f":0.1,"e":1e3}'],
    ['an emoji as two escapes', '{"a":"\\ud83c\\udf37"}'],
    ['32 levels', `${'{"a":'.repeat(31)}{}${'}'.repeat(31)}`],
  ])('accepts %s', async (_what, content) => {
    const { problem, sidecar } = await reading(content).result;
    expect(problem).toBeUndefined();
    expect(sidecar).toEqual(JSON.parse(content.toString().replace('\ufeff', '')));
  });

  it.each<[string, string | Buffer, string]>([
    ['an empty file', '', 'is empty; it must be a JSON object'],
    ['plain text', 'Frühling', `is not JSON: Unexpected token 'F', "Frühling"`],
    [
      'a comma too many',
      '{"a":1,\n}',
      'is not JSON: Expected double-quoted property name at position 8 (line 2 column 1)',
    ],
    ['a cut file', '{"a":', 'is not JSON: Unexpected end of JSON input'],
    [
      'a line break in a text',
      '{"a":"b\nc"}',
      'is not JSON: Bad control character in string literal at position 7 (line 1 column 8)',
    ],
    ['an array', '[{"a":1}]', 'is JSON, but an array and not an object'],
    ['a text', '"a"', 'is JSON, but a string and not an object'],
    ['null', 'null', 'is JSON, but null and not an object'],
    ['Latin-1', Buffer.from('{"a":"ü"}', 'latin1'), 'is not UTF-8; it must be a JSON object in UTF-8'],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'is UTF-16; it must be a JSON object in UTF-8'],
    [
      'a character cut in half',
      Buffer.from('{"a":"🌷"}').subarray(0, 8),
      'is not UTF-8; it must be a JSON object in UTF-8',
    ],
    ['half an emoji', '{"pin":{"title":"Tulip \\ud83c"}}', 'has half of a character (a lone surrogate) at pin.title'],
    ['half an emoji in a name', '{"\\udf37":1}', 'has half of a character (a lone surrogate) at \ufffd'],
    [
      'an id as a number',
      '{"pins":[{"board":1234567890123456789}]}',
      'has a number at pins.0.board that JSON readers round; put it in quotes',
    ],
    ['a number beyond all bounds', '{"a":1e999}', 'has a number at a that JSON readers round; put it in quotes'],
    ['33 levels', `${'{"a":'.repeat(32)}{}${'}'.repeat(32)}`, 'is nested deeper than 32 levels'],
    ['one byte too many', ofLength(LIMIT + 1), 'has 32,769 bytes; at most 32,768 bytes are allowed'],
    [
      'numbers that grow when they are written again',
      `{"a":[${Array.from({ length: 6000 }, () => '1e15').join()}]}`,
      'has 102,007 bytes; at most 32,768 bytes are allowed',
    ],
  ])('says what is wrong with %s', async (_what, content, problem) => {
    await expect(reading(content).result).resolves.toEqual({
      problem: `The sidecar spring/clip.mp4.json ${problem}.`,
    });
  });

  it('says the whole length of a sidecar that was not read to its end', async () => {
    await expect(reading(Buffer.alloc(LIMIT + 1, ' '), 5_000_000_000).result).resolves.toEqual({
      problem: 'The sidecar spring/clip.mp4.json has 5,000,000,000 bytes; at most 32,768 bytes are allowed.',
    });
  });

  it('survives nesting of any depth', async () => {
    for (const content of ['['.repeat(LIMIT), `{"a":${'['.repeat(16_000)}${']'.repeat(16_000)}}`])
      expect((await reading(content).result).problem).toMatch(/is not JSON|nested deeper/);
  });

  it('keeps names that could change a prototype as plain properties', async () => {
    const { sidecar } = await reading('{"__proto__":{"polluted":true},"constructor":{"a":1}}').result;
    expect(Object.getPrototypeOf(sidecar)).toBe(Object.prototype);
    expect(sidecar).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('polluted');
    expect(Object.keys(sidecar ?? {})).toEqual(['__proto__', 'constructor']);
  });

  it('returns a sidecar that is the same after a journey as JSON, or a problem, for any bytes', async () => {
    const bytes = fc.oneof(
      fc.uint8Array().map((each) => Buffer.from(each)),
      fc.json().map((each) => Buffer.from(each)),
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()).map((each) => Buffer.from(JSON.stringify(each))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const { sidecar, problem } = await reading(content).result;
        expect((sidecar === undefined) !== (problem === undefined)).toBe(true);
        if (sidecar) expect(JSON.stringify(JSON.parse(JSON.stringify(sidecar)))).toBe(JSON.stringify(sidecar));
      }),
    );
  });
});

describe('the largest sidecar', () => {
  // The quotas of Step Functions (a state's payload) and EventBridge (an entry), in bytes of UTF-8.
  const QUOTA = 262_144;

  it.each<[string, string]>([
    ['control characters, which are six bytes each', ofLength(LIMIT, '\\u0000')],
    ['quotes and backslashes', ofLength(LIMIT, '\\"\\\\')],
    ['characters outside of ASCII', ofLength(LIMIT, '🌷')],
    ['many short names', `{${Array.from({ length: 3500 }, (_each, at) => `"${at}":1`).join()}}`],
  ])(
    'of %s fits into the payload of an execution together with metadata, however it is escaped',
    async (_what, content) => {
      const { sidecar, problem } = await reading(content).result;
      expect(problem).toBeUndefined();
      const upload = {
        uploadId: 'x'.repeat(80),
        mediaId: '5212345678901234567',
        object: {
          ...video,
          key: '\u0001'.repeat(1024),
          versionId: 'v'.repeat(1024),
          metadata: { a: '\u0001'.repeat(2048) },
        },
        sidecar,
        timeline: { droppedAt: new Date(0).toISOString() },
      };
      const failure = { reason: 'gave_up', message: 'x'.repeat(2000), retryable: true } as const;
      const event = finalEvent(upload, 9999, new Date(), { status: 'failed', failure });
      const payload = JSON.stringify({ upload, polls: 9999, waitSeconds: 9999, finalEvent: event });
      expect(Buffer.byteLength(payload)).toBeLessThan(QUOTA / 2);
      // Written as ASCII, or as a text within JSON, it still fits.
      expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(QUOTA);
      const ascii = payload.replace(
        /[^\x20-\x7e]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
      expect(Buffer.byteLength(ascii)).toBeLessThan(QUOTA);
    },
  );
});
