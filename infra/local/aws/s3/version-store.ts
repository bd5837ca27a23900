import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Checksum } from './checksums.ts';
import type { Created } from './object-created-record.ts';
import type { Tag } from './tags.ts';

/** A file with the bytes of a whole object or of one part. */
export interface Blob {
  id: string;
  /** Bytes. */
  size: number;
}

export interface ObjectPart extends Blob {
  /** 1 to 10,000. */
  number: number;
  checksum?: Checksum;
}

/** The bucket and the key of an object. */
export interface Place {
  bucket: string;
  /** Not encoded. */
  key: string;
}

interface AnyVersion extends Place {
  versionId: string;
  /** Milliseconds since 1970. */
  lastModified: number;
}

export interface DeleteMarker extends AnyVersion {
  deleteMarker: true;
}

/** A version that is completely stored. */
export interface ObjectVersion extends AnyVersion {
  deleteMarker: false;
  /** Bytes. */
  size: number;
  /** Without quotes. */
  eTag: string;
  created: Created;
  /** Headers that responses repeat, such as Content-Type and x-amz-meta-*. Names are in lower case. */
  headers: Record<string, string>;
  checksum?: Checksum;
  /** In the order of their bytes. Without a multipart upload there is one part. */
  parts: ObjectPart[];
  /** Id of the multipart upload that created the version. */
  uploadId?: string;
}

export type Version = ObjectVersion | DeleteMarker;

/** The properties of a version that a put supplies. The store adds the others. */
export type NewVersion = Omit<ObjectVersion, 'bucket' | 'key' | 'versionId' | 'lastModified' | 'deleteMarker'> & {
  tags: Tag[];
};

