import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHUNK_BYTES, type OpenedObject, openObject } from '../../../functions/lean-sdk/object-stream.ts';

/** A server that writes just these pieces, each by itself, for every connection. */
async function serverOf(pieces: (string | Buffer)[], { cut = false, stall = false } = {}) {
  const asked: string[] = [];
  const connections = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    connections.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('data', async (request) => {
      asked.push(request.toString());
      for (const piece of pieces) {
        if (!socket.write(piece)) await new Promise((drained) => socket.once('drain', drained).once('close', drained));
        await wait(1);
      }
      if (stall) return;
      if (cut) socket.resetAndDestroy();
      else socket.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  const { port } = server.address() as net.AddressInfo;
  const open = (idleMs = 30_000) =>
    openObject(new URL(`http://127.0.0.1:${port}`), '/b/a%20b', { host: 'h', range: 'r' }, idleMs);
  return { asked, open, connections };
}

const head = (length: number, more = '') => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nETag: "e"\r\n${more}\r\n`;
const sha = (...parts: Buffer[]) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

const shaOf = async (opened: OpenedObject | undefined) => sha(...(opened ? await opened.body.toArray() : []));

describe('openObject', () => {
  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3_000_000])(
    'brings all of %d bytes, whoever recycles',
    async (size) => {
      const bytes = randomBytes(size);
      const { open, asked } = await serverOf([head(size), bytes]);
      const opened = await open();
      const hash = createHash('sha256');
      for await (const chunk of opened?.body ?? []) {
        hash.update(chunk);
        opened?.body.recycle(chunk);
      }
      expect(hash.digest('hex')).toBe(sha(bytes));
      expect(opened?.headers).toMatchObject({ 'content-length': String(size), etag: '"e"' });
      expect(asked).toEqual(['GET /b/a%20b HTTP/1.1\r\nhost: h\r\nrange: r\r\nconnection: close\r\n\r\n']);
    },
  );

  it('keeps chunks apart that nobody has recycled', async () => {
    const bytes = randomBytes(2_000_000);
    const { open } = await serverOf([head(bytes.length), bytes]);
    expect(await shaOf(await open())).toBe(sha(bytes));
  });

  it('takes headers in pieces, and a body that begins with them', async () => {
    const bytes = randomBytes(1000);
    const all = Buffer.concat([Buffer.from(head(bytes.length)), bytes]);
    const { open } = await serverOf([all.subarray(0, 9), all.subarray(9, 40), all.subarray(40, 60), all.subarray(60)]);
    expect(await shaOf(await open())).toBe(sha(bytes));
  });

  it.each([
    ['an error', 'HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc'],
    ['a part', 'HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc'],
    ['no length', 'HTTP/1.1 200 OK\r\n\r\nabc'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
    ['more than it said', `${head(2)}abc`],
  ])('leaves %s to the ordinary way', async (_what, answer) => {
    const { open } = await serverOf([answer]);
    expect(await open()).toBeUndefined();
  });

  it.each([true, false])('fails when the connection ends in mid-body (reset: %s)', async (cut) => {
    const { open } = await serverOf([head(1_000_000), randomBytes(600_000)], { cut });
    await expect((await open())?.body.toArray()).rejects.toThrow();
  });

  it.each([true, false])('fails when the connection ends before an answer (reset: %s)', async (cut) => {
    const { open } = await serverOf(['HTTP/1.1 200'], { cut });
    await expect(open()).rejects.toThrow();
  });

  it('gives up an answer that does not begin', async () => {
    const server = net.createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const { port } = server.address() as net.AddressInfo;
    const url = new URL(`http://127.0.0.1:${port}`);
    await expect(openObject(url, '/', {}, 50)).rejects.toThrow('said nothing for 0.05 s');
  });

  it('gives up an object that stands still, when it is told to', async () => {
    const { open } = await serverOf([head(1000), 'half'], { stall: true });
    const opened = await open();
    opened?.body.setIdle(50);
    await expect(opened?.body.toArray()).rejects.toThrow('said nothing for 0.05 s');
  });

  it('reads no further than somebody takes', async () => {
    const bytes = randomBytes(40_000_000);
    const { open, connections } = await serverOf([head(bytes.length), bytes]);
    const opened = await open();
    const [socket] = connections;
    // What the system keeps on its way settles; the rest stays where it is.
    let before = -1;
    while (before !== socket?.writableLength) {
      before = socket?.writableLength ?? 0;
      await wait(200);
    }
    expect(before).toBeGreaterThan(20_000_000);
    expect(await shaOf(opened)).toBe(sha(bytes));
  });

  it('closes the connection when it is given up', async () => {
    const { open, connections } = await serverOf([head(40_000_000), randomBytes(40_000_000)]);
    const opened = await open();
    opened?.body.destroy();
    const [socket] = connections;
    await new Promise<void>((closed) => (socket?.destroyed ? closed() : socket?.once('close', () => closed())));
  });
});
