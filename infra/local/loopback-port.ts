import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Has a server listen on loopback, where only this machine reaches it.
 * @param ports tried in this order; a free one when none can be had
 * @returns the port that it got
 */
export async function listenOnLoopback(server: Server, ports: (number | undefined)[]): Promise<number> {
  await listenOnFirst(server, [...ports.filter((port) => port !== undefined), 0]);
  return (server.address() as AddressInfo).port;
}

async function listenOnFirst(server: Server, [port, ...others]: number[]): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    if (others.length === 0) throw error;
    await listenOnFirst(server, others);
  }
}
