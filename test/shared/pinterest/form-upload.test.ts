import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { formUpload } from '../../../shared/pinterest/form-upload.ts';
import { FormUploadError } from '../../../shared/pinterest/form-upload-error.ts';
import { loopbackServer, type ReceivedRequest, received } from '../../harness/loopback-server.ts';

const bytes = randomBytes(300_000);
const file = (body: Readable, size = bytes.length) => ({ name: 'clip.mp4', contentType: 'video/mp4', size, body });
const fields = { policy: 'p', 'x-amz-signature': 'very-secret', key: 'uploads/1' };

/** An endless source that counts the bytes it has produced. */
function fountain() {
  let produced = 0;
  const body = new Readable({
    read() {
      produced += 65_536;
      this.push(Buffer.alloc(65_536));
    },
  });
  return { body, produced: () => produced };
}

const failureOf = async (promise: Promise<unknown>): Promise<FormUploadError> => {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(FormUploadError);
  expect(`${error.message} ${error.cause ?? ''}`).not.toContain('very-secret');
  return error;
};

describe('formUpload', () => {
  it('sends every field, then the file, with an exact length and no chunked coding', async () => {
    const requests: ReceivedRequest[] = [];
    const url = await loopbackServer(async (request, response) => {
      requests.push(await received(request));
      response.writeHead(204, { ETag: '"abc"' }).end();
    });
    const progress: number[] = [];
    const answer = await formUpload({
      url: new URL(`${url}/upload/`),
      fields,
      file: file(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)])),
      onProgress: (sent) => progress.push(sent),
    });
    expect(answer).toEqual({ status: 204, eTag: 'abc' });
    expect(progress).toEqual([7, bytes.length]);
    const [request] = requests;
    expect(request?.headers['transfer-encoding']).toBeUndefined();
    expect(Number(request?.headers['content-length'])).toBe(request?.body.length);
    const text = request?.body.toString('latin1') ?? '';
    expect(text.indexOf('name="key"')).toBeLessThan(text.indexOf('name="file"'));
    expect(request?.body.includes(bytes)).toBe(true);
  });

  it('sends an empty file', async () => {
    const url = await loopbackServer(async (request, response) => {
      await received(request);
      response.writeHead(204).end();
    });
    await expect(formUpload({ url: new URL(url), fields, file: file(Readable.from([]), 0) })).resolves.toEqual({
      status: 204,
    });
  });

  it('stops reading the source while the sink reads nothing', async () => {
    const { body, produced } = fountain();
    const url = await loopbackServer((request) => request.pause());
    const error = await failureOf(
      formUpload({ url: new URL(url), fields, file: file(body, 1024 ** 3), idleTimeoutMs: 300 }),
    );
    expect(error.side).toBe('sink');
    // Only the socket buffers on both sides are full. The rest of the gigabyte was never read.
    expect(produced()).toBeLessThan(32 * 1024 ** 2);
  });

  it('blames the source when it stops sending bytes', async () => {
    const url = await loopbackServer((request) => request.resume());
    const stalled = new PassThrough();
    stalled.write(bytes);
    const error = await failureOf(
      formUpload({ url: new URL(url), fields, file: file(stalled, bytes.length + 1), idleTimeoutMs: 300 }),
    );
    expect(error).toMatchObject({ side: 'source', status: undefined });
  });

  it.each([
    ['shorter', bytes.length + 1],
    ['longer', bytes.length - 1],
  ])('blames the source when it is %s than announced', async (_what, size) => {
    const url = await loopbackServer((request) => request.resume());
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(Readable.from([bytes]), size) }));
    expect(error.side).toBe('source');
  });

  it('blames the source when its stream fails before the end', async () => {
    const url = await loopbackServer((request) => request.resume());
    const broken = new PassThrough();
    broken.write(bytes);
    setImmediate(() => broken.destroy(new Error('reset by S3')));
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(broken, 2 * bytes.length) }));
    expect(error).toMatchObject({ side: 'source', cause: expect.objectContaining({ message: 'reset by S3' }) });
  });

  it('blames the source when its stream closes early without an error', async () => {
    const url = await loopbackServer((request) => request.resume());
    const closed = new PassThrough();
    closed.write(bytes);
    setImmediate(() => closed.destroy());
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(closed, 2 * bytes.length) }));
    expect(error).toMatchObject({ side: 'source', status: undefined });
  });

  it('sends no byte beyond the announced length', async () => {
    const bodies: Buffer[] = [];
    const url = await loopbackServer((request) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk)).on('error', () => {});
    });
    const excess = Buffer.alloc(1000, 'excess');
    const body = Readable.from([bytes, excess]);
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(body) }));
    expect(error).toMatchObject({
      side: 'source',
      message: 'The object is longer than the 300000 bytes it should have.',
    });
    expect(Buffer.concat(bodies).includes('excess')).toBe(false);
    expect(body.destroyed).toBe(true);
  });

  it('blames the sink when it receives the whole form but does not respond', async () => {
    const url = await loopbackServer((request) => request.resume());
    const error = await failureOf(
      formUpload({ url: new URL(url), fields, file: file(Readable.from([bytes])), idleTimeoutMs: 300 }),
    );
    expect(error).toMatchObject({ side: 'sink', status: undefined });
    expect(error.message).toContain('took nothing and said nothing');
  });

  it('does not time out while bytes move, however long the whole upload takes', async () => {
    const url = await loopbackServer(async (request, response) => {
      await received(request);
      response.writeHead(204).end();
    });
    const pieces = 25;
    const slow = Readable.from(
      (async function* () {
        for (let piece = 0; piece < pieces; piece++) {
          await new Promise((later) => setTimeout(later, 100));
          yield Buffer.alloc(1000);
        }
      })(),
    );
    const upload = { url: new URL(url), fields, file: file(slow, pieces * 1000), idleTimeoutMs: 2000 };
    await expect(formUpload(upload)).resolves.toEqual({ status: 204 });
  });

  it('blames the sink when the connection closes before the response is complete', async () => {
    const url = await loopbackServer(async (request, response) => {
      await received(request);
      response.writeHead(201, { 'Content-Length': 1000 }).write('<PostResponse>', () => request.socket.destroy());
    });
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(Readable.from([bytes])) }));
    expect(error).toMatchObject({ side: 'sink', status: undefined });
  });

  it('blames the sink when the connection breaks while the body is being sent', async () => {
    const url = await loopbackServer((request) => request.once('data', () => request.socket.destroy()));
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(fountain().body, 1024 ** 3) }));
    expect(error).toMatchObject({ side: 'sink', status: undefined });
  });

  it.each([300_000, 60_000_000])(
    'reads a refusal after which the host closes the connection (%d bytes)',
    async (size) => {
      const url = await loopbackServer((request, response) => {
        response.writeHead(403, { Connection: 'close' }).end('<Error><Code>AccessDenied</Code></Error>');
        response.on('finish', () => request.socket.destroySoon());
      });
      for (let time = 0; time < 20; time++) {
        const body = Readable.from([Buffer.alloc(size)]);
        const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(body, size) }));
        expect(error).toMatchObject({ side: 'sink', status: 403, s3Code: 'AccessDenied' });
      }
    },
  );

  it('reads the error document of a refusal that arrives while the body is being sent', async () => {
    const url = await loopbackServer((request, response) => {
      request.once('data', () => {
        response.writeHead(403, { Connection: 'close' });
        response.end(
          '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message><HostId>x</HostId></Error>',
        );
      });
      request.resume();
    });
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(fountain().body, 1024 ** 3) }));
    expect(error).toMatchObject({
      side: 'sink',
      status: 403,
      s3Code: 'AccessDenied',
      s3Message: 'Invalid according to Policy: Policy expired.',
    });
  });

  it('reads an early refusal from a host that stops reading and keeps the connection open', async () => {
    const url = await loopbackServer((request, response) => {
      request.pause();
      response.writeHead(400).end('<Error><Code>EntityTooLarge</Code></Error>');
    });
    const { body } = fountain();
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(body, 1024 ** 3) }));
    expect(error).toMatchObject({ side: 'sink', status: 400, s3Code: 'EntityTooLarge' });
    expect(body.destroyed).toBe(true);
  });

  it('ends when the signal aborts while the response is being read', async () => {
    const time = new AbortController();
    const url = await loopbackServer(async (request, response) => {
      await received(request);
      response.writeHead(201, { 'Content-Length': 1000 }).write('<PostResponse>', () => time.abort());
    });
    const upload = { url: new URL(url), fields, file: file(Readable.from([bytes])), signal: time.signal };
    const error = await failureOf(formUpload(upload));
    expect(error.message).toBe('The upload was not done in time: 300000 of 300000 bytes were sent.');
  });

  it('keeps the status of a refusal whose error document is incomplete', async () => {
    const url = await loopbackServer((request, response) => {
      // Close without a reset: a reset can discard the part of the document that the client has not read yet.
      request.resume().on('end', () => {
        response.writeHead(403, { 'Content-Length': 1000 });
        response.write('<Error><Code>AccessDenied</Code>', () => request.socket.end());
      });
    });
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(Readable.from([bytes])) }));
    expect(error).toMatchObject({ side: 'sink', status: 403, s3Code: 'AccessDenied' });
  });

  it('does not accept a success response that arrives before the whole file was sent', async () => {
    const connections = new Set<Socket>();
    const url = await loopbackServer((request, response) => {
      connections.add(request.socket);
      request.once('data', () => response.writeHead(204).end());
      request.resume();
    });
    const error = await failureOf(formUpload({ url: new URL(url), fields, file: file(fountain().body, 1024 ** 3) }));
    expect(error).toMatchObject({ side: 'sink', status: undefined });
    expect(error.message).toContain('before it had all of the file');
    await vi.waitUntil(() => [...connections].every((socket) => socket.destroyed));
  });

  it('sends nothing when the signal has already aborted', async () => {
    const url = await loopbackServer((request, response) => request.resume().on('end', () => response.end()));
    const signal = AbortSignal.abort();
    const error = await failureOf(
      formUpload({ url: new URL(url), fields, file: file(Readable.from([bytes])), signal }),
    );
    expect(error.message).toContain('not done in time: 0 of 300000 bytes were sent');
  });

  it('does not follow redirects', async () => {
    const seen: string[] = [];
    const url = await loopbackServer(async (request, response) => {
      seen.push((await received(request)).path);
      response.writeHead(307, { Location: '/elsewhere' }).end();
    });
    const error = await failureOf(formUpload({ url: new URL(`${url}/a`), fields, file: file(Readable.from([bytes])) }));
    expect(error.status).toBe(307);
    expect(seen).toEqual(['/a']);
  });

  it('ends when the signal aborts', async () => {
    const url = await loopbackServer((request) => request.pause());
    const signal = AbortSignal.timeout(200);
    const error = await failureOf(
      formUpload({ url: new URL(url), fields, file: file(fountain().body, 1024 ** 3), signal }),
    );
    expect(error.message).toContain('not done in time');
  });

  it('leaves the connection open for the next upload', async () => {
    const ports = new Set<number | undefined>();
    const url = await loopbackServer(async (request, response) => {
      ports.add(request.socket.remotePort);
      await received(request);
      response.writeHead(204).end();
    });
    for (let turn = 0; turn < 3; turn++) {
      await formUpload({ url: new URL(url), fields, file: file(Readable.from([bytes])) });
    }
    expect(ports.size).toBe(1);
  });
});
