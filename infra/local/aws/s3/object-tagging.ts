import type { Buckets } from './buckets.ts';
import { requireVersion } from './named-version.ts';
import { requireTags, type Tag } from './tags.ts';

interface TaggedVersion {
  Bucket: string;
  Key: string;
  VersionId?: string;
}

/** S3's tagging actions as Step Functions calls them. Both throw S3Error. */
export interface ObjectTagging {
  /** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
  getObjectTagging(version: TaggedVersion): { TagSet: Tag[] };
  /** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
  putObjectTagging(tagged: TaggedVersion & { Tagging: { TagSet: Tag[] } }): object;
}

export function objectTagging(buckets: Buckets): ObjectTagging {
  const versionOf = ({ Bucket: bucket, Key: key, VersionId }: TaggedVersion) =>
    requireVersion(buckets, { bucket, key }, VersionId);
  return {
    getObjectTagging: (tagged) => ({ TagSet: buckets.versions.tags(versionOf(tagged)) }),
    putObjectTagging({ Tagging: { TagSet }, ...tagged }) {
      buckets.versions.setTags(versionOf(tagged), requireTags(TagSet));
      return {};
    },
  };
}
