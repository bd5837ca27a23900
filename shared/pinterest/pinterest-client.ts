import type { ZodMiniType } from 'zod/mini';
import { type ApiAnswer, type ApiRequest, apiRequest, DEFAULT_API_URL, USER_AGENT } from './api-request.ts';
import {
  type Board,
  type BoardPage,
  type BoardSection,
  type BoardSectionPage,
  boardOf,
  boardPageSchema,
  boardSectionOf,
  boardSectionPageSchema,
} from './boards.ts';
import {
  type Media,
  type MediaPage,
  type MediaUpload,
  mediaOf,
  mediaPageSchema,
  mediaSchema,
  mediaUploadSchema,
} from './media.ts';
import { type Pin, type PinPage, type PinRequest, pinCreateBody, pinOf, pinPageSchema, pinSchema } from './pin.ts';
import { PinterestError, type PinterestOperation } from './pinterest-error.ts';
import { type RateLimit, rateLimitOf } from './rate-limit.ts';
import { refusal } from './refusal.ts';

export { DEFAULT_API_URL };

/**
 * Returns the access token for a request.
 * @param refused a token that Pinterest has just refused: the provider then checks for a newer one
 */
export type AccessTokenProvider = (refused?: string) => Promise<string>;

export interface PinterestClientOptions {
  /** Base URL with the version, without a slash at the end. */
  apiUrl?: string;
  accessToken: AccessTokenProvider;
  /**
   * Milliseconds after which a request without a complete response fails; 20,000 by default. A request with a body has a
   * millisecond more for each 1,000 bytes, for a cover image.
   */
  timeoutMs?: number;
  /** Called for every response, for metrics and logs. */
  onAnswer?: (answer: { operation: PinterestOperation; status: number; rateLimit: RateLimit }) => void;
}

/** A page of a list. */
export interface PageRequest {
  /** Items on the page, 1 to 250. Pinterest's default is 25. */
  pageSize?: number;
  /** Cursor from the previous page. */
  bookmark?: string;
}

/** 1 MB/s, a slow connection. */
const BODY_BYTES_PER_MS = 1000;

interface Call<T> {
  operation: PinterestOperation;
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  schema: ZodMiniType<T>;
}

/**
 * A client for the video operations of Pinterest's API v5. The methods have Pinterest's own operation names.
 * Every method throws {@link PinterestError}. After a 401, a method repeats its request once if there is a newer
 * token.
 * @see https://developers.pinterest.com/docs/api/v5/media-create
 */
export class PinterestClient {
  readonly #options: Required<Omit<PinterestClientOptions, 'onAnswer'>> & Pick<PinterestClientOptions, 'onAnswer'>;

  constructor(options: PinterestClientOptions) {
    this.#options = { apiUrl: DEFAULT_API_URL, timeoutMs: 20_000, ...options };
  }

