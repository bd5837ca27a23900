import type { Media, MediaPage, MediaStatus, MediaUpload } from '../../../shared/pinterest/media.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Response time of Pinterest, in seconds. */
export const ANSWER_SECONDS = 0.2;

/** Properties of Pinterest that are not documented. */
export interface PinterestHabits {
  answerSeconds?: number;
  /** True for a list that begins with the oldest media, false for one that begins with the newest. */
  oldestFirst?: boolean;
}

/** Number of media that the account has from before the simulation. */
const OLD_MEDIA = 2_000;

type Operation = 'media_create' | 'media_get' | 'media_list';

/** Models Pinterest's media operations in simulated time, and counts the requests. */
export class PinterestModel {
  readonly #clock: VirtualClock;
  readonly #limit: (operation: Operation) => void;
  readonly #readyAt = new Map<string, number>();
  readonly #registered: string[] = [];
  readonly requests = { media_create: 0, media_get: 0, media_list: 0 };

  readonly #habits: Required<PinterestHabits>;

  /** @param limit throws the error for a request that Pinterest refuses */
  constructor(clock: VirtualClock, limit: (operation: Operation) => void = () => {}, habits: PinterestHabits = {}) {
    this.#clock = clock;
    this.#limit = limit;
    this.#habits = { answerSeconds: ANSWER_SECONDS, oldestFirst: false, ...habits };
    for (let number = 1; number <= OLD_MEDIA; number++) {
      this.#registered.push(`old-${number}`);
      this.#readyAt.set(`old-${number}`, 0);
    }
  }

  async mediaCreate(): Promise<MediaUpload> {
    await this.#asked('media_create');
    const mediaId = String(this.#registered.length + 1);
    this.#registered.push(mediaId);
    return { mediaId, uploadUrl: 'https://upload.invalid/', uploadParameters: {} };
  }

  /** Records that Pinterest received the upload of a media and starts to process it. */
  uploaded(mediaId: string, processingSeconds: number): void {
    this.#readyAt.set(mediaId, this.#clock.seconds + processingSeconds);
  }

  async mediaGet(mediaId: string): Promise<Media> {
    await this.#asked('media_get');
    return { mediaId, status: this.#status(mediaId) };
  }

  async mediaList({ pageSize = 25, bookmark }: { pageSize?: number; bookmark?: string } = {}): Promise<MediaPage> {
    await this.#asked('media_list');
    const { length } = this.#registered;
    // A bookmark is the index of the next page's start, in the list sorted from oldest to newest.
    const begin = Number(bookmark ?? (this.#habits.oldestFirst ? 0 : length));
    const end = this.#habits.oldestFirst ? begin + pageSize : begin - pageSize;
    const page = this.#registered.slice(Math.max(0, Math.min(begin, end)), Math.max(begin, end));
    if (!this.#habits.oldestFirst) page.reverse();
    const items = page.map((mediaId) => ({ mediaId, status: this.#status(mediaId) }));
    return end > 0 && end < length ? { items, bookmark: String(end) } : { items };
  }

  async #asked(operation: Operation): Promise<void> {
    this.requests[operation]++;
    await this.#clock.sleep(this.#habits.answerSeconds);
    this.#limit(operation);
  }

  #status(mediaId: string): MediaStatus {
    const readyAt = this.#readyAt.get(mediaId);
    if (readyAt === undefined) return 'registered';
    return this.#clock.seconds >= readyAt ? 'succeeded' : 'processing';
  }
}
