import type { IncomingMessage } from 'node:http';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AccessKey } from '../../aws/access-key.ts';
import { Refusal } from './own-page.ts';

export interface Bucket {
  /** URL of the local S3. */
  endpoint: string;
  region: string;
  accessKey: AccessKey;
  name: string;
}

/** The longest key that S3 accepts, in bytes. */
const LONGEST_KEY = 1024;
/** Silences the SDK's warning about a body that cannot be sent again. The page shows the error. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const METADATA = 'x-amz-meta-';

/**
 * Streams the body of a request into the bucket. Only the buffers of the connections hold bytes in memory.
 * @throws Refusal
 */
export async function streamDrop(
  key: string,
  request: IncomingMessage,
  { endpoint, region, accessKey, name }: Bucket,
): Promise<{ versionId?: string }> {
  if (key === '' || Buffer.byteLength(key) > LONGEST_KEY) {
    throw new Refusal(400, `A key has 1 to ${LONGEST_KEY} bytes. Give the file a shorter name.`);
  }
  const { 'content-length': length, 'content-type': type } = request.headers;
  if (length === undefined) throw new Refusal(411, 'The request has no Content-Length. Choose the file again.');
  const metadata = Object.entries(request.headers).filter(([header]) => header.startsWith(METADATA));
  const s3 = new S3Client({
    endpoint,
    region,
    credentials: accessKey,
    forcePathStyle: true,
    // The SDK must not retry, because the body can be read only once.
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    logger: SILENT,
  });
  const left = new AbortController();
  request.on('close', () => request.complete || left.abort());
  try {
    const { VersionId: versionId } = await s3.send(
      new PutObjectCommand({
        Bucket: name,
        Key: key,
        Body: request,
        ContentLength: Number(length),
        ContentType: type || 'application/octet-stream',
        Metadata: Object.fromEntries(metadata.map(([header, value]) => [header.slice(METADATA.length), String(value)])),
      }),
      { abortSignal: left.signal },
    );
    return { versionId };
  } catch (error) {
    throw new Refusal(502, `The bucket did not accept the file (${(error as Error).message.replace(/\.$/, '')}).`);
  } finally {
    s3.destroy();
  }
}
