import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessKey } from '../access-key.ts';
import { BlobStore } from './blob-store.ts';
import { type ObjectCreatedRecord, objectCreatedRecord } from './object-created-record.ts';
import { S3Error } from './s3-error.ts';
import { type MultipartUpload, UploadStore } from './upload-store.ts';
import { type NewVersion, type ObjectVersion, type Place, type Version, VersionStore } from './version-store.ts';

export interface LocalBucket {
  versioned: boolean;
  /** Called with every put before it is acknowledged; when it fails, so does the put. */
  notify?: (record: ObjectCreatedRecord) => Promise<void>;
  /** Called with the key of every put that the filter excludes from notifications. */
  onIgnored?: (key: string) => void;
  /** Notifications are only for keys that start with one of these and end with one of those, in S3's encoding; empty means all. */
  prefixes?: string[];
  suffixes?: string[];
  /** Days after which a multipart upload that was not completed is aborted; by default it stays. */
  abortIncompleteMultipartUploadDays?: number;
}

/** A version that was stored and whose notification could not be sent. */
export interface Unrecovered {
  bucket: string;
  versionId: string;
  why: string;
}

const DAY_MS = 24 * 3600_000;

/** The buckets of this machine: what is stored in them, and who is notified. */
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
   * Stores a version and sends its notification. The caller has written the blobs; they are removed when this fails.
   * @param requireConditions throws unless the current version fulfils the request's conditions
   * @param upload the multipart upload that ends with it; its parts stay when this fails
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
   * Sends missing notifications: the process was killed after it stored a version and before it sent the notification.
   * Removes the bytes of interrupted puts, and multipart uploads that were incomplete for too long.
   * @param onUnrecovered called with every version whose notification could not be sent: the next start retries it
   */
  async recover(onUnrecovered: (version: Unrecovered) => void): Promise<void> {
    await this.blobs.sweep(new Set([...this.versions.blobIds(), ...this.uploads.blobIds()]));
    for (const [name, bucket] of this.#buckets) {
      await this.#abortIncomplete(name, bucket);
      // One that fails must not keep the others, and the whole start, from going on.
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
      // Nothing is awaited from here to the end of the transaction: of two conditional puts only one succeeds.
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
    if (isNotified(bucket, version.key)) await bucket.notify?.(objectCreatedRecord(version, bucket.versioned));
    else bucket.onIgnored?.(version.key);
    this.versions.markNotified(version);
  }

  async #abortIncomplete(name: string, { abortIncompleteMultipartUploadDays: days }: LocalBucket): Promise<void> {
    if (days === undefined) return;
    for (const { uploadId } of this.uploads.initiatedBefore(name, Date.now() - days * DAY_MS)) {
      await this.abortUpload(uploadId);
    }
  }
}

const isNotified = ({ prefixes = [], suffixes = [] }: LocalBucket, key: string) =>
  (prefixes.length === 0 || prefixes.some((prefix) => asFiltered(key).startsWith(prefix))) &&
  (suffixes.length === 0 || suffixes.some((suffix) => asFiltered(key).endsWith(suffix)));

/**
 * A key as S3 compares it with a notification's filter: rules are written in this form, and a rule with a raw space, `=`, `&` or
 * `ü` matches nothing.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
const asFiltered = (key: string) =>
  key
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll('%20', '+'))
    .join('/');
