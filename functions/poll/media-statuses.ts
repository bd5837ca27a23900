import type { Media } from '../../shared/pinterest/media.ts';
import type { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import { PinterestError } from '../../shared/pinterest/pinterest-error.ts';

export interface MediaStatusesOptions {
  pinterest: Pick<PinterestClient, 'mediaGet' | 'mediaList'>;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Called when media_list failed and media_get was asked instead, for the log. */
  onListFailure?: (error: unknown) => void;
}

export interface StatusQuestion {
  /** Seconds since the upload: the longer ago that was, the older an answer may be. */
  elapsedSeconds: number;
  /** True for the upload's first question: its media is one of the newest. */
  first?: boolean;
  /** True when the answer may end the upload: Pinterest is asked about this media alone, now. */
  final?: boolean;
}

export interface StatusAnswer extends Pick<Media, 'status' | 'details'> {
  /** Seconds since Pinterest gave it, perhaps in answer to the question about another media. */
  ageSeconds: number;
}

/** The most that media_list returns at once. */
const PAGE_SIZE = 250;
/**
 * How old an answer may be: a share of the time since the upload, or seconds if that is more. Both are less than the
 * upload's own wait, so its next question never gets the same answer again.
 */
const [FRESH_SHARE, FRESH_SECONDS] = [0.25, 4];
/** Pages of one list at most. With 300 uploads under way, the oldest of them are not on the first. */
const MOST_PAGES = 3;
/**
 * Questions without a list after one that did not have the media: its order, which Pinterest does not document, may be
 * against us. Three pages for each nine questions are at most a third more requests.
 */
const QUESTIONS_WITHOUT_LIST = 8;
/** Statuses that are kept; with more, all are forgotten, which costs a few requests. */
const MOST_KNOWN = 10_000;

interface Known extends Pick<Media, 'status' | 'details'> {
  /** Milliseconds since 1970. */
  at: number;
  /** Of the page that it was on; undefined for the first. */
  bookmark: string | undefined;
}

/**
 * The statuses of media, with few requests: when many uploads are asked about, one page of the list answers for up to 250
 * of them. A media that the list does not have is asked about by itself.
 */
export class MediaStatuses {
  readonly #pinterest: MediaStatusesOptions['pinterest'];
  readonly #now: () => number;
  readonly #onListFailure: (error: unknown) => void;
  readonly #known = new Map<string, Known>();
  /** Milliseconds since 1970 of the last question that no known status answered. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #questionsWithoutList = 0;
  /** The response by which Pinterest asked to wait, and until when. */
  #closed: { error: PinterestError; until: number } | undefined;

  constructor({ pinterest, now = Date.now, onListFailure = () => {} }: MediaStatusesOptions) {
    this.#pinterest = pinterest;
    this.#now = now;
    this.#onListFailure = onListFailure;
  }

  /** @throws PinterestError of media_get, or of media_list where another request would get the same response */
  async statusOf(
    mediaId: string,
    { elapsedSeconds, first = false, final = false }: StatusQuestion,
  ): Promise<StatusAnswer> {
    if (!final) {
      const oldestFresh = this.#now() - 1000 * Math.max(FRESH_SECONDS, FRESH_SHARE * elapsedSeconds);
      const known = this.#known.get(mediaId);
      if (known && (isEnd(known.status) || known.at >= oldestFresh)) return this.#answer(known);
      this.#throwWhileClosed();
      // What no list had so far is likely to be deep in it, unless it is new.
      if (this.#isListWorthIt(oldestFresh) && (known || first)) await this.#list(mediaId);
      const listed = this.#known.get(mediaId);
      if (listed && listed.at >= oldestFresh) return this.#answer(listed);
    }
    const { status, details } = await this.#ask(() => this.#pinterest.mediaGet(mediaId));
    return { status, details, ageSeconds: 0 };
  }

  #answer({ status, details, at }: Known): StatusAnswer {
    return { status, details, ageSeconds: (this.#now() - at) / 1000 };
  }

  /** True when another upload was asked about here while the answer would still be fresh. */
  #isListWorthIt(oldestFresh: number): boolean {
    const busy = this.#askedAt >= oldestFresh;
    this.#askedAt = this.#now();
    return busy && this.#questionsWithoutList-- <= 0;
  }

  /** Lists the page that the media was on the last time, and the next ones if it has moved there. */
  async #list(mediaId: string): Promise<void> {
    let bookmark = this.#known.get(mediaId)?.bookmark;
    try {
      for (let pages = 0; pages < MOST_PAGES; pages++) {
        const page = await this.#ask(() => this.#pinterest.mediaList({ pageSize: PAGE_SIZE, bookmark }));
        if (this.#known.size > MOST_KNOWN) this.#known.clear();
        // An item without a status says nothing: media_get may.
        const items = page.items.filter(({ status }) => status !== undefined);
        for (const { mediaId: id, ...media } of items) this.#known.set(id, { ...media, at: this.#now(), bookmark });
        if (items.some((item) => item.mediaId === mediaId)) return;
        bookmark = page.bookmark;
        if (bookmark === undefined) break;
      }
    } catch (error) {
      if (isForEveryRequest(error)) throw error;
      // Bookmarks may expire.
      this.#known.delete(mediaId);
      this.#onListFailure(error);
    }
    this.#questionsWithoutList = QUESTIONS_WITHOUT_LIST;
  }

  async #ask<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof PinterestError && error.status === 429 && error.retryAfterSeconds) {
        this.#closed = { error, until: this.#now() + error.retryAfterSeconds * 1000 };
      }
      throw error;
    }
  }

  #throwWhileClosed(): void {
    const left = ((this.#closed?.until ?? 0) - this.#now()) / 1000;
    if (!this.#closed || left <= 0) return;
    const { message, operation, status } = this.#closed.error;
    throw new PinterestError(message, { operation, status, retryAfterSeconds: left });
  }
}

const isEnd = (status: Media['status']) => status === 'succeeded' || status === 'failed';

/** True when any other request would get the same response. */
const isForEveryRequest = (error: unknown) =>
  error instanceof PinterestError && (error.status === 429 || error.tokenRefused);
