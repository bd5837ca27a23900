import { Readable } from 'node:stream';
import busboy from 'busboy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multipartEnvelope } from '../../../shared/pinterest/multipart.ts';

interface Parsed {
  fields: [string, string][];
  files: { name: string; fileName: string; mimeType: string; bytes: Buffer }[];
}

/** Parses the form with busboy, an independent implementation, in pieces as a network would deliver them. */
function parse(contentType: string, body: Buffer, pieceSizes: number[]): Promise<Parsed> {
  return new Promise((resolve, reject) => {
    const parsed: Parsed = { fields: [], files: [] };
    const parser = busboy({ headers: { 'content-type': contentType }, defParamCharset: 'utf8', preservePath: true });
    parser.on('field', (name, value) => parsed.fields.push([name, value]));
    parser.on('file', (name, stream, { filename, mimeType }) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        parsed.files.push({ name, fileName: filename ?? '', mimeType, bytes: Buffer.concat(chunks) }),
      );
    });
    parser.on('close', () => resolve(parsed));
    parser.on('error', reject);
    Readable.from(pieces(body, pieceSizes)).pipe(parser);
  });
}

function* pieces(body: Buffer, sizes: number[]) {
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield body.subarray(at, at + size);
    at += size;
  }
}

// The parser reads field names as HTTP header text: it trims them and joins lines. A test below covers such characters.
const fieldName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((name) => !/[\r\n"\\%\0]/.test(name));
const fieldValue = fc.string({ unit: 'grapheme', maxLength: 200 });

describe('multipartEnvelope', () => {
  it('is read back byte for byte by an independent parser, whatever the names, values, sizes and chunking', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fieldName, fieldValue), { maxLength: 12 }),
        fc.uint8Array({ maxLength: 5000 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
        async (fields, bytes, sizes) => {
          const file = { name: 'clip.mp4', contentType: 'video/mp4', size: bytes.length };
          const { head, tail, contentType, contentLength } = multipartEnvelope(fields, file);
          const body = Buffer.concat([head, bytes, tail]);
          expect(body.length).toBe(contentLength);
          const parsed = await parse(contentType, body, sizes);
          expect(parsed.fields).toEqual(fields);
          expect(parsed.files).toHaveLength(1);
          expect(parsed.files[0]).toMatchObject({ name: 'file', fileName: 'clip.mp4', mimeType: 'video/mp4' });
          expect(parsed.files[0]?.bytes.equals(Buffer.from(bytes))).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('escapes names and content types, so that they cannot add a header', () => {
    const { head } = multipartEnvelope(
      [['a"\r\nX-Evil: 1', 'v']],
      { name: 'b".mp4\r\n', contentType: 'video/mp4\r\nX: 1', size: 0 },
      'b',
    );
    expect(head.toString()).toBe(
      '--b\r\nContent-Disposition: form-data; name="a%22%0D%0AX-Evil: 1"\r\n\r\nv\r\n' +
        '--b\r\nContent-Disposition: form-data; name="file"; filename="b%22.mp4%0D%0A"\r\nContent-Type: video/mp4  X: 1\r\n\r\n',
    );
  });

  it('writes the fields in the given order, all before the file', () => {
    const { head } = multipartEnvelope(
      [
        ['z', '1'],
        ['a', '2'],
      ],
      { name: 'f', contentType: 't/t', size: 1 },
      'b',
    );
    const text = head.toString();
    expect(text.indexOf('name="z"')).toBeLessThan(text.indexOf('name="a"'));
    expect(text.indexOf('name="a"')).toBeLessThan(text.indexOf('name="file"'));
  });
});
