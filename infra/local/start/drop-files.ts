import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { isCompanionKey } from '../../../shared/upload/companion-keys.ts';
import type { AccessKey } from '../aws/access-key.ts';
import { headerText } from '../console/shared/header-text.ts';

export interface DroppedFile {
  file: string;
  key: string;
  /** ID of the object version that the bucket stored. */
  versionId?: string;
  eTag?: string;
}

/** The content types that the AWS CLI would set for these files. */
const CONTENT_TYPES: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/x-m4v',
  '.mov': 'video/quicktime',
  '.json': 'application/json',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
};

/**
 * Puts files into the drop bucket, one after the other, as `aws s3 cp` would.
 * @param bucket.prefix prefix of the keys of all files
 * @param metadata metadata of the videos; their companions get none
 * @yields each file after the bucket has stored it
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
    // The SDK would compute a checksum in JavaScript over every byte. Skip it: the file stays on this disk.
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
          Metadata: isCompanionKey(key) ? {} : headerTexts(metadata),
          ContentType: contentType,
        }),
      );
      yield { file, key, versionId, eTag: eTag?.replaceAll('"', '') };
    }
  } finally {
    s3.destroy();
  }
}

const headerTexts = (metadata: Record<string, string>) =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, headerText(value)]));
