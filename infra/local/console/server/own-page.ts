import type { IncomingMessage } from 'node:http';
import { ownHosts } from '../../aws/own-host.ts';

/** An error that is answered with its status. The message is a sentence for the person at the page. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Accepts only requests of the console's own page. Any site that the person visits can send requests to loopback: Origin
 * reveals it. A site whose name resolves to 127.0.0.1 could also read the responses: Host reveals it.
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
  // Browsers send Origin with everything but plain reads. Programs use the endpoint instead of the console.
  if (foreign || (!reads && origin === undefined)) {
    throw new Refusal(403, 'Only the console’s own page may do this.');
  }
  const site = headers['sec-fetch-site'];
  // A link on another site may open the page, and nothing else.
  const opens = headers['sec-fetch-mode'] === 'navigate' && reads;
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opens) {
    throw new Refusal(403, 'Only the console’s own page may ask this.');
  }
}
