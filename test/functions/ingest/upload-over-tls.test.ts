import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CHUNK_BYTES, openObject } from '../../../functions/lean-sdk/object-stream.ts';
import { formUpload } from '../../../shared/pinterest/form-upload.ts';
import { received } from '../../harness/loopback-server.ts';
import { seededRandom } from '../../harness/seeded-random.ts';

const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url)));
const identity = { key: fixture('loopback-key.pem'), cert: fixture('loopback-certificate.pem') };

const trusted = tls.getCACertificates('default');
beforeAll(() => tls.setDefaultCACertificates([...trusted, identity.cert.toString()]));
afterAll(() => tls.setDefaultCACertificates(trusted));

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

/** S3: serves some bytes over TLS, in pieces of chance sizes, and now and then stands still. */
async function sourceOf(bytes: () => Buffer, random: () => number) {
  const resumed: boolean[] = [];
  const server = tls.createServer(identity, (connection) => {
    resumed.push(connection.isSessionReused());
    connection.on('error', () => {});
    connection.once('data', async () => {
      const all = bytes();
      connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${all.length}\r\n\r\n`);
      for (let at = 0; at < all.length; ) {
        const piece = all.subarray(at, at + 1 + Math.floor(random() * 200_000));
        at += piece.length;
        if (!connection.write(piece)) await new Promise((drained) => connection.once('drain', drained));
        if (random() < 0.03) await wait(3);
      }
      connection.end();
    });
  });
  const port = await listening(server);
  return { resumed, open: () => openObject(new URL(`https://localhost:${port}`), '/clip.mp4', { host: 'h' }, 30_000) };
}

/** The upload host: takes forms over TLS, and now and then takes nothing for a while. */
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

/** Lets connections wait at the door: the form then begins before there is a connection. */
async function doorOf(url: URL, milliseconds: number): Promise<URL> {
  const door = net.createServer((outside) => {
    setTimeout(() => {
      const inside = net.connect(Number(url.port), '127.0.0.1').on('error', () => {});
      outside.pipe(inside).pipe(outside);
    }, milliseconds);
  });
  return new URL(`https://127.0.0.1:${await listening(door)}/`);
}

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('an upload over TLS', () => {
  it('brings every byte to its place, out of memory that is used again', async () => {
    const random = seededRandom(7);
    let bytes = Buffer.alloc(0);
    const source = await sourceOf(() => bytes, random);
    const sink = await sinkOf(random);
    const door = await doorOf(sink.url, 100);
    const sizes = [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES];
    for (let time = 0; time < 24; time++) {
      bytes = randomBytes(sizes[time] ?? Math.ceil(random() * 8_000_000));
      const opened = await source.open();
      if (!opened) throw new Error('There is no object.');
      const file = { name: 'clip.mp4', contentType: 'video/mp4', size: bytes.length, body: opened.body };
      const url = time % 3 === 0 ? door : sink.url;
      await expect(formUpload({ url, fields: { key: 'k' }, file })).resolves.toMatchObject({ status: 204 });
      expect(sink.hashes.at(-1)).toBe(sha(bytes));
    }
    // The first handshake is a whole one, and no later one has to be.
    expect(source.resumed).toEqual([false, ...Array.from({ length: 23 }, () => true)]);
  });

  it('goes to nobody whose certificate is not trusted', async () => {
    const sink = await sinkOf(() => 1);
    const source = await sourceOf(
      () => randomBytes(1000),
      () => 1,
    );
    tls.setDefaultCACertificates(trusted);
    try {
      await expect(source.open()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      tls.setDefaultCACertificates([...trusted, identity.cert.toString()]);
      const opened = await source.open();
      if (!opened) throw new Error('There is no object.');
      tls.setDefaultCACertificates(trusted);
      const file = { name: 'clip.mp4', contentType: 'video/mp4', size: 1000, body: opened.body };
      await expect(formUpload({ url: sink.url, fields: {}, file })).rejects.toMatchObject({ side: 'sink' });
      expect(sink.hashes).toEqual([]);
    } finally {
      tls.setDefaultCACertificates([...trusted, identity.cert.toString()]);
    }
  });
});
