import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3DropSource } from '../../../functions/ingest/drop-source.ts';
import type { SourceError } from '../../../functions/outcome/fault.ts';
import type { DroppedObject } from '../../../shared/events/events.ts';
import type { Drop } from '../../../shared/upload/drop.ts';
import { loopbackServer } from '../../harness/loopback-server.ts';

interface Answer {
  status?: number;
  headers?: Record<string, string | Buffer>;
  body?: string | Buffer;
}

const drop: Drop = {
  uploadId: 'u',
  bucket: 'videos',
  key: 'a.mp4',
  versionId: 'v1',
  eTag: 'abc',
  size: 10,
  droppedAt: '',
};
const object: DroppedObject = { bucket: 'videos', key: 'a.mp4', versionId: 'v1', eTag: 'abc', size: 10, metadata: {} };
const document = (code: string, message: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

/** The SDK's own client, and a server that sends these responses to HEAD and GET. */
async function sourceAnswered({ head = {}, get = {} }: { head?: Answer; get?: Answer }) {
  const requests: { method: string; url: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const endpoint = await loopbackServer((request, response) => {
    const { method = '', url = '', headers: sent } = request;
    requests.push({ method, url, headers: sent });
    const { status = method === 'GET' ? 206 : 200, headers = {}, body } = method === 'HEAD' ? head : get;
    response.writeHead(status, headers as Record<string, string>).end(method === 'HEAD' ? undefined : body);
  });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 });
  return { source: s3DropSource(s3), requests };
}

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: SourceError) => error,
  );

describe('head', () => {
  it('returns the metadata as the user wrote it', async () => {
    const { source } = await sourceAnswered({
      head: {
        headers: {
          etag: '"abc"',
          'content-length': '10',
          'x-amz-meta-title': '=?UTF-8?Q?Fr=C3=BChling?=',
          'x-amz-meta-place': '=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=',
          'x-amz-meta-plain': 'spring',
        },
      },
    });
    const { metadata } = await source.head(drop);
    expect(metadata).toEqual({ title: 'Frühling', place: 'ÄMÄZÕÑ S3', plain: 'spring' });
  });

  it.each<[string, Answer, Answer, string, string | undefined]>([
    ['a missing object', { status: 404 }, {}, 'missing', undefined],
    ['a delete marker', { status: 405 }, {}, 'missing', undefined],
    [
      'an object that may not be read',
      { status: 403 },
      { status: 403, body: document('AccessDenied', 'Access Denied') },
      'denied',
      '403 AccessDenied: Access Denied',
    ],
    [
      'an object under a key of its owner',
      { status: 400 },
      {
        status: 400,
        body: document('InvalidRequest', 'The object was stored using a form of Server Side Encryption.'),
      },
      'customer-key',
      '400 InvalidRequest: The object was stored using a form of Server Side Encryption.',
    ],
    [
      'an object under a disabled key',
      { status: 400 },
      { status: 400, body: document('KMS.DisabledException', 'arn:aws:kms:key is disabled.') },
      'refused',
      '400 KMS.DisabledException: arn:aws:kms:key is disabled.',
    ],
    ['a refusal that GET does not explain', { status: 400 }, { body: 'x' }, 'refused', '400'],
    ['a server in trouble', { status: 503 }, {}, 'trouble', '503'],
  ])('reports %s, with the error that S3 returned', async (_what, head, get, kind, answer) => {
    const { source } = await sourceAnswered({ head, get });
    const error = await errorOf(source.head(drop));
    expect(error).toMatchObject({ name: 'SourceError', kind });
    if (answer !== undefined) expect(error?.answer).toContain(answer);
  });

  it('reports an object that was overwritten', async () => {
    const { source } = await sourceAnswered({ head: { headers: { etag: '"other"', 'content-length': '10' } } });
    expect(await errorOf(source.head(drop))).toMatchObject({ kind: 'changed' });
  });
});

