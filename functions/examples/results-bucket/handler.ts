import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { MediaUploadEvent } from '../../../shared/events/events.ts';
import { onMediaUpload } from '../../../shared/events/on-media-upload.ts';
import { s3ClientOptions } from '../../aws/client-options.ts';
import { environment } from '../../environment.ts';
import { resultLine } from './result-line.ts';

const { RESULTS_BUCKET } = environment('RESULTS_BUCKET');
const s3 = new S3Client(s3ClientOptions);
const logger = new Logger();

/** There is one object per upload, so a repeated event overwrites it. */
async function write(event: MediaUploadEvent): Promise<void> {
  const { key, body } = resultLine(event.detail);
  await s3.send(
    new PutObjectCommand({ Bucket: RESULTS_BUCKET, Key: key, Body: body, ContentType: 'application/x-ndjson' }),
  );
  logger.info('result written', { uploadId: event.detail.uploadId, key });
}

/** Writes each final event as an object of one JSON line, which tools such as Athena read as one table. */
export const handler = middy<MediaUploadEvent, void>(
  onMediaUpload({
    succeeded: (_upload, event) => write(event),
    failed: (_upload, event) => write(event),
  }),
).use(injectLambdaContext(logger, { resetKeys: true }));
