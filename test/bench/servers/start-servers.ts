import { missingPrograms } from '../programs.ts';
import { type HttpsServers, IDENTITY } from './https-servers.ts';
import { startNginx } from './nginx.ts';
import { startNodeServers } from './node-servers.ts';

export const SERVERS = ['nginx', 'node'] as const;
export type ServerName = (typeof SERVERS)[number];

/** nginx where it is installed: it leaves the clients more of the machine than servers of Node's. */
export const defaultServers = (): ServerName => (missingPrograms('nginx').length === 0 ? 'nginx' : 'node');

/** @param directory for the objects, in memory at best; the caller removes it */
export const startHttpsServers = (name: ServerName, directory: string): Promise<HttpsServers> =>
  name === 'nginx' ? startNginx(directory, IDENTITY) : startNodeServers(directory, IDENTITY);
