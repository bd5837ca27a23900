import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Used } from '../ingest-process.ts';

/** Runs a shell pipeline, and reads its CPU and wall time from the shell's `time`. */
async function timed(pipeline: string, ...args: string[]): Promise<Used> {
  const script = `set -o pipefail; TIMEFORMAT='%R %U %S'; time { ${pipeline}; }`;
  const { stderr } = await promisify(execFile)('bash', ['-c', script, 'curl', ...args], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [wallSeconds = 0, user = 0, system = 0] = stderr.trim().split(/\s+/).map(Number);
  return { cpuSeconds: user + system, wallSeconds };
}

const CURL = 'curl --silent --show-error --fail';

export interface CurlTarget {
  certificate: string;
}

/** Reads an object and discards it. */
export const curlGet = (url: string, { certificate }: CurlTarget): Promise<Used> =>
  timed(`${CURL} "$@"`, '--cacert', certificate, '--output', '/dev/null', url);

/** Posts a file as a multipart form, as the form upload does. */
export const curlPost = (path: string, url: string, { certificate }: CurlTarget): Promise<Used> =>
  timed(
    `${CURL} "$@"`,
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

/**
 * Reads an object and posts it at the same time, as an upload does: one curl pipes into another. It does not post a
 * form, because curl would read the whole input before it sends a form.
 */
export const curlPipe = (from: string, to: string, { certificate }: CurlTarget): Promise<Used> =>
  timed(
    `${CURL} --cacert "$1" "$2" | ${CURL} --cacert "$1" --output /dev/null --request POST --upload-file - "$3"`,
    ...[certificate, from, to],
  );
