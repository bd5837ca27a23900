import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Checksum } from './checksums.ts';
import type { Tag } from './tags.ts';
import type { ObjectPart } from './version-store.ts';

/** A multipart upload that is in progress. */
export interface MultipartUpload {
  uploadId: string;
  bucket: string;
  key: string;
  /** Milliseconds since 1970. */
  initiated: number;
  /** Headers of the version that the upload will create. */
  headers: Record<string, string>;
  tags: Tag[];
  /** The checksum to compute for each part and for the whole object. */
  checksum?: Pick<Checksum, 'algorithm' | 'type'>;
}

export interface UploadedPart extends ObjectPart {
  /** MD5 in hex. */
  eTag: string;
  /** Milliseconds since 1970. */
  lastModified: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS uploads (
    bucket TEXT NOT NULL, key TEXT NOT NULL, upload_id TEXT NOT NULL, initiated INTEGER NOT NULL, description TEXT NOT NULL,
    PRIMARY KEY (bucket, key, upload_id)
  );
  CREATE TABLE IF NOT EXISTS parts (
    upload_id TEXT NOT NULL, number INTEGER NOT NULL, part TEXT NOT NULL, PRIMARY KEY (upload_id, number)
  );
`;

/** Stores multipart uploads and their parts in the same database as the versions. */
export class UploadStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(SCHEMA);
  }

  create(upload: Omit<MultipartUpload, 'uploadId' | 'initiated'>): MultipartUpload {
    const created = { ...upload, uploadId: randomBytes(32).toString('base64url'), initiated: Date.now() };
    this.#database
      .prepare('INSERT INTO uploads VALUES (?, ?, ?, ?, ?)')
      .run(upload.bucket, upload.key, created.uploadId, created.initiated, JSON.stringify(created));
    return created;
  }

  find(bucket: string, key: string, uploadId: string): MultipartUpload | undefined {
    const sql = 'SELECT description FROM uploads WHERE bucket = ? AND key = ? AND upload_id = ?';
    const row = this.#database.prepare(sql).get(bucket, key, uploadId);
    return row && JSON.parse(String(row['description']));
  }

  /** The bucket's uploads that come after the given key and upload id, in S3's order: by key, then by upload id. */
  after(bucket: string, key: string, uploadId: string): MultipartUpload[] {
    const sql =
      'SELECT description FROM uploads WHERE bucket = ? AND (key, upload_id) > (?, ?) ORDER BY key, upload_id';
    return this.#database
      .prepare(sql)
      .all(bucket, key, uploadId)
      .map((row) => JSON.parse(String(row['description'])));
  }

  /** @param before milliseconds since 1970 */
  initiatedBefore(bucket: string, before: number): MultipartUpload[] {
    const sql = 'SELECT description FROM uploads WHERE bucket = ? AND initiated < ?';
    return this.#database
      .prepare(sql)
      .all(bucket, before)
      .map((row) => JSON.parse(String(row['description'])));
  }

  /** @returns the replaced part with the same number, if there was one */
  putPart(uploadId: string, part: UploadedPart): UploadedPart | undefined {
    const row = this.#database
      .prepare('SELECT part FROM parts WHERE upload_id = ? AND number = ?')
      .get(uploadId, part.number);
    this.#database
      .prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?)')
      .run(uploadId, part.number, JSON.stringify(part));
    return row && JSON.parse(String(row['part']));
  }

  /** The parts of an upload, sorted by number. */
  parts(uploadId: string): UploadedPart[] {
    const rows = this.#database.prepare('SELECT part FROM parts WHERE upload_id = ? ORDER BY number').all(uploadId);
    return rows.map(({ part }) => JSON.parse(String(part)));
  }

  remove(uploadId: string): void {
    this.#database.prepare('DELETE FROM parts WHERE upload_id = ?').run(uploadId);
    this.#database.prepare('DELETE FROM uploads WHERE upload_id = ?').run(uploadId);
  }

  *blobIds(): Iterable<string> {
    for (const { part } of this.#database.prepare('SELECT part FROM parts').iterate())
      yield JSON.parse(String(part)).id;
  }
}
