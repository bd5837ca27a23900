import { readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PortWishes {
  /** File that stores the port for the next start. */
  file: string;
  /** The port to try before the port of the last start. */
  wanted?: number | undefined;
  /** The port to try after the port of the last start. */
  usual?: number;
}

/**
 * Lets a server listen on loopback, which only this machine can reach.
 * Uses any free port when none of the wanted ports is free.
 * @returns the port
 */
export async function listenOnLoopback(server: Server, { file, wanted, usual }: PortWishes): Promise<number> {
  await listenOnFirst(server, [...[wanted, lastPort(file), usual].filter((port) => port !== undefined), 0]);
  const { port } = server.address() as AddressInfo;
  writeFileSync(file, String(port));
  return port;
}

function lastPort(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
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
