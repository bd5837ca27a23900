import { missingPrograms } from '../programs.ts';
import { type HttpsServers, IDENTITY } from './https-servers.ts';
import { startNginx } from './nginx.ts';
import { startNodeServers } from './node-servers.ts';

export const SERVERS = ['nginx', 'node'] as const;
export type ServerName = (typeof SERVERS)[number];

/** nginx if it is installed: it leaves the clients more CPU than Node's servers do. */
export const defaultServers = (): ServerName => (missingPrograms('nginx').length === 0 ? 'nginx' : 'node');

/** @param directory directory for the objects, preferably in memory; the caller removes it */
export const startHttpsServers = (name: ServerName, directory: string): Promise<HttpsServers> =>
  name === 'nginx' ? startNginx(directory, IDENTITY) : startNodeServers(directory, IDENTITY);
