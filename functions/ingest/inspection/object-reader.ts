/** Reads bytes [start, end) of an object. */
export type RangeReader = (start: number, end: number) => Promise<Uint8Array>;

/**
 * Each request reads whole blocks of this size. A box header needs only 16 bytes, but the bytes after it are often
 * needed next, and S3 charges for requests, not for bytes.
 */
const BLOCK_BYTES = 4 * 1024;
/** The first read is larger: small files have all their headers in it. */
const FIRST_BYTES = 16 * 1024;
const MAX_READS = 100;
const MAX_BYTES = 512 * 1024;

/** Thrown when an inspection needs more requests or bytes than its budget allows. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError';
}

/**
 * Reads an object in cached blocks, so that many small reads need only a few requests. It makes at most 100 requests
 * and reads at most 512 KiB, whatever lengths the file's headers give.
 */
export class ObjectReader {
  readonly size: number;
  /** The error of a failed read. The source caused it, not the file. */
  failure: unknown;
  readonly #read: RangeReader;
  readonly #blocks = new Map<number, Buffer>();
  #readsLeft = MAX_READS;
  #bytesLeft = MAX_BYTES;

  constructor(size: number, read: RangeReader) {
    this.size = size;
    this.#read = read;
  }

  /**
   * @returns the bytes [start, end); fewer at the end of the object
   * @throws BudgetSpentError, or any error of the object's reader
   */
  async bytes(start: number, end: number): Promise<Buffer> {
    const stop = Math.min(end, this.size);
    if (start >= stop) return Buffer.alloc(0);
    const first = Math.floor(start / BLOCK_BYTES);
    const last = Math.floor((stop - 1) / BLOCK_BYTES);
    await this.#fetch(first, first === 0 ? Math.max(last, FIRST_BYTES / BLOCK_BYTES - 1) : last);
    const blocks: Buffer[] = [];
    for (let block = first; block <= last; block++) blocks.push(this.#blocks.get(block) ?? Buffer.alloc(0));
    const offset = first * BLOCK_BYTES;
    const bytes = blocks.length === 1 && blocks[0] ? blocks[0] : Buffer.concat(blocks);
    return bytes.subarray(start - offset, stop - offset);
  }

  /** Makes one request for each run of blocks that are not cached. */
  async #fetch(first: number, last: number): Promise<void> {
    for (let block = first; block <= last; block++) {
      if (this.#blocks.has(block)) continue;
      let run = block;
      while (run < last && !this.#blocks.has(run + 1)) run++;
      const start = block * BLOCK_BYTES;
      const end = Math.min(this.size, (run + 1) * BLOCK_BYTES);
      if (start >= end) return;
      this.#readsLeft -= 1;
      this.#bytesLeft -= end - start;
      if (this.#readsLeft < 0 || this.#bytesLeft < 0)
        throw new BudgetSpentError(`The inspection spent its budget before it read byte ${start}.`);
      const bytes = await this.#readOrNote(start, end);
      for (let each = block; each <= run; each++) {
        const from = (each - block) * BLOCK_BYTES;
        this.#blocks.set(each, bytes.subarray(from, from + BLOCK_BYTES));
      }
      block = run;
    }
  }

  async #readOrNote(start: number, end: number): Promise<Buffer> {
    try {
      return Buffer.from(await this.#read(start, end));
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
