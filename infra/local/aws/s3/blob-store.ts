import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { freeBytes, isDiskFull } from '../disk-full.ts';
import { S3Error } from './s3-error.ts';
import type { Blob } from './version-store.ts';

const SPARE_BYTES = 4 * 1024 ** 2;
const READ_BYTES = 1024 ** 2;

/** Stores the bytes of each object or part in a file. A file is written once and never changed. */
export class BlobStore {
  readonly #directory: string;
  readonly #spareBytes: number;
  /** Number of readers by file id. */
  readonly #readers = new Map<string, number>();
  /** Ids of the files to remove when their last reader has finished. */
  readonly #removed = new Set<string>();

  /** @param spareBytes bytes that must stay free on the disk after a new file */
  constructor(directory: string, spareBytes = SPARE_BYTES) {
    this.#directory = directory;
    this.#spareBytes = spareBytes;
    mkdirSync(directory, { recursive: true });
  }

  /**
   * Writes a new file.
   * @param size expected number of bytes
   * @param write writes the bytes; when it fails, the file is removed
   * @throws S3Error InsufficientStorage
   */
  async write<T>(size: number, write: (file: Writable) => Promise<T>): Promise<{ id: string; result: T }> {
    await this.#requireSpace(size);
    const id = randomUUID();
    try {
      return { id, result: await write(createWriteStream(this.#path(id), { flags: 'wx' })) };
    } catch (error) {
      await rm(this.#path(id), { force: true });
      throw isDiskFull(error) ? await this.#noSpace(size) : error;
    }
  }

  /** Reads bytes `start` to `end`, both included, of the concatenated blobs. */
  async *read(blobs: Blob[], start = 0, end = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer, void, undefined> {
    for (const { id } of blobs) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    try {
      let offset = 0;
      for (const { id, size } of blobs) {
        const [from, to] = [Math.max(0, start - offset), Math.min(size - 1, end - offset)];
        offset += size;
        if (from > to) continue;
        yield* createReadStream(this.#path(id), { start: from, end: to, highWaterMark: READ_BYTES }) as Readable;
      }
    } finally {
      await Promise.all(blobs.map(({ id }) => this.#finished(id)));
    }
  }

  /** Removes files. A file that is being read is removed after its last reader has finished. */
  async remove(blobs: Blob[]): Promise<void> {
    for (const { id } of blobs) {
      if (this.#readers.has(id)) this.#removed.add(id);
      else await rm(this.#path(id), { force: true });
    }
  }

  /**
   * Removes the files of interrupted puts. Call it only while no put is in progress.
   * @param used ids of the files to keep
   */
  async sweep(used: Set<string>): Promise<void> {
    for (const id of await readdir(this.#directory)) {
      if (!used.has(id)) await rm(this.#path(id), { force: true });
    }
  }

  async #finished(id: string): Promise<void> {
    const left = (this.#readers.get(id) ?? 1) - 1;
    if (left > 0) return void this.#readers.set(id, left);
    this.#readers.delete(id);
    if (this.#removed.delete(id)) await rm(this.#path(id), { force: true });
  }

  async #requireSpace(size: number): Promise<void> {
    if ((await freeBytes(this.#directory)) < size + this.#spareBytes) throw await this.#noSpace(size);
  }

  async #noSpace(size: number): Promise<S3Error> {
    const free = Math.max(0, (await freeBytes(this.#directory)) - this.#spareBytes);
    return new S3Error(
      'InsufficientStorage',
      `This object has ${size} bytes, and the disk of ${this.#directory} has room for ${free}. Free some space there, ` +
        'or set PINDROP_STATE_DIR to a directory on a larger disk.',
    );
  }

  #path(id: string): string {
    return join(this.#directory, id);
  }
}
