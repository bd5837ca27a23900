import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { searchPath } from '../programs.ts';
import type { HttpsServers, IDENTITY } from './https-servers.ts';

/** Starts one nginx with two workers as source and sink. @throws Error when nginx exits before it listens */
export async function startNginx(directory: string, identity: typeof IDENTITY): Promise<HttpsServers> {
  const objects = join(directory, 'objects');
  for (const each of [objects, join(directory, 'bodies'), join(directory, 'logs')])
    mkdirSync(each, { recursive: true });
  const [source, sink, done] = [await freePort(), await freePort(), await freePort()];
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, configuration({ directory, objects, ...identity, source, sink, done }));
  const nginx = spawn('nginx', ['-p', directory, '-c', file, '-e', join(directory, 'logs/error.log')], {
    env: { PATH: searchPath() },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => nginx.on('exit', () => resolve()));
  await Promise.race([
    Promise.all([source, sink, done].map(accepting)),
    ended.then(() => Promise.reject(new Error(`nginx ended; ${directory}/logs/error.log says why.`))),
  ]);
  return {
    sourceUrl: `https://127.0.0.1:${source}`,
    sinkUrl: `https://127.0.0.1:${sink}/`,
    objects,
    stop: () => {
      nginx.kill('SIGTERM');
      return ended;
    },
  };
}

type NginxPaths = Record<'directory' | 'objects' | 'key' | 'certificate', string> &
  Record<'source' | 'sink' | 'done', number>;

/** The sink writes a body to a file in the directory, which is in memory, and forwards the request without the body. */
const configuration = ({ directory, objects, key, certificate, source, sink, done }: NginxPaths) => `
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

/** Resolves when the port accepts connections. */
async function accepting(port: number): Promise<void> {
  for (;;) {
    const connection = connect(port, '127.0.0.1');
    const connected = await once(connection, 'connect').then(
      () => true,
      () => false,
    );
    connection.destroy();
    if (connected) return;
    await wait(20);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
