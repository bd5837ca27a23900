import { readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { loopbackServer } from '../../../../harness/loopback-server.ts';
import { keyHeaders, startStagedConsole } from '../staged-console.ts';

/** Sends a request with headers that fetch does not allow. */
function ask(url: string, path: string, { method = 'GET', headers = {} }: http.RequestOptions = {}) {
  return new Promise<{ status: number | undefined; headers: http.IncomingHttpHeaders; body: string }>(
    (resolve, reject) => {
      const own = { ...keyHeaders(url), ...headers };
      const request = http.request(new URL(path, url), { method, headers: own }, async (response) =>
        resolve({ status: response.statusCode, headers: response.headers, body: await text(response) }),
      );
      request.on('error', reject).end();
    },
  );
}

describe('the console', () => {
  it.each([
    ['a name that resolves to loopback', 'GET', { Host: 'evil.example' }, 421],
    ['another port', 'GET', { Host: '127.0.0.1:1' }, 421],
    ['a form of another site', 'POST', { Origin: 'https://evil.example' }, 403],
    ['another site of this machine', 'PUT', { Origin: 'http://localhost:3000' }, 403],
    ['a page with an opaque origin', 'POST', { Origin: 'null' }, 403],
    ['a request without an origin', 'PUT', {}, 403],
    ['a script of another site', 'GET', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }, 403],
  ])('refuses %s', async (_who, method, headers, status) => {
    const { url, faults } = await startStagedConsole();
    const answer = await ask(url, method === 'GET' ? '/' : '/faults/outage', { method, headers });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).message).toMatch(/^[A-Z].*\.$/);
    expect(faults.switches().every(({ on }) => !on)).toBe(true);
  });

  it.each([
    ['GET', '/events'],
    ['HEAD', '/events'],
    ['GET', '/uploads/clip'],
    ['POST', '/uploads/clip/retry'],
    ['PUT', '/objects/clip.mp4'],
    ['PUT', '/faults/outage'],
    ['DELETE', '/faults/outage'],
  ])('refuses a request without its key: %s %s', async (method, path) => {
    const { url, faults } = await startStagedConsole({ uploads: [{ key: 'clip.mp4', sizeBytes: 1, dropped: 1 }] });
    for (const key of ['', 'k'.repeat(32)]) {
      const answer = await ask(url, path, { method, headers: { Origin: new URL(url).origin, 'x-console-key': key } });
      expect(answer.status).toBe(403);
      if (method !== 'HEAD') expect(JSON.parse(answer.body).message).toContain('the address that npm start printed');
    }
    expect(faults.switches().every(({ on }) => !on)).toBe(true);
  });

  it('keeps its key in a file that only its owner can read', async () => {
    const { url, stateDirectory } = await startStagedConsole();
    const file = join(stateDirectory, 'console-key');
    expect(url).toContain(`#key=${readFileSync(file, 'utf8').trim()}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('accepts its own page under both names of this machine', async () => {
    const { url, faults } = await startStagedConsole();
    const Host = `localhost:${new URL(url).port}`;
    const own = { Host, Origin: `http://${Host}`, 'Sec-Fetch-Site': 'same-origin' };
    expect((await ask(url, '/faults/outage', { method: 'PUT', headers: own })).status).toBe(200);
    expect(faults.switches().find(({ name }) => name === 'outage')?.on).toBe(true);
    // A link on another site may open the page.
    const followed = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect((await ask(url, '/', { headers: followed })).status).toBe(200);
  });

  it('sends a Content-Security-Policy that allows only its own files', async () => {
    const { url } = await startStagedConsole();
    const { headers } = await ask(url, '/');
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  it.each([
    ['/no-such-file.ts', 404],
    ['/..%2fconsole.ts', 404],
    ['/%2e%2e/console.ts', 404],
    ['/tsconfig.json', 404],
    ['/uploads/no-such-upload', 404],
    ['/uploads/%E0%A4%A', 400],
  ])('answers %s with %i and a sentence', async (path, status) => {
    const { url } = await startStagedConsole();
    const answer = await ask(url, path);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).message).toMatch(/^.*\.$/);
  });

  it('answers HEAD like GET, without the body', async () => {
    const { url } = await startStagedConsole();
    const answer = await ask(url, '/', { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '' });
  });

  it('serves its TypeScript modules as JavaScript', async () => {
    const { url } = await startStagedConsole();
    const { body, headers } = await ask(url, '/wording.ts');
    expect(headers['content-type']).toContain('text/javascript');
    expect(body).not.toContain(': number');
  });

  it('forwards a file to the bucket before it has received all of it', async () => {
    let arrived: () => void = () => {};
    const firstBytes = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let size = 0;
    const endpoint = await loopbackServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        arrived();
      });
      request.on('end', () => response.writeHead(200, { 'x-amz-version-id': '7' }).end());
    });
    const { url } = await startStagedConsole({ endpoint });
    const half = Buffer.alloc(1024 * 1024);
    const Origin = new URL(url).origin;
    const put = http.request(new URL('/objects/clip.mp4', url), {
      method: 'PUT',
      headers: { ...keyHeaders(url), Origin, 'Content-Length': 2 * half.length },
    });
    const answered = new Promise<http.IncomingMessage>((resolve) => put.on('response', resolve));
    put.write(half);
    await firstBytes;
    put.end(half);
    const response = await answered;
    expect({ status: response.statusCode, body: await text(response) }).toEqual({
      status: 201,
      body: '{"versionId":"7"}',
    });
    expect(size).toBe(2 * half.length);
  });

  it('says why the bucket refused a file, even if the bucket answered before the end of the file', async () => {
    const endpoint = await loopbackServer((_request, response) => {
      response.writeHead(403).end('<Error><Message>The bucket is closed.</Message></Error>');
    });
    const { url } = await startStagedConsole({ endpoint });
    const headers = { ...keyHeaders(url), Origin: new URL(url).origin, 'Content-Length': 8 * 1024 * 1024 };
    const put = http.request(new URL('/objects/clip.mp4', url), { method: 'PUT', headers });
    const answered = new Promise<http.IncomingMessage>((resolve) => put.on('response', resolve));
    // The connection may close before the whole body is sent.
    put.on('error', () => {}).end(Buffer.alloc(8 * 1024 * 1024));
    expect(JSON.parse(await text(await answered)).message).toContain('(The bucket is closed).');
  });

  it('shows the days until the token expires, and no part of the token', async () => {
    const secret = {
      accessToken: 'pina_secret',
      refreshToken: 'pinr_secret',
      accessTokenExpiresAt: new Date(Date.now() + 12.5 * 86_400_000).toISOString(),
    };
    const { url } = await startStagedConsole({ secret, uploads: [{ key: 'clip.mp4', sizeBytes: 1, dropped: 1 }] });
    const snapshot = await new Promise<string>((resolve) => {
      const request = http.get(new URL('/events', url), { headers: keyHeaders(url) }, async (response) => {
        let said = '';
        for await (const chunk of response) {
          said += chunk;
          if (said.includes('event: snapshot') && said.endsWith('\n\n')) break;
        }
        request.destroy();
        resolve(said);
      });
    });
    expect(snapshot).toContain('"daysLeft":12');
    expect(snapshot).toContain('"renewed":true');
    expect(snapshot).not.toMatch(/pin[ar]_/);
  });

  it('has the same address after a restart', async () => {
    const first = await startStagedConsole();
    await first.close();
    const again = await startStagedConsole({ stateDirectory: first.stateDirectory });
    expect(again.url).toBe(first.url);
  });
});
