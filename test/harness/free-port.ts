import { randomInt } from 'node:crypto';
import http from 'node:http';

/** Below the ephemeral ports of Linux, macOS and Windows: the system assigns those to connections and to port 0. */
const [FIRST, LAST] = [20_000, 32_000];

/** @returns a free loopback port that the system never assigns by itself, only to a program that requests this port */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    const server = http.createServer();
    const listens = await new Promise<boolean>((resolve) => {
      server.on('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!listens) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
