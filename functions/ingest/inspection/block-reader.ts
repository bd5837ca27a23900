/** Reads bytes [start, end) of an object. */
export type RangeReader = (start: number, end: number) => Promise<Uint8Array>;

const BLOCK_BYTES = 64 * 1024;

/** Raised when more of an object is asked for than a look inside may cost. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError';
}

/**
 * Reads an object in blocks that are kept, so that the many small reads of a parser become a few requests, and no more
 * of it than a budget allows.
 */
export class BlockReader {
  readonly size: number;
  /** Why a read failed, if one did: the object's fault, never the parser's. */
  failure: unknown;
  readonly #read: RangeReader;
  readonly #blocks = new Map<number, Promise<Uint8Array>>();
  #left: number;

  constructor(size: number, read: RangeReader, budgetBytes: number) {
    this.size = size;
    this.#read = read;
    this.#left = budgetBytes;
  }

  /** @throws BudgetSpentError, or what the object's reader throws */
  async read(start: number, end: number): Promise<Uint8Array> {
    const first = Math.floor(start / BLOCK_BYTES);
    const last = Math.floor((Math.min(end, this.size) - 1) / BLOCK_BYTES);
    this.#fetch(first, last);
    const blocks: Uint8Array[] = [];
    for (let block = first; block <= last; block++) blocks.push((await this.#blocks.get(block)) ?? new Uint8Array());
    const offset = first * BLOCK_BYTES;
    return Buffer.concat(blocks).subarray(start - offset, end - offset);
  }

  /** One request for each run of blocks that are not there yet. */
  #fetch(first: number, last: number): void {
    for (let block = first; block <= last; block++) {
      if (this.#blocks.has(block)) continue;
      let run = block;
      while (run < last && !this.#blocks.has(run + 1)) run++;
      const [start, end] = [block * BLOCK_BYTES, Math.min(this.size, (run + 1) * BLOCK_BYTES)];
      this.#left -= end - start;
      if (this.#left < 0) throw new BudgetSpentError(`More than the budget of the object was asked for, at ${start}.`);
      const bytes = this.#read(start, end).catch((error) => {
        this.failure ??= error;
        throw error;
      });
      for (let each = block; each <= run; each++) {
        const from = (each - block) * BLOCK_BYTES;
        const part = bytes.then((all) => all.subarray(from, from + BLOCK_BYTES));
        // Whoever awaits it sees the failure; a block that nobody awaits must not end the process.
        part.catch(() => {});
        this.#blocks.set(each, part);
      }
      block = run;
    }
  }
}
