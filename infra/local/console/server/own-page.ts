import type { IncomingMessage } from 'node:http';
import { ownHosts } from '../../aws/own-host.ts';

/** An error with the HTTP status of its response. The message is a sentence for the user of the page. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Accepts only requests from the console's own page. Any site that the user visits can send requests to loopback; the
 * Origin header reveals the site. A site whose host name resolves to 127.0.0.1 could also read the responses; the Host
 * header reveals the name.
 * @throws Refusal
 * @see https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
 */
export function requireOwnPage({ method, headers }: IncomingMessage, port: number): void {
  const hosts = ownHosts(port);
  const { host = '', origin } = headers;
  if (!hosts.includes(host)) {
    throw new Refusal(421, `The console is at http://${hosts[0]}/ and accepts no other host name.`);
  }
  const reads = method === 'GET' || method === 'HEAD';
  const foreign = origin !== undefined && origin !== `http://${host}`;
  // Browsers send Origin with every request except GET and HEAD. Other programs use the endpoint, not the console.
  if (foreign || (!reads && origin === undefined)) {
    throw new Refusal(403, 'Only the console’s own page may do this.');
  }
  const site = headers['sec-fetch-site'];
  // Another site may link to the page, but may not send other requests.
  const opens = headers['sec-fetch-mode'] === 'navigate' && reads;
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opens) {
    throw new Refusal(403, 'Only the console’s own page may ask this.');
  }
}
