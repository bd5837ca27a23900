import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import tls, { type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { s3ClientOptions } from '../../../functions/aws/client-options.ts';
import { s3DropSource } from '../../../functions/ingest/drop-source.ts';
import { formUpload } from '../../../shared/pinterest/form-upload.ts';
import { received } from '../../harness/loopback-server.ts';
import { seededRandom } from '../../harness/seeded-random.ts';

const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url)));
const identity = { key: fixture('loopback-key.pem'), cert: fixture('loopback-certificate.pem') };

const trusted = tls.getCACertificates('default');
const trustLoopback = () => tls.setDefaultCACertificates([...trusted, identity.cert.toString()]);
const trustNoLoopback = () => tls.setDefaultCACertificates(trusted);
beforeAll(trustLoopback);
afterAll(trustNoLoopback);

/** File sizes around the largest TLS record (16 KiB) and around the size of a socket's buffer (1 MiB). */
const EDGES = [1, 16_383, 16_384, 16_385, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1];

async function listening(server: net.Server): Promise<number> {
  const connections = new Set<net.Socket>();
  server.on('connection', (connection) => connections.add(connection.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const connection of connections) connection.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function* inPieces(bytes: Buffer, random: () => number) {
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + 1 + Math.floor(random() * 200_000));
    at += piece.length;
    yield piece;
    if (random() < 0.03) await wait(3);
  }
}

/** Stands in for Amazon S3: sends bytes over TLS in pieces of random sizes, with random pauses. */
async function sourceOf(bytes: () => Buffer, random: () => number) {
  const connections = new Set<TLSSocket>();
  const server = https.createServer(identity, async (request, response) => {
    connections.add(request.socket as TLSSocket);
    const all = bytes();
    response.writeHead(200, { 'Content-Length': all.length, ETag: '"e"' });
    await pipeline(inPieces(all, random), response);
  });
  const port = await listening(server);
  const s3 = new S3Client({
    ...s3ClientOptions,
    endpoint: `https://localhost:${port}`,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  onTestFinished(() => s3.destroy());
  const open = () => s3DropSource(s3).open({ bucket: 'b', key: 'clip.mp4', eTag: 'e', size: 0, metadata: {} });
  return { connections, open };
}

/** Stands in for the upload host: receives forms over TLS, and pauses reading at random. */
async function sinkOf(random: () => number) {
  const hashes: string[] = [];
  const server = https.createServer(identity, async (request, response) => {
    request.on('data', () => {
      if (random() > 0.03) return;
      request.pause();
      setTimeout(() => request.resume(), 5);
    });
    const { body } = await received(request);
    const start = body.indexOf('video/mp4\r\n\r\n') + 'video/mp4\r\n\r\n'.length;
    hashes.push(sha(body.subarray(start, body.lastIndexOf('\r\n--pindrop-'))));
    response.writeHead(204, random() < 0.3 ? { Connection: 'close' } : {}).end();
  });
  return { hashes, url: new URL(`https://127.0.0.1:${await listening(server)}/`) };
}

/** A proxy that delays each connection: the upload starts before it is connected. @returns the proxy's URL */
async function delayed(url: URL, milliseconds: number): Promise<URL> {
  const proxy = net.createServer((outside) => {
    setTimeout(() => {
      const inside = net.connect(Number(url.port), '127.0.0.1').on('error', () => {});
      outside.pipe(inside).pipe(outside);
    }, milliseconds);
  });
  return new URL(`https://127.0.0.1:${await listening(proxy)}/`);
}

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('an upload over TLS', () => {
  it("delivers every byte of the SDK's object stream in order, over few connections", async () => {
    const random = seededRandom(7);
    let bytes = Buffer.alloc(0);
    const source = await sourceOf(() => bytes, random);
    const sink = await sinkOf(random);
    const delayedSink = await delayed(sink.url, 100);
    for (let time = 0; time < 24; time++) {
      bytes = randomBytes(EDGES[time] ?? Math.ceil(random() * 8_000_000));
      const body = await source.open();
      const file = { name: 'clip.mp4', contentType: 'video/mp4', size: bytes.length, body };
      const url = time % 3 === 0 ? delayedSink : sink.url;
      await expect(formUpload({ url, fields: { key: 'k' }, file })).resolves.toMatchObject({ status: 204 });
      expect(sink.hashes.at(-1)).toBe(sha(bytes));
    }
    // A connection to S3 is reused for the next object. A new connection resumes the TLS session.
    const [first, ...others] = source.connections;
    expect(first?.isSessionReused()).toBe(false);
    expect(others.every((connection) => connection.isSessionReused())).toBe(true);
    expect(source.connections.size).toBeLessThan(24);
  });

  it('refuses each host whose certificate is not trusted', async () => {
    const sink = await sinkOf(() => 1);
    const source = await sourceOf(
      () => randomBytes(1000),
      () => 1,
    );
    trustNoLoopback();
    try {
      await expect(source.open()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      trustLoopback();
      const body = await source.open();
      trustNoLoopback();
      const file = { name: 'clip.mp4', contentType: 'video/mp4', size: 1000, body };
      await expect(formUpload({ url: sink.url, fields: {}, file })).rejects.toMatchObject({ side: 'sink' });
      expect(sink.hashes).toEqual([]);
    } finally {
      trustLoopback();
    }
  });
});
