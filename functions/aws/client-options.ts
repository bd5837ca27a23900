import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** Milliseconds. Short enough that a function with a timeout of 30 s can repeat a request that got no response. */
const RESPONSE_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 5_000;
/**
 * The timeout, in milliseconds, for a read of an object that delivers no byte. It is longer than the idle timeout of
 * an upload (60 s). While the upload host accepts nothing, the object's connection is idle too, and must not time out
 * first.
 */
const OBJECT_IDLE_TIMEOUT_MS = 90_000;
/** Larger reads: an object's connection is paused and resumed less often. */
const OBJECT_HIGH_WATER_MARK_BYTES = 256 * 1024;

/** Without these, the SDK waits for a response for as long as the function lives. */
const requestHandler = {
  connectionTimeout: CONNECTION_TIMEOUT_MS,
  requestTimeout: RESPONSE_TIMEOUT_MS,
  throwOnRequestTimeout: true,
  socketTimeout: RESPONSE_TIMEOUT_MS,
};

/** Options of every AWS client in the functions. Retries are the SDK's own: three attempts, with backoff and jitter. */
export const clientOptions = { requestHandler };

/** The options of the Amazon S3 client: those above, and more. */
export const s3ClientOptions: S3ClientConfig = {
  requestHandler: {
    ...requestHandler,
    socketTimeout: OBJECT_IDLE_TIMEOUT_MS,
    httpsAgent: { highWaterMark: OBJECT_HIGH_WATER_MARK_BYTES },
  },
  // The SDK would compute a CRC over every byte in JavaScript. Length, ETag and TLS already guard the bytes.
  responseChecksumValidation: 'WHEN_REQUIRED',
  // Endpoints other than AWS's, such as LocalStack, seldom have a host name for each bucket.
  forcePathStyle: Boolean(process.env['AWS_ENDPOINT_URL_S3'] || process.env['AWS_ENDPOINT_URL']),
};
