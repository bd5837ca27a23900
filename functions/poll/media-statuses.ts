import type { MediaPage, MediaStatus } from '../../shared/pinterest/media.ts';
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
const WORTH_A_PAGE = 3;
const MOST_PAGES = 8;
/** No further page is begun after so long: the function has to answer, too. */
const MOST_LISTING_MS = 10_000;
/** How old an answer may be: this share of the time since the upload, within bounds. */
const STALENESS = 0.15;
const [LEAST_STALE_SECONDS, MOST_STALE_SECONDS] = [8, 120];
/** An upload that was not asked about for so long is somebody else's by now. */
const FORGOTTEN_AFTER_MS = 15 * 60 * 1000;
/** How long lists are done without that failed, or that began with what nobody asks about; for the latter it grows up to this. */
const NO_LISTS_MS = 5 * 60 * 1000;
const FIRST_PAUSE_MS = 2_000;
const MOST_KNOWN = 10_000;

interface Known {
  status: MediaStatus;
  /** Milliseconds since 1970. */
  at: number;
  /** Of the page that it was on; undefined for the first. */
  bookmark: string | undefined;
}

interface UnderWay {
  /** Milliseconds since 1970 at which it was asked about here the last time. */
  askedAt: number;
  /** True when the pages did not have it: the newest come first, so that it is not likely to come up again. */
  unlisted: boolean;
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
  /** The one that was asked about the longest ago comes first. */
  readonly #underWay = new Map<string, UnderWay>();
  #noListsUntil = 0;
  /** Lists in a row that began with what nobody asks about: their order, or somebody else's media, may be against it. */
  #fruitless = 0;
  /** The answer by which Pinterest asked to wait, and until when. */
  #closed: { error: PinterestError; until: number } | undefined;

  constructor({ pinterest, now = Date.now, onListFailure = () => {} }: MediaStatusesOptions) {
    this.#pinterest = pinterest;
    this.#now = now;
    this.#onListFailure = onListFailure;
  }

  /** @throws PinterestError of media_get, or of media_list where another request would meet the same */
  async statusOf(mediaId: string, { elapsedSeconds, certain = false }: StatusQuestion): Promise<StatusAnswer> {
    const now = this.#now();
    this.#noteUnderWay(mediaId, now);
    const fresh = certain ? undefined : this.#fresh(mediaId, elapsedSeconds, now);
    const listed = fresh ?? (certain ? undefined : await this.#asking(() => this.#listed(mediaId)));
    const status = listed ?? (await this.#asking(() => this.#pinterest.mediaGet(mediaId))).status;
    if (ended(status)) {
      this.#known.delete(mediaId);
      this.#underWay.delete(mediaId);
    }
    return { status, shared: listed !== undefined };
  }

  #noteUnderWay(mediaId: string, now: number): void {
    const { unlisted = false } = this.#underWay.get(mediaId) ?? {};
    this.#underWay.delete(mediaId);
    this.#underWay.set(mediaId, { askedAt: now, unlisted });
    for (const [id, { askedAt }] of this.#underWay) {
      if (now - askedAt <= FORGOTTEN_AFTER_MS) break;
      this.#underWay.delete(id);
    }
  }

  #fresh(mediaId: string, elapsedSeconds: number, now: number): MediaStatus | undefined {
    const known = this.#known.get(mediaId);
    if (!known) return undefined;
    if (ended(known.status)) return known.status;
    const stale = Math.min(MOST_STALE_SECONDS, Math.max(LEAST_STALE_SECONDS, STALENESS * elapsedSeconds));
    return now - known.at <= stale * 1000 ? known.status : undefined;
  }

