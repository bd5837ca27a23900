import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { OperationError } from '../operations/operation-error.ts';

/** What the person sees in the browser once they have answered. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>Pindrop</title>
<body style="font: 1.2rem system-ui; margin: 20vh auto; max-width: 30rem; text-align: center">
<p>You can close this page and go back to the terminal.</p>`;

export interface RedirectReceiver {
  /** What must be among the app's redirect URIs, to the letter. */
  redirectUri: string;
  /** The URL that the browser was sent to. @throws OperationError when nothing came in time */
  redirect(): Promise<URL>;
  close(): void;
}

/**
 * Listens on loopback for the one redirect that ends a sign-in.
 * @param port of the redirect URI
 * @throws OperationError when somebody else has the port
 */
export async function receiveRedirect(port: number, timeoutMs: number): Promise<RedirectReceiver> {
  let arrived: (url: URL) => void = () => {};
  const first = new Promise<URL>((resolve) => {
    arrived = resolve;
  });
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri());
    // Browsers ask for an icon, too.
    if (!url.searchParams.has('code') && !url.searchParams.has('error')) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', Connection: 'close' }).end(PAGE);
    arrived(url);
  });
  const redirectUri = () => `http://localhost:${(server.address() as AddressInfo).port}/`;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve)).catch(
    () => {
      throw new OperationError(
        `Port ${port} is taken: say another with --port, and add it to the redirect URIs of your app at developers.pinterest.com.`,
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
            () => reject(new OperationError('Nobody signed in for ten minutes: start again.')),
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
