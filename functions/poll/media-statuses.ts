import type { Media } from '../../shared/pinterest/media.ts';
import type { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import { PinterestError } from '../../shared/pinterest/pinterest-error.ts';

export interface MediaStatusesOptions {
  pinterest: Pick<PinterestClient, 'mediaGet' | 'mediaList'>;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Called when media_list failed and media_get is used instead, for the log. */
  onListFailure?: (error: unknown) => void;
}

export interface StatusQuestion {
  /** Seconds since the upload. The larger it is, the older a cached status may be. */
  elapsedSeconds: number;
  /** True for the upload's first poll: its media is one of the newest. */
  first?: boolean;
  /** True when this poll may end the upload. The status is then requested with media_get, not taken from the cache. */
  final?: boolean;
}

export interface StatusAnswer extends Pick<Media, 'status' | 'details'> {
  /** Seconds since Pinterest sent this status, perhaps in a response to another upload's poll. */
  ageSeconds: number;
}

/** The largest page size of media_list. */
const PAGE_SIZE = 250;
/**
 * The maximum age of a cached status: this share of the time since the upload, or this many seconds if that is more.
 * Both are less than the upload's own wait, so its next poll never gets the same status again.
 */
const [FRESH_SHARE, FRESH_SECONDS] = [0.25, 4];
/** The maximum number of pages in one listing. With 300 uploads in progress, the oldest are not on the first page. */
const MOST_PAGES = 3;
/**
 * How many polls do not list after a listing that did not contain the media. Pinterest does not document the order of
 * the list, so the media may be far down in it. Three pages for every nine polls are at most a third more requests.
 */
const QUESTIONS_WITHOUT_LIST = 8;
/** The maximum number of cached statuses. Beyond it the cache is cleared, which costs a few requests. */
const MOST_KNOWN = 10_000;

interface Known extends Pick<Media, 'status' | 'details'> {
  /** Milliseconds since 1970. */
  at: number;
  /** Bookmark of the page that listed the media; undefined for the first page. */
  bookmark: string | undefined;
}

/**
 * Gets the statuses of media with few requests. When many uploads are polled, one page of the list contains the
 * statuses of up to 250 of them. A media that the list does not contain is requested with media_get.
 */
export class MediaStatuses {
  readonly #pinterest: MediaStatusesOptions['pinterest'];
  readonly #now: () => number;
  readonly #onListFailure: (error: unknown) => void;
  readonly #known = new Map<string, Known>();
  /** Time of the last poll that no cached status could answer, in milliseconds since 1970. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #questionsWithoutList = 0;
  /** The 429 response with which Pinterest asked to wait, and the end of that wait. */
  #closed: { error: PinterestError; until: number } | undefined;

  constructor({ pinterest, now = Date.now, onListFailure = () => {} }: MediaStatusesOptions) {
    this.#pinterest = pinterest;
    this.#now = now;
    this.#onListFailure = onListFailure;
  }

  /** @throws PinterestError from media_get; from media_list if any other request would get the same response */
  async statusOf(
    mediaId: string,
    { elapsedSeconds, first = false, final = false }: StatusQuestion,
  ): Promise<StatusAnswer> {
    if (!final) {
      const oldestFresh = this.#now() - 1000 * Math.max(FRESH_SECONDS, FRESH_SHARE * elapsedSeconds);
      const known = this.#known.get(mediaId);
      if (known && (isEnd(known.status) || known.at >= oldestFresh)) return this.#answer(known);
      this.#throwWhileClosed();
      // A media that no listing has contained yet is probably far down in the list, unless it is new.
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

  /** True when this sandbox polled another upload so recently that a status from that time would still be fresh. */
  #isListWorthIt(oldestFresh: number): boolean {
    const busy = this.#askedAt >= oldestFresh;
    this.#askedAt = this.#now();
    return busy && this.#questionsWithoutList-- <= 0;
  }

  /**
   * Lists the page that contained the media the last time. If the media is not there any more, lists the next pages.
   */
  async #list(mediaId: string): Promise<void> {
    let bookmark = this.#known.get(mediaId)?.bookmark;
    try {
      for (let pages = 0; pages < MOST_PAGES; pages++) {
        const page = await this.#ask(() => this.#pinterest.mediaList({ pageSize: PAGE_SIZE, bookmark }));
        if (this.#known.size > MOST_KNOWN) this.#known.clear();
        // Skip items without a status: media_get may return one.
        const items = page.items.filter(({ status }) => status !== undefined);
        for (const { mediaId: id, ...media } of items) this.#known.set(id, { ...media, at: this.#now(), bookmark });
        if (items.some((item) => item.mediaId === mediaId)) return;
        bookmark = page.bookmark;
        if (bookmark === undefined) break;
      }
    } catch (error) {
      if (isForEveryRequest(error)) throw error;
      // The bookmark may have expired: forget it.
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