  /** Asks Pinterest, unless it has asked to wait: then the error is the one that asking would bring. */
  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    const left = ((this.#closed?.until ?? 0) - this.#now()) / 1000;
    if (this.#closed && left > 0) {
      const { message, operation, status = 429 } = this.#closed.error;
      throw new PinterestError(message, { operation, status, retryAfterSeconds: left });
    }
    try {
      return await ask();
    } catch (error) {
      const { status, retryAfterSeconds = 0 } = error instanceof PinterestError ? error : {};
      if (status === 429 && retryAfterSeconds > 0) {
        this.#closed = { error: error as PinterestError, until: this.#now() + retryAfterSeconds * 1000 };
      }
      throw error;
    }
  }

  async #listed(mediaId: string): Promise<MediaStatus | undefined> {
    const underWay = this.#underWay.get(mediaId);
    if (underWay?.unlisted || this.#now() < this.#noListsUntil || !this.#worthAPage()) return undefined;
    try {
      const found = await this.#foundInList(mediaId);
      if (found === undefined && underWay) underWay.unlisted = true;
      return found;
    } catch (error) {
      if (wouldMeetAll(error)) throw error;
      this.#noListsUntil = this.#now() + NO_LISTS_MS;
      this.#onListFailure(error);
      return undefined;
    }
  }

  #worthAPage(): boolean {
    let likely = 0;
    for (const { unlisted } of this.#underWay.values()) {
      if (!unlisted && ++likely >= WORTH_A_PAGE) return true;
    }
    return false;
  }

  async #foundInList(mediaId: string): Promise<MediaStatus | undefined> {
    // A bookmark names a place in the list, as far as anybody knows: what was behind it still is, or is on the next page.
    const bookmark = this.#known.get(mediaId)?.bookmark;
    try {
      return await this.#foundFrom(bookmark, mediaId);
    } catch (error) {
      const refused = error instanceof PinterestError && (error.status ?? 0) >= 400 && (error.status ?? 0) < 500;
      if (bookmark === undefined || !refused || wouldMeetAll(error)) throw error;
      // How long bookmarks are good for is not documented: these no more.
      for (const known of this.#known.values()) known.bookmark = undefined;
      return await this.#foundFrom(undefined, mediaId);
    }
  }

  /** Lists page by page until the media is found, for as long as that answers for others as well. */
  async #foundFrom(first: string | undefined, mediaId: string): Promise<MediaStatus | undefined> {
    const begun = this.#now();
    let bookmark = first;
    for (let pages = 0; pages < MOST_PAGES && this.#now() - begun <= MOST_LISTING_MS; pages++) {
      const page = await this.#pinterest.mediaList({
        pageSize: PAGE_SIZE,
        ...(bookmark === undefined ? {} : { bookmark }),
      });
      const ours = this.#learn(page, bookmark);
      if (bookmark === undefined) this.#judgeLists(ours);
      const found = page.items.find((item) => item.mediaId === mediaId);
      if (found) return found.status;
      // The order of the list is not documented: where one page has little of ours, the next is not likely to have more.
      if (ours < WORTH_A_PAGE || page.bookmark === undefined || page.bookmark === bookmark) return undefined;
      bookmark = page.bookmark;
    }
    return undefined;
  }

  #judgeLists(oursOnTheFirstPage: number): void {
    this.#fruitless = oursOnTheFirstPage < WORTH_A_PAGE ? this.#fruitless + 1 : 0;
    if (this.#fruitless === 0) return;
    this.#noListsUntil = this.#now() + Math.min(NO_LISTS_MS, FIRST_PAUSE_MS * 2 ** (this.#fruitless - 1));
  }

  /** @returns of how many uploads that are under way the page told */
  #learn({ items }: MediaPage, bookmark: string | undefined): number {
    const at = this.#now();
    let ours = 0;
    for (const { mediaId, status } of items) {
      if (this.#underWay.has(mediaId)) ours++;
      // Who asks about it next, here or in another function, hears of its end without a list.
      if (ended(status)) this.#underWay.delete(mediaId);
      this.#known.delete(mediaId);
      this.#known.set(mediaId, { status, at, bookmark });
      // A map keeps the order in which it was filled: the oldest goes first.
      if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value as string);
    }
    return ours;
  }
}

const ended = (status: MediaStatus) => status === 'succeeded' || status === 'failed';

/** True when any other request would be answered the same. */
const wouldMeetAll = (error: unknown) =>
  error instanceof PinterestError && (error.status === 429 || error.tokenRefused);
