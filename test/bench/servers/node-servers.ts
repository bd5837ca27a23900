import { createReadStream, mkdirSync, readFileSync, statSync } from 'node:fs';
import type http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { HttpsServers, IDENTITY } from './https-servers.ts';

/** Starts the source and the sink in this process, for machines without nginx. */
export async function startNodeServers(directory: string, identity: typeof IDENTITY): Promise<HttpsServers> {
  const objects = join(directory, 'objects');
  mkdirSync(objects, { recursive: true });
  const tls = { key: readFileSync(identity.key), cert: readFileSync(identity.certificate) };
  const source = await listening(
    https.createServer(tls, (request, response) => void serve(objects, request, response)),
  );
  const sink = await listening(
    https.createServer(tls, (request, response) => {
      request.resume().on('end', () => response.writeHead(204).end());
    }),
  );
  return {
    sourceUrl: source.url,
    sinkUrl: `${sink.url}/`,
    objects,
    async stop() {
      await Promise.all([source.stop(), sink.stop()]);
    },
  };
}

/** Handles HEAD and GET, including Range and If-Match. */
async function serve(objects: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const path = join(objects, decodeURIComponent(new URL(request.url ?? '/', 'https://any').pathname));
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return void response.writeHead(404).end();
  const eTag = eTagOf(path);
  const { 'if-match': condition, range } = request.headers;
  if (condition !== undefined && condition !== eTag) return void response.writeHead(412).end();
  const [, first = '0', last = String(found.size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const [start, end] = [Number(first), Math.min(Number(last), found.size - 1)];
  response.writeHead(range === undefined ? 200 : 206, {
    'Content-Type': 'video/mp4',
    'Content-Length': end - start + 1,
    ETag: eTag,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${found.size}` }),
  });
  if (request.method === 'HEAD') return void response.end();
  // A client may close the connection early: the server keeps running.
  await pipeline(createReadStream(path, { start, end }), response).catch(() => {});
}

/** A file's ETag as nginx computes it: modification time and length, in hexadecimal. */
export function eTagOf(path: string): string {
  const { mtimeMs, size } = statSync(path);
  return `"${Math.floor(mtimeMs / 1000).toString(16)}-${size.toString(16)}"`;
}

async function listening(server: https.Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
