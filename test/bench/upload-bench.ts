import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IngestProcess } from './ingest-process.ts';
import type { Circumstances } from './part.ts';
import { startAwsStandIn } from './servers/aws-stand-in.ts';
import { type HttpsServers, IDENTITY } from './servers/https-servers.ts';
import { eTagOf } from './servers/node-servers.ts';
import { startHttpsServers } from './servers/start-servers.ts';

const CLIP = fileURLToPath(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const BUCKET = 'drops';
const MIB = 1024 ** 2;

export interface BenchObject {
  bucket: string;
  key: string;
  size: number;
  eTag: string;
  /** URL at which a client without credentials can read the object. */
  url: string;
  /** Path of the object's file on this machine. */
  path: string;
}

/** Runs the servers that an upload needs on this machine. */
export interface UploadBench extends Pick<HttpsServers, 'sinkUrl'> {
  /** Path of the certificate that both servers use. */
  certificate: string;
  /** Creates a video of exactly `size` bytes. */
  object(size: number): Promise<BenchObject>;
  startIngest(): IngestProcess;
  stop(): Promise<void>;
}

export async function startUploadBench({
  assembly,
  servers: name,
}: Pick<Circumstances, 'assembly' | 'servers'>): Promise<UploadBench> {
  const directory = mkdtempSync(join(placeInMemory() ?? tmpdir(), 'pindrop-bench-'));
  const servers = await startHttpsServers(name, directory);
  const aws = await startAwsStandIn(servers.sinkUrl);
  const ingest = (await assembly()).bundled('ingest');
  mkdirSync(join(servers.objects, BUCKET));
  return {
    ...servers,
    certificate: IDENTITY.certificate,
    async object(size) {
      const key = `${size}.mp4`;
      const path = join(servers.objects, BUCKET, key);
      makeVideo(path, size);
      const url = `${servers.sourceUrl}/${BUCKET}/${key}`;
      return { bucket: BUCKET, key, size, eTag: eTagOf(path).replaceAll('"', ''), url, path };
    },
    startIngest: () =>
      new IngestProcess(
        ingest,
        {
          AWS_ENDPOINT_URL: aws.url,
          AWS_ENDPOINT_URL_S3: servers.sourceUrl,
          PINTEREST_API_URL: aws.url,
          DROP_BUCKET: BUCKET,
          NODE_EXTRA_CA_CERTS: IDENTITY.certificate,
          GIVE_UP_AFTER_HOURS: '0.001',
        },
        aws.started,
      ),
    async stop() {
      await Promise.all([servers.stop(), aws.stop()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Space for the largest file and nginx's copy of it, plus a reserve. */
const ROOM_BYTES = 6 * 1024 ** 3;

/** A directory in memory if it has enough space, so that the disk's speed does not affect the results. */
function placeInMemory(): string | undefined {
  if (!existsSync('/dev/shm')) return undefined;
  const { bavail, bsize } = statfsSync('/dev/shm');
  return bavail * bsize >= ROOM_BYTES ? '/dev/shm' : undefined;
}

/** Makes a real clip followed by free space: a box of type `free`, as video editors write it. */
function makeVideo(path: string, size: number): void {
  copyFileSync(CLIP, path);
  const clip = statSync(path).size;
  if (size < clip + 8) throw new Error(`The smallest video here has ${clip + 8} bytes.`);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(size - clip);
  header.write('free', 4);
  const file = openSync(path, 'r+');
  writeSync(file, header, 0, header.length, clip);
  ftruncateSync(file, size);
  closeSync(file);
}

export const mib = (count: number) => count * MIB;
