import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Used } from '../ingest-process.ts';

/** Runs curl, and takes what it used from the shell that waited for it. */
async function curl(...args: string[]): Promise<Used> {
  const script = `TIMEFORMAT='%R %U %S'; time curl --silent --show-error --fail "$@"`;
  const { stderr } = await promisify(execFile)('bash', ['-c', script, 'curl', ...args], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [wallSeconds = 0, user = 0, system = 0] = stderr.trim().split(/\s+/).map(Number);
  return { cpuSeconds: user + system, wallSeconds };
}

export interface CurlTarget {
  certificate: string;
}

/** Reads an object and throws it away. */
export const curlGet = (url: string, { certificate }: CurlTarget): Promise<Used> =>
  curl('--cacert', certificate, '--output', '/dev/null', url);

/** Posts a file as the form upload does. */
export const curlPost = (path: string, url: string, { certificate }: CurlTarget): Promise<Used> =>
  curl(
    '--cacert',
    certificate,
    '--output',
    '/dev/null',
    '--form',
    'key=k',
    '--form',
    `file=@${path};type=video/mp4`,
    url,
  );
