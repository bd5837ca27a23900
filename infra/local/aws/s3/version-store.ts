import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import S3Object from '@20minutes/s3rver/lib/models/object.js';
import FilesystemStore from '@20minutes/s3rver/lib/stores/filesystem.js';
import { type ObjectCreatedRecord, objectCreatedRecord, type StoredVersion } from './object-created-record.ts';

/** A version that is completely stored. */
export interface Version {
  bucket: string;
  /** Not encoded. */
  key: string;
  versionId: string;
  record: ObjectCreatedRecord;
  notified: boolean;
}

/** What the object of a version is called within its own directory. */
const DATA = 'data';
const RECORD = 'record.json';
const NOTIFIED = 'notified';

/**
 * Every version of every object, each in a directory of its own that holds its bytes, its metadata, the record of its
 * notification (written last: without it the version is debris of a put that was cut off) and the mark that the
 * notification went out.
 */
export class VersionStore {
  readonly #files: FilesystemStore;
  #last = 0;

  constructor(directory: string) {
    this.#files = new FilesystemStore(directory);
  }

  /** Stores an object's bytes as a new version. */
  async put(
    object: S3Object,
    versioned: boolean,
    how: StoredVersion['how'],
  ): Promise<Version & { size: number; md5: string }> {
    const { bucket, key } = object;
    const versionId = this.#nextId();
    const stored = new S3Object(bucket, `${versionId}/${DATA}`, object.content, object.metadata);
    const { size, md5 } = await this.#files.putObject(stored);
    const record = objectCreatedRecord({ bucket, key, size, eTag: md5, versionId, versioned, how });
    const path = join(this.#directory(bucket, versionId), RECORD);
    await writeFile(`${path}.part`, JSON.stringify({ key, record }));
    await rename(`${path}.part`, path);
    return { bucket, key, versionId, record, notified: false, size, md5 };
  }

  /** @returns null when there is no such version of that key */
  async get(
    bucket: string,
    key: string,
    versionId: string,
    range?: { start?: number; end?: number },
  ): Promise<S3Object | null> {
    const version = await this.find(bucket, versionId);
    return version?.key === key ? this.#files.getObject(bucket, `${versionId}/${DATA}`, range) : null;
  }

  async find(bucket: string, versionId: string): Promise<Version | undefined> {
    if (!/^[0-9a-f]+$/.test(versionId)) return undefined;
    const directory = this.#directory(bucket, versionId);
    try {
      const { key, record } = JSON.parse(await readFile(join(directory, RECORD), 'utf8'));
      const notified = (await readdir(directory)).includes(NOTIFIED);
      return { bucket, key, versionId, record, notified };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async markNotified(bucket: string, versionId: string): Promise<void> {
    await writeFile(join(this.#directory(bucket, versionId), NOTIFIED), '');
  }

  async remove(bucket: string, versionId: string): Promise<void> {
    await rm(this.#directory(bucket, versionId), { recursive: true, force: true });
  }

  /** All complete versions of a bucket that can be read, oldest first. @param onUnreadable told of the others */
  async all(bucket: string, onUnreadable: (versionId: string, error: Error) => void = () => {}): Promise<Version[]> {
    const versions: Version[] = [];
    for (const versionId of await this.#ids(bucket)) {
      try {
        const version = await this.find(bucket, versionId);
        if (version) versions.push(version);
      } catch (error) {
        onUnreadable(versionId, error as Error);
      }
    }
    return versions;
  }

  /** Removes what puts left behind that were cut off; only while there are none under way. */
  async sweep(bucket: string): Promise<void> {
    for (const versionId of await this.#ids(bucket)) {
      if (!(await readdir(this.#directory(bucket, versionId))).includes(RECORD)) await this.remove(bucket, versionId);
    }
  }

  async #ids(bucket: string): Promise<string[]> {
    const directory = join(this.#files.rootDirectory, bucket);
    await mkdir(directory, { recursive: true });
    return (await readdir(directory)).sort();
  }

  #directory(bucket: string, versionId: string): string {
    return join(this.#files.rootDirectory, bucket, versionId);
  }

  /** Milliseconds and a counter, so that ids rise, and some chance, so that nobody guesses them. */
  #nextId(): string {
    this.#last = Math.max(this.#last + 1, Date.now() * 256);
    return this.#last.toString(16).padStart(14, '0') + randomBytes(4).toString('hex');
  }
}
