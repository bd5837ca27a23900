import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AccessKey } from '../aws/access-key.ts';
import { headerText } from '../console/shared/header-text.ts';

export interface DroppedFile {
  file: string;
  key: string;
  /** The version that the bucket made of it. */
  versionId?: string;
  eTag?: string;
}

/** What the AWS CLI would say they are. */
const CONTENT_TYPES: Record<string, string> = { '.mp4': 'video/mp4', '.m4v': 'video/x-m4v', '.mov': 'video/quicktime' };

/**
 * Puts files into the drop bucket, one after the other, as `aws s3 cp` would.
 * @param bucket.prefix what the keys of all files begin with
 * @yields each file once the bucket has it
 */
export async function* dropFiles(
  files: string[],
  bucket: { endpoint: string; name: string; region: string; accessKey: AccessKey; prefix: string },
  metadata: Record<string, string>,
  onDropping: (file: string, key: string, size: number) => void,
): AsyncGenerator<DroppedFile, void, undefined> {
  const s3 = new S3Client({
    endpoint: bucket.endpoint,
    region: bucket.region,
    credentials: bucket.accessKey,
    forcePathStyle: true,
    // A checksum in JavaScript over every byte that only goes from one disk to itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  try {
    for (const file of files) {
      const key = bucket.prefix + basename(file);
      const { size } = await stat(file);
      onDropping(file, key, size);
      const contentType = CONTENT_TYPES[extname(file).toLowerCase()];
      const { VersionId: versionId, ETag: eTag } = await s3.send(
        new PutObjectCommand({
          Bucket: bucket.name,
          Key: key,
          Body: createReadStream(file, { highWaterMark: 1024 * 1024 }),
          ContentLength: size,
          Metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, headerText(value)])),
          ...(contentType === undefined ? {} : { ContentType: contentType }),
        }),
      );
      yield {
        file,
        key,
        versionId,
        ...(eTag === undefined ? {} : { eTag: eTag.replaceAll('"', '') }),
      };
    }
  } finally {
    s3.destroy();
  }
}
