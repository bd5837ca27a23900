import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { OperationError } from '../operations/operation-error.ts';

/** The page that the browser shows after the sign-in. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>Pindrop</title>
<body style="font: 1.2rem system-ui; margin: 20vh auto; max-width: 30rem; text-align: center">
<p>You can close this page and go back to the terminal.</p>`;

export interface RedirectReceiver {
  /** The app's redirect URIs must include exactly this URI. */
  redirectUri: string;
  /**
   * @returns the URL to which Pinterest redirected the browser.
   * @throws OperationError when no redirect arrived in time
   */
  redirect(): Promise<URL>;
  close(): void;
}

/**
 * Listens on loopback for the redirect at the end of a sign-in.
 * @param port the port of the redirect URI; 0 for a free port
 * @throws OperationError when the port cannot be used
 */
export async function receiveRedirect(port: number, timeoutMs: number): Promise<RedirectReceiver> {
  let arrived: (url: URL) => void = () => {};
  const first = new Promise<URL>((resolve) => {
    arrived = resolve;
  });
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri());
    // Browsers also request an icon. Ignore such requests.
    if (!url.searchParams.has('code') && !url.searchParams.has('error')) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', Connection: 'close' }).end(PAGE);
    arrived(url);
  });
  const redirectUri = () => `http://localhost:${(server.address() as AddressInfo).port}/`;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve)).catch(
    ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? `Port ${port} is taken` : `Port ${port} cannot be used (${message})`;
      throw new OperationError(
        `${why}: choose another one with --port, and add it to the redirect URIs of your app at developers.pinterest.com.`,
      );
    },
  );
  return {
    redirectUri: redirectUri(),
    redirect: () =>
      Promise.race([
        first,
        new Promise<never>((_resolve, reject) => {
          setTimeout(
            () => reject(new OperationError('Nobody signed in within ten minutes: run the command again.')),
            timeoutMs,
          ).unref();
        }),
      ]),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
