import type { IncomingMessage } from 'node:http';
import { ownHosts } from '../../aws/own-host.ts';

/** A refusal as an answer: its message is a sentence for the person at the page. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Lets pass only what this console's own page asks. Any site that the person visits can send requests to loopback, and
 * one whose name was made to resolve to 127.0.0.1 can read the answers: the first is told by Origin, the second by Host.
 * @throws Refusal
 * @see https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
 */
export function requireOwnPage({ method, headers }: IncomingMessage, port: number): void {
  const hosts = ownHosts(port);
  const { host = '', origin } = headers;
  if (!hosts.includes(host)) {
    throw new Refusal(421, `The console is at http://${hosts[0]}/ and answers to no other name.`);
  }
  const reads = method === 'GET' || method === 'HEAD';
  const foreign = origin !== undefined && origin !== `http://${host}`;
  // Browsers send Origin with everything that is no plain read; a program on this machine can do without the console.
  if (foreign || (!reads && origin === undefined)) {
    throw new Refusal(403, 'Only the console’s own page may do this.');
  }
  const site = headers['sec-fetch-site'];
  // A link from elsewhere may open the page; nothing else of it is for others.
  const opens = headers['sec-fetch-mode'] === 'navigate' && reads;
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opens) {
    throw new Refusal(403, 'Only the console’s own page may ask this.');
  }
}
