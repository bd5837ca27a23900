import type { Media, MediaPage, MediaStatus, MediaUpload } from '../../../shared/pinterest/media.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Seconds that an answer takes. */
const LATENCY_SECONDS = 0.2;

type Operation = 'media_create' | 'media_get' | 'media_list';

/** Pinterest's media operations in simulated time, counted. Its list begins with the newest. */
export class PinterestModel {
  readonly #clock: VirtualClock;
  readonly #limit: (operation: Operation) => void;
  readonly #readyAt = new Map<string, number>();
  readonly #registered: string[] = [];
  readonly requests = { media_create: 0, media_get: 0, media_list: 0 };

  /** @param limit throws what a request is refused with */
  constructor(clock: VirtualClock, limit: (operation: Operation) => void = () => {}) {
    this.#clock = clock;
    this.#limit = limit;
  }

  async mediaCreate(): Promise<MediaUpload> {
    await this.#asked('media_create');
    const mediaId = String(this.#registered.length + 1);
    this.#registered.push(mediaId);
    return { mediaId, uploadUrl: 'https://upload.invalid/', uploadParameters: {} };
  }

  /** The upload of a media has arrived, and takes so long from now on. */
  uploaded(mediaId: string, processingSeconds: number): void {
    this.#readyAt.set(mediaId, this.#clock.seconds + processingSeconds);
  }

  async mediaGet(mediaId: string): Promise<Media> {
    await this.#asked('media_get');
    return { mediaId, status: this.#status(mediaId) };
  }

  async mediaList({ pageSize = 25, bookmark }: { pageSize?: number; bookmark?: string } = {}): Promise<MediaPage> {
    await this.#asked('media_list');
    // A bookmark is the number of media that are older than what was shown.
    const end = bookmark === undefined ? this.#registered.length : Number(bookmark);
    const page = this.#registered.slice(Math.max(0, end - pageSize), end).reverse();
    const items = page.map((mediaId) => ({ mediaId, status: this.#status(mediaId) }));
    return end > pageSize ? { items, bookmark: String(end - pageSize) } : { items };
  }

  async #asked(operation: Operation): Promise<void> {
    this.requests[operation]++;
    await this.#clock.sleep(LATENCY_SECONDS);
    this.#limit(operation);
  }

  #status(mediaId: string): MediaStatus {
    const readyAt = this.#readyAt.get(mediaId);
    if (readyAt === undefined) return 'registered';
    return this.#clock.seconds >= readyAt ? 'succeeded' : 'processing';
  }
}
