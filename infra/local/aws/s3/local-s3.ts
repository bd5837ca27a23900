import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AccessKey } from '../access-key.ts';
import { isDiskFull } from '../disk-full.ts';
import { SignatureError, verifySignature } from '../signature.ts';
import { Buckets, type LocalBucket, type Unrecovered } from './buckets.ts';
import { type ObjectTagging, objectTagging } from './object-tagging.ts';
import { createBucket } from './operations/bucket.ts';
import { operationOf } from './routes.ts';
import { answerS3Error, S3Error } from './s3-error.ts';
import { S3Request } from './s3-request.ts';

export interface LocalS3 {
  /** Handles S3 requests with path-style addresses. */
  readonly handler: RequestListener;
  /** For the tasks of state machines, which call S3 without a request. */
  readonly objectTags: ObjectTagging;
  createBucket(name: string, bucket: LocalBucket): Promise<void>;
  /** Sends the missing notifications of versions that were stored just before the process was killed. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A local S3 with the operations that S3 clients use on the stack's buckets: versions, atomic and conditional puts,
 * multipart uploads, listings, copies, tags, checksums and signatures. Unsupported requests get NotImplemented.
 * Files are streamed to and from the disk.
 * @param options.directory stores the objects, which survive a restart
 * @param options.accessKey the key that clients sign requests with
 * @param options.spareBytes bytes that a put must leave free on the disk for the other files that npm start writes
 * @param options.onUnrecovered called for every version whose notification `recover` could not send
 */
export async function startLocalS3({
  directory,
  accessKey,
  spareBytes,
  onUnrecovered = () => {},
}: {
  directory: string;
  accessKey: AccessKey;
  spareBytes?: number;
  onUnrecovered?: (version: Unrecovered) => void;
}): Promise<LocalS3> {
  const buckets = new Buckets(directory, accessKey, spareBytes);
  return {
    objectTags: objectTagging(buckets),
    handler: (request, response) => {
      answer(request, response, buckets).catch((error: unknown) => {
        // An error document can no longer be sent: closing the connection tells the client that the response failed.
        if (response.headersSent) response.destroy();
        else answerS3Error(request, response, s3ErrorOf(error));
      });
    },
    async createBucket(name, bucket) {
      buckets.add(name, bucket);
    },
    recover: () => buckets.recover(onUnrecovered),
    async close() {
      buckets.close();
    },
  };
}

async function answer(http: IncomingMessage, response: ServerResponse, buckets: Buckets): Promise<void> {
  response.setHeader('x-amz-request-id', randomBytes(8).toString('hex').toUpperCase());
  response.setHeader('x-amz-id-2', randomBytes(24).toString('base64'));
  response.setHeader('Server', 'Pindrop');
  const request = new S3Request(http);
  // The signature of a form is in its fields: postObject verifies it.
  if (!isForm(request))
    request.signature = await verifySignature(http, { accessKey: buckets.accessKey, service: 's3' });
  const operation = operationOf(request);
  if (request.bucket !== '' && operation !== createBucket) buckets.require(request.bucket);
  await operation(request, response, buckets);
}

const isForm = ({ http: { headers, method, url = '' } }: S3Request) =>
  method === 'POST' && /^multipart\/form-data\b/i.test(headers['content-type'] ?? '') && !url.includes('?');

function s3ErrorOf(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof SignatureError) return new S3Error(error.code, error.message, { status: error.status });
  if (isDiskFull(error)) {
    return new S3Error('InsufficientStorage', 'The disk of the state directory is full. Free some space there.');
  }
  return new S3Error('InternalError', `We encountered an internal error: ${(error as Error).message}`);
}
