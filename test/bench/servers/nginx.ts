import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Raised where a program that the bench needs is not installed. */
export class MissingProgramError extends Error {
  override readonly name = 'MissingProgramError';
}

/** @throws MissingProgramError saying what to install */
export function programs(...names: string[]): void {
  const missing = names.filter((name) => {
    const places = `${process.env['PATH']}:/usr/sbin:/sbin`.split(':');
    return !places.some((place) => existsSync(join(place, name)));
  });
  if (missing.length === 0) return;
  throw new MissingProgramError(`The bench needs ${missing.join(' and ')}: apt-get install ${missing.join(' ')}.`);
}

export interface HttpsServers {
  /** Serves what is below the directory `objects`, as S3 does with paths. */
  sourceUrl: string;
  /** Reads a POST to its end, and answers 204. */
  sinkUrl: string;
  objects: string;
  /** The authority that both certificates are of. */
  certificate: string;
  stop(): Promise<void>;
}

/**
 * Starts an HTTPS source and an HTTPS sink that are no bottleneck.
 * @param directory in memory, best; it is left as it is
 */
export async function startNginx(directory: string): Promise<HttpsServers> {
  const objects = join(directory, 'objects');
  for (const each of [objects, join(directory, 'bodies'), join(directory, 'logs')])
    mkdirSync(each, { recursive: true });
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate];
  execFileSync('openssl', [...request, ...names], { stdio: 'ignore' });
  const [source, sink, done] = [await freePort(), await freePort(), await freePort()];
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, configuration({ directory, objects, key, certificate, source, sink, done }));
  const nginx = spawn('nginx', ['-p', directory, '-c', file, '-e', join(directory, 'logs/error.log')], {
    env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => nginx.on('exit', () => resolve()));
  return {
    sourceUrl: `https://127.0.0.1:${source}`,
    sinkUrl: `https://127.0.0.1:${sink}/`,
    ...{ objects, certificate },
    stop: () => {
      nginx.kill('SIGTERM');
      return ended;
    },
  };
}

type Place = Record<'directory' | 'objects' | 'key' | 'certificate', string> &
  Record<'source' | 'sink' | 'done', number>;

/** The sink keeps a body in a file of the directory, which is in memory, and hands on the request without it. */
const configuration = ({ directory, objects, key, certificate, source, sink, done }: Place) => `
daemon off;
master_process on;
user root;
worker_processes 2;
pid ${directory}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  sendfile on;
  keepalive_timeout 65;
  default_type video/mp4;
  ssl_certificate ${certificate};
  ssl_certificate_key ${key};
  ssl_buffer_size 16k;
  # As S3 chooses.
  ssl_protocols TLSv1.3;
  ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
  client_max_body_size 0;
  client_body_buffer_size 1m;
  client_body_temp_path ${directory}/bodies;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  server { listen 127.0.0.1:${source} ssl; root ${objects}; }
  server {
    listen 127.0.0.1:${sink} ssl;
    location / {
      client_body_in_file_only clean;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_pass http://127.0.0.1:${done};
    }
  }
  server { listen 127.0.0.1:${done}; location / { return 204; } }
}
`;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