  /** Registers a video for upload. Not idempotent: each call makes a new media. */
  async mediaCreate(): Promise<MediaUpload> {
    const answer = await this.#call({
      operation: 'media_create',
      method: 'POST',
      path: '/media',
      body: { media_type: 'video' },
      schema: mediaUploadSchema,
    });
    return { mediaId: answer.media_id, uploadUrl: answer.upload_url, uploadParameters: answer.upload_parameters };
  }

  /** Gets the status of one media. */
  async mediaGet(mediaId: string): Promise<Media> {
    const path = `/media/${encodeURIComponent(mediaId)}`;
    const answer = await this.#call({ operation: 'media_get', method: 'GET', path, schema: mediaSchema });
    return mediaOf(answer);
  }

  /** Gets one page of the account's media. Pinterest does not document the order. */
  async mediaList(page: PageRequest = {}): Promise<MediaPage> {
    const path = withPage('/media', page);
    const answer = await this.#call({ operation: 'media_list', method: 'GET', path, schema: mediaPageSchema });
    return { items: answer.items.map(mediaOf), bookmark: answer.bookmark };
  }

  /** All of the account's media. Each page is requested only when its items are needed. @param pageSize 1 to 250 */
  mediaListAll(pageSize = 250): AsyncGenerator<Media, void, undefined> {
    return everyItem((bookmark) => this.mediaList({ pageSize, bookmark }));
  }

  /** Makes a Pin. Not idempotent, and Pinterest has no idempotency key: each call that arrives makes another Pin. */
  async pinsCreate(pin: PinRequest): Promise<Pin> {
    const answer = await this.#call({
      operation: 'pins_create',
      method: 'POST',
      path: '/pins',
      body: pinCreateBody(pin),
      schema: pinSchema,
    });
    return pinOf(answer);
  }

  /** Gets one page of a board's Pins. Pinterest does not document the order. */
  async boardsListPins(boardId: string, page: PageRequest = {}): Promise<PinPage> {
    const answer = await this.#call({
      operation: 'boards_list_pins',
      method: 'GET',
      path: withPage(`/boards/${encodeURIComponent(boardId)}/pins`, page),
      schema: pinPageSchema,
    });
    return { items: answer.items.map(pinOf), bookmark: answer.bookmark };
  }

  /** All of a board's Pins. Each page is requested only when its items are needed. */
  boardsListAllPins(boardId: string, pageSize = 250): AsyncGenerator<Pin, void, undefined> {
    return everyItem((bookmark) => this.boardsListPins(boardId, { pageSize, bookmark }));
  }

  /** Gets one page of the account's boards, with the group boards that it collaborates on. */
  async boardsList(page: PageRequest = {}): Promise<BoardPage> {
    const path = withPage('/boards', page);
    const answer = await this.#call({ operation: 'boards_list', method: 'GET', path, schema: boardPageSchema });
    return { items: answer.items.map(boardOf), bookmark: answer.bookmark };
  }

  /** All of the account's boards. Each page is requested only when its items are needed. @param pageSize 1 to 250 */
  boardsListAll(pageSize = 250): AsyncGenerator<Board, void, undefined> {
    return everyItem((bookmark) => this.boardsList({ pageSize, bookmark }));
  }

  /** Gets one page of a board's sections. */
  async boardSectionsList(boardId: string, page: PageRequest = {}): Promise<BoardSectionPage> {
    const answer = await this.#call({
      operation: 'board_sections_list',
      method: 'GET',
      path: withPage(`/boards/${encodeURIComponent(boardId)}/sections`, page),
      schema: boardSectionPageSchema,
    });
    return { items: answer.items.map(boardSectionOf), bookmark: answer.bookmark };
  }

  /** All sections of a board. Each page is requested only when its items are needed. @param pageSize 1 to 250 */
  boardSectionsListAll(boardId: string, pageSize = 250): AsyncGenerator<BoardSection, void, undefined> {
    return everyItem((bookmark) => this.boardSectionsList(boardId, { pageSize, bookmark }));
  }

  async #call<T>(call: Call<T>): Promise<T> {
    const token = await this.#options.accessToken();
    try {
      return await this.#send(call, token);
    } catch (error) {
      if (!(error instanceof PinterestError && error.tokenRefused)) throw error;
      const newer = await this.#options.accessToken(token);
      if (newer === token) throw error;
      return await this.#send(call, newer);
    }
  }

  async #send<T>({ operation, method, path, body, schema }: Call<T>, token: string): Promise<T> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.#ask(operation, `${this.#options.apiUrl}${path}`, {
      method,
      timeoutMs: Math.ceil(this.#options.timeoutMs + (sent?.length ?? 0) / BODY_BYTES_PER_MS),
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: 'application/json',
        'User-Agent': USER_AGENT,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: sent,
    });
    const { status } = answer;
    this.#options.onAnswer?.({ operation, status, rateLimit: rateLimitOf(answer.headers) });
    const json = parsed(answer.text);
    if (status < 200 || status >= 300) throw refusal(operation, answer, json);
    const checked = schema.safeParse(json);
    if (checked.success) return checked.data;
    // Name only the paths: the values may be form signatures.
    const where = [...new Set(checked.error.issues.map((issue) => issue.path.join('.') || 'the body'))].join(', ');
    throw new PinterestError(`Pinterest answered ${operation} with something unexpected (at ${where}).`, {
      operation,
      status,
      unexpectedAnswer: true,
    });
  }

  async #ask(operation: PinterestOperation, url: string, request: ApiRequest): Promise<ApiAnswer> {
    try {
      return await apiRequest(url, request);
    } catch (cause) {
      const why = cause instanceof Error && cause.name === 'TimeoutError' ? 'in time' : 'at all';
      throw new PinterestError(`Pinterest did not answer ${operation} ${why}.`, { operation }, { cause });
    }
  }
}

function withPage(path: string, { pageSize, bookmark }: PageRequest): string {
  const query = new URLSearchParams();
  if (bookmark !== undefined) query.set('bookmark', bookmark);
  if (pageSize !== undefined) query.set('page_size', String(pageSize));
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The items of all pages. Each page is requested only when its items are needed. */
async function* everyItem<Item>(
  pageAt: (bookmark: string | undefined) => Promise<{ items: Item[]; bookmark?: string }>,
): AsyncGenerator<Item, void, undefined> {
  let bookmark: string | undefined;
  do {
    const page = await pageAt(bookmark);
    yield* page.items;
    // Stop when the bookmark does not change. Otherwise the loop would never end.
    bookmark = page.bookmark === bookmark ? undefined : page.bookmark;
  } while (bookmark !== undefined);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Gateways in front of the API sometimes answer with HTML.
    return undefined;
  }
}
