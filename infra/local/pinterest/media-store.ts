import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { MediaStatus } from '../../../shared/pinterest/media.ts';
import type { AccessKey } from '../aws/access-key.ts';

export interface ReceivedFile {
  size: number;
  sha256: string;
  /** File name in the form's file part. */
  fileName: string;
  contentType: string;
  contentLength: number;
  /** The header Transfer-Encoding, if the request had one. S3 requires it to be absent. */
  transferEncoding?: string;
}

export interface SimulatedMedia {
  mediaId: string;
  /** Name of the account that registered the media. */
  account: string;
  status: MediaStatus;
  /** The most recently stored file. */
  file?: ReceivedFile;
  /** Number of files stored for this media; more than one when a client sent the file again. */
  uploads: number;
}

/**
 * The properties of the body of `POST /pins` that the simulator reads.
 * @see Pinterest OpenAPI 5.23.0, schema PinCreate
 */
export interface PinCreateRequest {
  board_id: string;
  board_section_id?: string | null;
  dominant_color?: string | null;
  title?: string | null;
  description?: string | null;
  link?: string | null;
  alt_text?: string | null;
  media_source: {
    source_type: string;
    media_id: string;
    cover_image_url?: string;
    cover_image_data?: string;
    cover_image_content_type?: string;
    /** Not in a request: kept instead of `cover_image_data`. */
    cover_image_sha256?: string;
    cover_image_key_frame_time?: number;
  };
}

export interface SimulatedPin {
  pinId: string;
  request: PinCreateRequest;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** Pin ids are as long as Pinterest's own, and increase. */
const pinIdOf = (number: number) => `9${String(number).padStart(17, '0')}`;

interface Row {
  media_id: string;
  account: string;
  file: string | null;
  uploads: number;
  /** Milliseconds since 1970. */
  ready_at: number | null;
  outcome: 'succeeded' | 'failed';
}

/** Stores the media and Pins of the simulated Pinterest, in memory or in a directory that survives a restart. */
export class MediaStore {
  readonly #database: DatabaseSync;
  /** The key that signs the upload policies. */
  readonly accessKey: AccessKey;

  constructor(directory?: string) {
    if (directory !== undefined) mkdirSync(directory, { recursive: true });
    this.#database = new DatabaseSync(directory === undefined ? ':memory:' : join(directory, 'pinterest.sqlite'));
    this.#database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS media (
        media_id TEXT PRIMARY KEY, file TEXT, uploads INTEGER NOT NULL DEFAULT 0, ready_at INTEGER,
        outcome TEXT NOT NULL DEFAULT 'succeeded', account TEXT NOT NULL DEFAULT ''
      );
      CREATE TABLE IF NOT EXISTS pins (
        number INTEGER PRIMARY KEY AUTOINCREMENT, board_id TEXT NOT NULL, request TEXT NOT NULL, created_at INTEGER NOT NULL
      );
      CREATE TABLE IF NOT EXISTS secret (signing_key TEXT NOT NULL);
    `);
    this.#addAccounts();
    this.accessKey = { accessKeyId: 'ASIASIMULATED', secretAccessKey: this.#signingKey() };
  }

  create(account: string): string {
    // Ids are as long as Pinterest's own. They increase, because lists are sorted by id.
    const mediaId = `5${String(Date.now()).padStart(14, '0')}${String(randomBytes(2).readUInt16BE()).padStart(5, '0')}`;
    const { changes } = this.#database
      .prepare('INSERT OR IGNORE INTO media (media_id, account) VALUES (?, ?)')
      .run(mediaId, account);
    return changes === 0 ? this.create(account) : mediaId;
  }

  /** @param readyAt end of processing, in milliseconds since 1970; only the first file sets it */
  store(mediaId: string, file: ReceivedFile, readyAt: number, outcome: 'succeeded' | 'failed'): void {
    this.#database
      .prepare(
        `UPDATE media SET outcome = iif(uploads = 0, ?, outcome), ready_at = coalesce(ready_at, ?), file = ?,
         uploads = uploads + 1 WHERE media_id = ?`,
      )
      .run(outcome, Math.round(readyAt), JSON.stringify(file), mediaId);
  }

  setOutcome(mediaId: string, outcome: 'succeeded' | 'failed', readyAt: number): void {
    this.#database
      .prepare('UPDATE media SET outcome = ?, ready_at = ? WHERE media_id = ?')
      .run(outcome, readyAt, mediaId);
  }

  forget(mediaId: string): void {
    this.#database.prepare('DELETE FROM media WHERE media_id = ?').run(mediaId);
  }

  /** @returns undefined when this account has no such media */
  get(mediaId: string, account: string, now: number): SimulatedMedia | undefined {
    const row = this.#database
      .prepare('SELECT * FROM media WHERE media_id = ? AND account = ?')
      .get(mediaId, account) as Row | undefined;
    return row && media(row, now);
  }

  /**
   * A page of an account's media, newest first.
   * @param account undefined for all accounts
   * @param after last media id of the previous page; undefined for the first page
   */
  page(size: number, account: string | undefined, after: string | undefined, now: number): SimulatedMedia[] {
    const rows = this.#database
      .prepare(
        'SELECT * FROM media WHERE media_id < ? AND account = coalesce(?, account) ORDER BY media_id DESC LIMIT ?',
      )
      .all(after ?? '9', account ?? null, size) as unknown as Row[];
    return rows.map((row) => media(row, now));
  }

  /** @param account undefined for all accounts */
  all(now: number, account?: string): SimulatedMedia[] {
    return this.page(-1, account, undefined, now);
  }

  createPin(request: PinCreateRequest, now: number): SimulatedPin {
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO pins (board_id, request, created_at) VALUES (?, ?, ?)')
      .run(request.board_id, JSON.stringify(request), now);
    return { pinId: pinIdOf(Number(lastInsertRowid)), request, createdAt: now };
  }

  /** Pins, newest first. @param boardId undefined for all boards */
  pins(boardId?: string): SimulatedPin[] {
    const rows = this.#database
      .prepare('SELECT * FROM pins WHERE ? IS NULL OR board_id = ? ORDER BY number DESC')
      .all(boardId ?? null, boardId ?? null) as unknown as { number: number; request: string; created_at: number }[];
    return rows.map((row) => ({
      pinId: pinIdOf(row.number),
      request: JSON.parse(row.request),
      createdAt: row.created_at,
    }));
  }

  close(): void {
    this.#database.close();
  }

  /** Adds the accounts to the media of an earlier version, which knew only one account. */
  #addAccounts(): void {
    const columns = this.#database.prepare("SELECT name FROM pragma_table_info('media')").all();
    if (columns.some(({ name }) => name === 'account')) return;
    this.#database.exec("ALTER TABLE media ADD COLUMN account TEXT NOT NULL DEFAULT ''");
  }

  #signingKey(): string {
    const row = this.#database.prepare('SELECT signing_key FROM secret').get() as { signing_key: string } | undefined;
    if (row) return row.signing_key;
    const key = randomBytes(24).toString('hex');
    this.#database.prepare('INSERT INTO secret VALUES (?)').run(key);
    return key;
  }
}

function media({ media_id: mediaId, account, file, uploads, ready_at, outcome }: Row, now: number): SimulatedMedia {
  const status = ready_at === null ? 'registered' : now < ready_at ? 'processing' : outcome;
  return { mediaId, account, status, uploads, ...(file === null ? {} : { file: JSON.parse(file) }) };
}
