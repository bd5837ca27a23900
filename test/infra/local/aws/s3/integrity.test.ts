import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { signText } from '../../../../../infra/local/aws/signature.ts';
import { accessKey, Bucket, runS3, send, temporaryDirectory } from './running-s3.ts';

const ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

describe('a checksum', () => {
  it.each(ALGORITHMS)(
    'by %s is verified, stored and returned, whether it is sent in a header or in a trailer',
    async (ChecksumAlgorithm) => {
      const { put, get } = await runS3();
      const bytes = randomBytes(200_000);
      const name = `Checksum${ChecksumAlgorithm}` as const;
      const inHeader = await put('header', bytes, { ChecksumAlgorithm });
      const inTrailer = await put('trailer', Readable.from([bytes]) as unknown as Buffer, {
        ChecksumAlgorithm,
        ContentLength: bytes.length,
      });
      expect(inHeader[name]).toEqual(expect.any(String));
      expect(inTrailer[name]).toBe(inHeader[name]);
      for (const key of ['header', 'trailer']) {
        const got = await get(key, { ChecksumMode: 'ENABLED' });
        expect(got[name]).toBe(inHeader[name]);
        expect(got.bytes.equals(bytes)).toBe(true);
      }
    },
  );

  it.each(ALGORITHMS)('by %s that does not match is refused, and nothing is stored', async (ChecksumAlgorithm) => {
    const directory = await temporaryDirectory();
    const { put, records } = await runS3({ directory });
    const name = `Checksum${ChecksumAlgorithm}` as const;
    const wrong = (await put('other', 'other bytes', { ChecksumAlgorithm }))[name];
    const refused = put('k', 'bytes', { [name]: wrong });
    await expect(refused).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } });
    await expect(put('k', 'bytes', { [name]: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidRequest' });
    expect(records.map(({ s3 }) => s3.object.key)).toEqual(['other']);
    expect(await readdir(join(directory, 'blobs'))).toHaveLength(1);
  });

  it.each([
    ['BadDigest', createHash('md5').update('x').digest('base64')],
    ['InvalidDigest', 'nonsense'],
  ])('answers %s to Content-MD5 %s', async (code, ContentMD5) => {
    const { put, records } = await runS3();
    await expect(put('k', 'bytes', { ContentMD5 })).rejects.toMatchObject({ name: code });
    expect(records).toEqual([]);
  });
});

/** Signs a put with this x-amz-content-sha256, which need not match the body. */
async function signedPut(endpoint: string, hash: string, headers: Record<string, string>) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const signed: Record<string, string> = {
    host: new URL(endpoint).host,
    'x-amz-content-sha256': hash,
    'x-amz-date': date,
    ...headers,
  };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const canonical = ['PUT', `/${Bucket}/k`, '', lines, names.join(';'), hash].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const signature = await signText(text, { date, scope }, accessKey);
  const credential = `Credential=${accessKey.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}`;
  const Authorization = `AWS4-HMAC-SHA256 ${credential}, Signature=${signature}`;
  return { url: `${endpoint}/${Bucket}/k`, headers: { ...signed, Authorization }, date, scope, signature };
}

describe('the hash of the content', () => {
  it('is compared with the received bytes', async () => {
    const { endpoint, get } = await runS3();
    const { url, headers } = await signedPut(endpoint, sha256('other'), {});
    const refused = await send(url, 'PUT', headers, 'bytes');
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining('XAmzContentSHA256Mismatch') });
    const right = await signedPut(endpoint, sha256('bytes'), {});
    expect((await send(right.url, 'PUT', right.headers, 'bytes')).status).toBe(200);
    expect((await get('k')).bytes.toString()).toBe('bytes');
  });

  it.each([
    ['as it was signed', (body: string) => body, 200, ''],
    ['with another byte', (body: string) => body.replace('first', 'fiRst'), 403, 'SignatureDoesNotMatch'],
    ['with another trailer', (body: string) => body.replace(/(crc32:)..../, '$1AAAA'), 403, 'SignatureDoesNotMatch'],
    ['cut off', (body: string) => body.slice(0, 60), 400, 'IncompleteBody'],
    ['without its framing', () => 'plain bytes\r\n', 400, 'InvalidRequest'],
  ])('of a body in signed chunks is verified chunk by chunk: %s', async (_what, change, status, code) => {
    const { endpoint } = await runS3();
    const kind = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
    const chunks = ['first chunk', 'second chunk', ''];
    const seed = await signedPut(endpoint, kind, {
      'x-amz-decoded-content-length': String(chunks.join('').length),
      'x-amz-trailer': 'x-amz-checksum-crc32',
    });
    let previous = seed.signature;
    const sign = async (name: string, ...digests: string[]) => {
      previous = await signText([name, seed.date, seed.scope, previous, ...digests].join('\n'), seed, accessKey);
      return previous;
    };
    let body = '';
    for (const chunk of chunks) {
      const signature = await sign('AWS4-HMAC-SHA256-PAYLOAD', sha256(''), sha256(chunk));
      body += `${chunk.length.toString(16)};chunk-signature=${signature}\r\n${chunk}${chunk === '' ? '' : '\r\n'}`;
    }
    const { crc32 } = await import('node:zlib');
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(chunks.join('')));
    const trailer = `x-amz-checksum-crc32:${checksum.toString('base64')}`;
    const signature = await sign('AWS4-HMAC-SHA256-TRAILER', sha256(`${trailer}\n`));
    body = change(`${body}${trailer}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`);
    const answer = await send(seed.url, 'PUT', { ...seed.headers, 'Content-Length': body.length }, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(code);
  });
});

describe('a put', () => {
  it('without a length is refused with 411', async () => {
    const { putUrl } = await runS3();
    const answer = await send(await putUrl('k'), 'PUT', { 'Transfer-Encoding': 'chunked' }, 'bytes');
    expect(answer).toMatchObject({ status: 411, body: expect.stringContaining('<Code>MissingContentLength</Code>') });
  });

  it('of more than 5 GiB is refused before its bytes are read', async () => {
    const { putUrl } = await runS3();
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      putUrl('k').then((url) => {
        const headers = { 'Content-Length': 5 * 1024 ** 3 + 1 };
        http.request(url, { method: 'PUT', headers }, resolve).on('error', reject).flushHeaders();
      }, reject);
    });
    expect(answer.statusCode).toBe(400);
    answer.destroy();
  });

  it('that does not fit on the disk is refused with a reason, and leaves no bytes behind', async () => {
    const directory = await temporaryDirectory();
    const { put, client, records } = await runS3({ directory, spareBytes: Number.MAX_SAFE_INTEGER });
    const refused = { name: 'InsufficientStorage', $metadata: { httpStatusCode: 507, attempts: 1 } };
    await expect(put('k', 'bytes')).rejects.toMatchObject({ ...refused, message: expect.stringContaining(directory) });
    const large = new PutObjectCommand({ Bucket, Key: 'k', Body: randomBytes(5_000_000) });
    await expect(client.send(large)).rejects.toMatchObject(refused);
    expect(records).toEqual([]);
    expect(await readdir(join(directory, 'blobs'))).toEqual([]);
  });
});