interface Row {
  key: string;
  version_id: string;
  description: string;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS versions (
    bucket TEXT NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL, description TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]', notified INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (bucket, key, version_id DESC)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS not_notified ON versions (version_id) WHERE notified = 0;
`;

/**
 * Stores every version of every object, and its tags, in SQLite. A version is stored completely or not at all. Keys are
 * sorted by their UTF-8 bytes, which is S3's order. A BlobStore stores the bytes of the objects.
 */
export class VersionStore {
  readonly database: DatabaseSync;
  #lastId = 0;

  /** @param directory must exist */
  constructor(directory: string) {
    this.database = new DatabaseSync(join(directory, 's3.sqlite'));
    this.database.exec(SCHEMA);
  }

  /**
   * Stores a version and makes it the current one.
   * @param keepOthers false for a bucket without versioning: the new version replaces the earlier ones
   * @param within called within the same transaction
   * @returns the stored version and the versions that it replaced
   */
  put(
    place: Place,
    { tags, ...version }: NewVersion,
    keepOthers: boolean,
    within: () => void = () => {},
  ): { version: ObjectVersion; replaced: ObjectVersion[] } {
    const stored: ObjectVersion = { ...place, ...this.#identity(), deleteMarker: false, ...version };
    const replaced = this.transaction(() => {
      const before = keepOthers ? [] : this.#remove(place);
      this.#insert(stored, tags, 0);
      within();
      return before;
    });
    return { version: stored, replaced };
  }

  putDeleteMarker(place: Place): DeleteMarker {
    const marker: DeleteMarker = { ...place, ...this.#identity(), deleteMarker: true };
    this.#insert(marker, [], 1);
    return marker;
  }

  current(bucket: string, key: string): Version | undefined {
    return this.#one(
      'SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY version_id DESC LIMIT 1',
      bucket,
      key,
    );
  }

  version(bucket: string, key: string, versionId: string): Version | undefined {
    return this.#one('SELECT * FROM versions WHERE bucket = ? AND key = ? AND version_id = ?', bucket, key, versionId);
  }

  versionOfUpload(bucket: string, key: string, uploadId: string): ObjectVersion | undefined {
    return this.#one(
      "SELECT * FROM versions WHERE bucket = ? AND key = ? AND json_extract(description, '$.uploadId') = ?",
      bucket,
      key,
      uploadId,
    ) as ObjectVersion | undefined;
  }

  /** The newest version of the first key that is greater than `after` and not less than `from`. */
  next(bucket: string, after: string, from: string): Version | undefined {
    const sql =
      'SELECT * FROM versions WHERE bucket = ? AND key > ? AND key >= ? ORDER BY key, version_id DESC LIMIT 1';
    return this.#one(sql, bucket, after, from);
  }

  /** All versions of a key, newest first. */
  versionsOf(bucket: string, key: string): Version[] {
    const sql = 'SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY version_id DESC';
    return this.#rows(sql, bucket, key).map((row) => versionOf(bucket, row));
  }

  /** Versions without a sent notification, oldest first. @param onUnreadable called for each unreadable version */
  notNotified(bucket: string, onUnreadable: (versionId: string, error: Error) => void): ObjectVersion[] {
    const rows = this.#rows('SELECT * FROM versions WHERE bucket = ? AND notified = 0 ORDER BY version_id', bucket);
    return rows.flatMap((row) => {
      try {
        return versionOf(bucket, row) as ObjectVersion;
      } catch (error) {
        onUnreadable(row.version_id, error as Error);
        return [];
      }
    });
  }

  markNotified({ bucket, key, versionId }: Version): void {
    this.database
      .prepare('UPDATE versions SET notified = 1 WHERE bucket = ? AND key = ? AND version_id = ?')
      .run(bucket, key, versionId);
  }

  remove({ bucket, key, versionId }: Version): void {
    this.database
      .prepare('DELETE FROM versions WHERE bucket = ? AND key = ? AND version_id = ?')
      .run(bucket, key, versionId);
  }

  tags({ bucket, key, versionId }: Version): Tag[] {
    const sql = 'SELECT tags FROM versions WHERE bucket = ? AND key = ? AND version_id = ?';
    return JSON.parse(String(this.database.prepare(sql).get(bucket, key, versionId)?.['tags'] ?? '[]'));
  }

  setTags({ bucket, key, versionId }: Version, tags: Tag[]): void {
    this.database
      .prepare('UPDATE versions SET tags = ? WHERE bucket = ? AND key = ? AND version_id = ?')
      .run(JSON.stringify(tags), bucket, key, versionId);
  }

  /** Ids of the blobs of all versions, including versions whose record cannot be read. */
  *blobIds(): Iterable<string> {
    for (const { description } of this.database.prepare('SELECT description FROM versions').iterate()) {
      for (const [id] of String(description).matchAll(/(?<="id":")[^"]+/g)) yield id;
    }
  }

  transaction<T>(act: () => T): T {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const result = act();
      this.database.exec('COMMIT');
      return result;
    } catch (error) {
      // When the disk is full, SQLite has already rolled back.
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.database.close();
  }

  #insert({ bucket, key, versionId, ...description }: Version, tags: Tag[], notified: 0 | 1): void {
    this.database
      .prepare('INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?)')
      .run(bucket, key, versionId, JSON.stringify(description), JSON.stringify(tags), notified);
  }

  #remove({ bucket, key }: Place): ObjectVersion[] {
    const rows = this.#rows('DELETE FROM versions WHERE bucket = ? AND key = ? RETURNING *', bucket, key);
    return rows.map((row) => versionOf(bucket, row)).filter((version) => !version.deleteMarker);
  }

  #one(sql: string, bucket: string, ...parameters: SQLInputValue[]): Version | undefined {
    const [row] = this.#rows(sql, bucket, ...parameters);
    return row && versionOf(bucket, row);
  }

  #rows(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.database.prepare(sql).all(...parameters) as unknown as Row[];
  }

  #identity(): { versionId: string; lastModified: number } {
    const lastModified = Date.now();
    // A monotonic timestamp and random bytes: ids sort by age and cannot be guessed.
    this.#lastId = Math.max(this.#lastId + 1, lastModified * 256);
    return { versionId: this.#lastId.toString(16).padStart(14, '0') + randomBytes(4).toString('hex'), lastModified };
  }
}

const versionOf = (bucket: string, { key, version_id: versionId, description }: Row): Version => ({
  bucket,
  key,
  versionId,
  ...JSON.parse(description),
});