describe('read', () => {
  const range = { 'content-range': 'bytes 2-5/10' };

  it('requests the range from the version that was dropped', async () => {
    const { source, requests } = await sourceAnswered({ get: { headers: range, body: '2345' } });
    expect(Buffer.from(await source.read(object, 2, 6)).toString()).toBe('2345');
    expect(requests[0]).toMatchObject({
      url: expect.stringContaining('versionId=v1'),
      headers: { range: 'bytes=2-5', 'if-match': '"abc"' },
    });
  });

  it('sends no If-Match header when the ETag is unknown', async () => {
    const { source, requests } = await sourceAnswered({ get: { headers: range, body: '2345' } });
    await source.read({ ...object, eTag: '' }, 2, 6);
    expect(requests[0]?.headers).not.toHaveProperty('if-match');
  });

  it.each<[string, Answer]>([
    ['the whole object', { status: 200, body: '0123456789' }],
    ['the whole object, called a range', { status: 206, body: '0123456789' }],
    ['another range', { headers: { 'content-range': 'bytes 0-3/10' }, body: '0123' }],
    ['fewer bytes', { headers: range, body: '234' }],
    ['more bytes', { headers: range, body: '23456' }],
  ])('treats %s as a temporary fault, never as the requested range', async (_what, get) => {
    const { source } = await sourceAnswered({ get });
    expect(await errorOf(source.read(object, 2, 6))).toMatchObject({ name: 'SourceError', kind: 'trouble' });
  });

  it('reports an archived object', async () => {
    const body = document('InvalidObjectState', 'The operation is not valid');
    const { source } = await sourceAnswered({ get: { status: 403, body } });
    expect(await errorOf(source.read(object, 2, 6))).toMatchObject({
      kind: 'archived',
      answer: '403 InvalidObjectState: The operation is not valid',
    });
  });
});

describe('readSidecar', () => {
  const key = 'a.mp4.json';
  const text = ({ bytes }: { bytes: Uint8Array } = { bytes: new Uint8Array() }) => Buffer.from(bytes).toString();

  it('requests only the start of the current version', async () => {
    const { source, requests } = await sourceAnswered({
      get: { headers: { 'content-range': 'bytes 0-3/9000' }, body: '{"a"' },
    });
    const start = await source.readSidecar(object, key, 4);
    expect([text(start), start?.size]).toEqual(['{"a"', 9000]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'GET', url: expect.stringMatching(/^\/videos\/a\.mp4\.json/) });
    expect(requests[0]?.url).not.toContain('versionId');
    expect(requests[0]?.headers).toMatchObject({ range: 'bytes=0-3' });
    expect(requests[0]?.headers).not.toHaveProperty('if-match');
  });

  it('reads a whole object that is shorter', async () => {
    const { source } = await sourceAnswered({ get: { headers: { 'content-range': 'bytes 0-1/2' }, body: '{}' } });
    const start = await source.readSidecar(object, key, 32_769);
    expect([text(start), start?.size]).toEqual(['{}', 2]);
  });

  it('returns undefined when there is no such object', async () => {
    const body = document('NoSuchKey', 'The specified key does not exist.');
    const { source } = await sourceAnswered({ get: { status: 404, body } });
    await expect(source.readSidecar(object, key, 10)).resolves.toBeUndefined();
  });

  it('reads an empty object, which has no range', async () => {
    const body = document('InvalidRange', 'The requested range is not satisfiable');
    const { source } = await sourceAnswered({ get: { status: 416, body } });
    await expect(source.readSidecar(object, key, 10)).resolves.toEqual({ bytes: new Uint8Array(), size: 0 });
  });

  it('stops reading at the limit when the server ignores the range', async () => {
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const endpoint = await loopbackServer((_request, response) => {
      response.writeHead(200).on('close', () => closed?.());
      const write = () => response.writable && response.write(Buffer.alloc(65_536, 'x'), write);
      write();
    });
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 });
    const start = await s3DropSource(s3).readSidecar(object, key, 32_769);
    expect([start?.bytes.length, (start?.size ?? 0) >= 32_769]).toEqual([32_769, true]);
    await isClosed;
  });

  it.each<[string, Answer, string]>([
    ['an archived sidecar', { status: 403, body: document('InvalidObjectState', 'Archived') }, 'archived'],
    ['a forbidden sidecar', { status: 403, body: document('AccessDenied', 'Access Denied') }, 'denied'],
    ['a server in trouble', { status: 503, body: document('SlowDown', 'Slow down') }, 'trouble'],
  ])('reports %s with its key', async (_what, get, kind) => {
    const { source } = await sourceAnswered({ get });
    expect(await errorOf(source.readSidecar(object, key, 10))).toMatchObject({ kind, sidecar: key });
  });
});
