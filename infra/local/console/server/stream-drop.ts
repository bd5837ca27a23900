import http, { type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Refusal } from './own-page.ts';

export interface Bucket {
  /** Of the stack's S3. */
  endpoint: string;
  name: string;
}

/** What S3 takes of a key's length, in bytes. */
const LONGEST_KEY = 1024;

/**
 * Puts the body of a request into the bucket as it comes: no more of it is held than what the connections' buffers hold.
 * @throws Refusal
 */
export async function streamDrop(
  key: string,
  request: IncomingMessage,
  bucket: Bucket,
): Promise<{ versionId?: string }> {
  if (key === '' || Buffer.byteLength(key) > LONGEST_KEY) {
    throw new Refusal(400, `A key has 1 to ${LONGEST_KEY} bytes. Give the file a shorter name.`);
  }
  const { 'content-length': length, 'content-type': type } = request.headers;
  if (length === undefined) throw new Refusal(411, 'The length of the file is not said. Choose the file again.');
  const path = `/${bucket.name}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const metadata = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  const put = http.request(bucket.endpoint + path, {
    method: 'PUT',
    headers: {
      'Content-Length': length,
      'Content-Type': type || 'application/octet-stream',
      ...Object.fromEntries(metadata),
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    put.on('response', resolve).on('error', reject);
    // Who has left does not send the rest.
    request.on('close', () => request.complete || put.destroy());
  });
  // No pipeline: it would end the connection with the first error, and the page would not hear what it was.
  request.pipe(put);
  const answer = await answered;
  const body = await text(answer);
  if (answer.statusCode !== 200) {
    const [, why = `status ${answer.statusCode}`] = /<Message>([^<]*)<\/Message>/.exec(body) ?? [];
    throw new Refusal(502, `The bucket did not take the file (${why.replace(/\.$/, '')}).`);
  }
  const versionId = answer.headers['x-amz-version-id'];
  return versionId === undefined ? {} : { versionId: String(versionId) };
}
