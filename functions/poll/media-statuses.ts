import type { MediaStatus } from '../../shared/pinterest/media.ts';
import type { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import { PinterestError } from '../../shared/pinterest/pinterest-error.ts';

export interface MediaStatusesOptions {
  pinterest: Pick<PinterestClient, 'mediaGet' | 'mediaList'>;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Told when media_list failed and media_get was asked instead, for the log. */
  onListFailure?: (error: unknown) => void;
}

export interface StatusQuestion {
  /** Seconds since the upload: the longer ago that was, the older an answer may be. */
  elapsedSeconds: number;
  /** True when a wrong answer would be final: then Pinterest is asked for this media alone, now. */
  certain?: boolean;
}

export interface StatusAnswer {
  status: MediaStatus;
  /** True when it came with the answers for others: asking again soon is cheap. */
  shared: boolean;
}

/** As many as media_list gives at once. */
const PAGE_SIZE = 250;
/** A page is asked for when it is likely to answer for this many uploads that are under way. */
const WORTH_A_PAGE = 4;
const MOST_PAGES = 8;
/** How old an answer may be: this share of the time since the upload, within bounds. */
const STALENESS = 0.15;
const [LEAST_STALE_SECONDS, MOST_STALE_SECONDS] = [6, 60];
/** An upload that was not asked about for so long is somebody else's by now. */
const FORGOTTEN_AFTER_MS = 15 * 60 * 1000;
const LIST_BROKEN_MS = 5 * 60 * 1000;
const MOST_KNOWN = 10_000;

interface Known {
  status: MediaStatus;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * The states of media, with as few requests as that takes. A function that is asked about many uploads lists them all with
 * one request, and answers the next questions from what it brought; alone, an upload is asked about by itself. What a list
 * does not have, is too old, or must be certain, is asked by itself too.
 */
export class MediaStatuses {
  readonly #pinterest: MediaStatusesOptions['pinterest'];
  readonly #now: () => number;
  readonly #onListFailure: (error: unknown) => void;
  readonly #known = new Map<string, Known>();
  /** Uploads under way, and when they were asked about here the last time. */
  readonly #underWay = new Map<string, number>();
  #listBrokenUntil = 0;

  constructor({ pinterest, now = Date.now, onListFailure = () => {} }: MediaStatusesOptions) {
    this.#pinterest = pinterest;
    this.#now = now;
    this.#onListFailure = onListFailure;
  }

  /** @throws PinterestError of media_get, or of media_list where another request would meet the same */
  async statusOf(mediaId: string, { elapsedSeconds, certain = false }: StatusQuestion): Promise<StatusAnswer> {
    const now = this.#now();
    this.#underWay.delete(mediaId);
    this.#forget(now);
    const listed = certain ? undefined : (this.#fresh(mediaId, elapsedSeconds, now) ?? (await this.#listed(mediaId)));
    const status = listed ?? (await this.#pinterest.mediaGet(mediaId)).status;
    if (ended(status)) this.#known.delete(mediaId);
    else this.#underWay.set(mediaId, now);
    return { status, shared: listed !== undefined };
  }

  #fresh(mediaId: string, elapsedSeconds: number, now: number): MediaStatus | undefined {
    const known = this.#known.get(mediaId);
    if (!known) return undefined;
    if (ended(known.status)) return known.status;
    const stale = Math.min(MOST_STALE_SECONDS, Math.max(LEAST_STALE_SECONDS, STALENESS * elapsedSeconds));
    return now - known.at <= stale * 1000 ? known.status : undefined;
  }

  async #listed(mediaId: string): Promise<MediaStatus | undefined> {
    if (this.#underWay.size + 1 < WORTH_A_PAGE || this.#now() < this.#listBrokenUntil) return undefined;
    try {
      return await this.#foundInList(mediaId);
    } catch (error) {
      if (error instanceof PinterestError && (error.status === 429 || error.tokenRefused)) throw error;
      this.#listBrokenUntil = this.#now() + LIST_BROKEN_MS;
      this.#onListFailure(error);
      return undefined;
    }
  }

  /** Lists page by page until the media is found, for as long as that answers for others as well. */
  async #foundInList(mediaId: string): Promise<MediaStatus | undefined> {
    let bookmark: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await this.#pinterest.mediaList({
        pageSize: PAGE_SIZE,
        ...(bookmark === undefined ? {} : { bookmark }),
      });
      const at = this.#now();
      for (const item of page.items) this.#learn(item.mediaId, { status: item.status, at });
      const found = page.items.find((item) => item.mediaId === mediaId);
      if (found) return found.status;
      // The order of the list is not documented: where one page has little of ours, the next is not likely to have more.
      const ours = page.items.filter((item) => this.#underWay.has(item.mediaId)).length;
      if (ours < WORTH_A_PAGE || page.bookmark === undefined || page.bookmark === bookmark) return undefined;
      bookmark = page.bookmark;
    }
    return undefined;
  }

  #learn(mediaId: string, known: Known): void {
    this.#known.delete(mediaId);
    this.#known.set(mediaId, known);
    // A map keeps the order in which it was filled: the oldest goes first.
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value as string);
  }

  #forget(now: number): void {
    for (const [mediaId, askedAt] of this.#underWay) {
      if (now - askedAt <= FORGOTTEN_AFTER_MS) break;
      this.#underWay.delete(mediaId);
    }
  }
}

const ended = (status: MediaStatus) => status === 'succeeded' || status === 'failed';
