import type { Media, MediaPage, MediaStatus } from '../../../shared/pinterest/media.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Seconds that an answer takes. */
const LATENCY_SECONDS = 0.2;

/** Pinterest's media operations in simulated time, counted. Its list begins with the newest. */
export class PinterestModel {
  readonly #clock: VirtualClock;
  readonly #readyAt = new Map<string, number>();
  readonly #registered: string[] = [];
  readonly requests = { media_create: 0, media_get: 0, media_list: 0 };

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async mediaCreate(): Promise<{ mediaId: string }> {
    this.requests.media_create++;
    await this.#clock.sleep(LATENCY_SECONDS);
    const mediaId = String(this.#registered.push(''));
    this.#registered[this.#registered.length - 1] = mediaId;
    return { mediaId };
  }

  /** The upload of a media has arrived, and takes so long from now on. */
  uploaded(mediaId: string, processingSeconds: number): void {
    this.#readyAt.set(mediaId, this.#clock.seconds + processingSeconds);
  }

  readonly mediaGet = async (mediaId: string): Promise<Media> => {
    this.requests.media_get++;
    await this.#clock.sleep(LATENCY_SECONDS);
    return { mediaId, status: this.#status(mediaId) };
  };

  readonly mediaList = async ({ pageSize = 25, bookmark = '0' } = {}): Promise<MediaPage> => {
    this.requests.media_list++;
    await this.#clock.sleep(LATENCY_SECONDS);
    const end = this.#registered.length - Number(bookmark);
    const page = this.#registered.slice(Math.max(0, end - pageSize), end).reverse();
    const items = page.map((mediaId) => ({ mediaId, status: this.#status(mediaId) }));
    return end > pageSize ? { items, bookmark: String(Number(bookmark) + pageSize) } : { items };
  };

  #status(mediaId: string): MediaStatus {
    const readyAt = this.#readyAt.get(mediaId);
    if (readyAt === undefined) return 'registered';
    return this.#clock.seconds >= readyAt ? 'succeeded' : 'processing';
  }
}
