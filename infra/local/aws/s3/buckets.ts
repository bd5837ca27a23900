import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessKey } from '../access-key.ts';
import { BlobStore } from './blob-store.ts';
import type { NotificationConfiguration } from './notification-configuration.ts';
import { type ObjectCreatedRecord, objectCreatedRecord } from './object-created-record.ts';
import { S3Error } from './s3-error.ts';
import { type MultipartUpload, UploadStore } from './upload-store.ts';
import { type NewVersion, type ObjectVersion, type Place, type Version, VersionStore } from './version-store.ts';

/** The filter rules of one notification, in S3's encoding. */
export interface NotificationFilter {
  prefix?: string;
  suffix?: string;
}

export interface LocalBucket {
  versioned: boolean;
  /** The notifications as they are configured. None by default. */
  notification?: NotificationConfiguration;
  /** Called for every put that the filters allow, before the put is acknowledged. When the call fails, the put fails. */
  notify?: (record: ObjectCreatedRecord) => Promise<void>;
  /**
   * Puts the event of every put on the default event bus, before the put is acknowledged.
   * @param key not URL-encoded
   * @returns whether a rule matches the event
   */
  publish?: (record: ObjectCreatedRecord, key: string) => Promise<boolean>;
  /** Called with the key of every put that nobody is notified of. */
  onIgnored?: (key: string) => void;
  /** `notify` is called only for keys that match one of the filters. An empty list allows all keys. */
  filters?: NotificationFilter[];
  /** Days after which an incomplete multipart upload is aborted; never by default. */
  abortIncompleteMultipartUploadDays?: number;
}

/** A stored version whose notification could not be sent. */
export interface Unrecovered {
  bucket: string;
  versionId: string;
  why: string;
}

const DAY_MS = 24 * 3600_000;

/** The buckets of the local stack, with their objects and notifications. */
export class Buckets {
  readonly accessKey: AccessKey;
  readonly versions: VersionStore;
  readonly uploads: UploadStore;
  readonly blobs: BlobStore;
  readonly #buckets = new Map<string, LocalBucket>();

  constructor(directory: string, accessKey: AccessKey, spareBytes?: number) {
    mkdirSync(directory, { recursive: true });
    this.accessKey = accessKey;
    this.versions = new VersionStore(directory);
    this.uploads = new UploadStore(this.versions.database);
    this.blobs = new BlobStore(join(directory, 'blobs'), spareBytes);
  }

  add(name: string, bucket: LocalBucket): void {
    this.#buckets.set(name, bucket);
  }

  names(): string[] {
    return [...this.#buckets.keys()].sort();
  }

  /** @throws S3Error NoSuchBucket */
  require(name: string): LocalBucket {
    const bucket = this.#buckets.get(name);
    if (bucket) return bucket;
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { elements: { BucketName: name } });
  }

  /**
   * Stores a version and sends its notification. The caller has already written the blobs. When the version cannot be
   * stored, the blobs are removed.
   * @param requireConditions throws unless the current version fulfils the request's conditions
   * @param upload the multipart upload that this version completes; its parts are kept in case of an error
   */
  async put(
    { bucket: name, key }: Place,
    version: NewVersion,
    requireConditions: (current: Version | undefined) => void = () => {},
    upload?: MultipartUpload,
  ): Promise<ObjectVersion> {
    const bucket = this.require(name);
    const { version: stored, replaced } = await this.#store({ bucket: name, key }, version, requireConditions, upload);
    await this.#notify(bucket, stored);
    await this.blobs.remove(replaced.flatMap(({ parts }) => parts));
    return stored;
  }

  /**
   * Sends the notifications that are missing because the process was killed between storing and notifying.
   * Also removes the bytes of interrupted puts, and aborts multipart uploads that were incomplete for too long.
   * @param onUnrecovered called for every version whose notification could not be sent; the next start retries it
   */
  async recover(onUnrecovered: (version: Unrecovered) => void): Promise<void> {
    await this.blobs.sweep(new Set([...this.versions.blobIds(), ...this.uploads.blobIds()]));
    for (const [name, bucket] of this.#buckets) {
      await this.#abortIncomplete(name, bucket);
      // One failed notification must not stop the others, nor the start of the stack.
      const leave = (versionId: string, { message: why }: Error) => onUnrecovered({ bucket: name, versionId, why });
      for (const version of this.versions.notNotified(name, leave)) {
        await this.#notify(bucket, version).catch((error) => leave(version.versionId, error));
      }
    }
  }

  async abortUpload(uploadId: string): Promise<void> {
    const parts = this.uploads.parts(uploadId);
    this.versions.transaction(() => this.uploads.remove(uploadId));
    await this.blobs.remove(parts);
  }

  close(): void {
    this.versions.close();
  }

  async #store(
    place: Place,
    version: NewVersion,
    requireConditions: (current: Version | undefined) => void,
    upload: MultipartUpload | undefined,
  ) {
    try {
      // No await before the end of the transaction, so that only one of two concurrent conditional puts succeeds.
      requireConditions(this.versions.current(place.bucket, place.key));
      return this.versions.put(place, version, this.require(place.bucket).versioned, () => {
        if (upload) this.uploads.remove(upload.uploadId);
      });
    } catch (error) {
      if (!upload) await this.blobs.remove(version.parts);
      throw error;
    }
  }

  async #notify(bucket: LocalBucket, version: ObjectVersion): Promise<void> {
    const record = objectCreatedRecord(version, bucket.versioned);
    const notify = isNotified(bucket, version.key) ? bucket.notify : undefined;
    await notify?.(record);
    const published = (await bucket.publish?.(record, version.key)) ?? false;
    if (!notify && !published) bucket.onIgnored?.(version.key);
    this.versions.markNotified(version);
  }

  async #abortIncomplete(name: string, { abortIncompleteMultipartUploadDays: days }: LocalBucket): Promise<void> {
    if (days === undefined) return;
    for (const { uploadId } of this.uploads.initiatedBefore(name, Date.now() - days * DAY_MS)) {
      await this.abortUpload(uploadId);
    }
  }
}

const isNotified = ({ filters = [] }: LocalBucket, key: string) =>
  filters.length === 0 ||
  filters.some(
    ({ prefix = '', suffix = '' }) => asFiltered(key).startsWith(prefix) && asFiltered(key).endsWith(suffix),
  );

/**
 * Encodes a key as S3 does before it compares the key with a notification's filter. A filter rule must have the same
 * encoding: a rule with a raw space, `=`, `&` or `ü` matches nothing.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
const asFiltered = (key: string) =>
  key
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll('%20', '+'))
    .join('/');
