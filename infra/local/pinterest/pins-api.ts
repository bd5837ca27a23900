import { type Answer, refusal } from './answer.ts';
import type { PinCreateRequest, SimulatedPin } from './media-store.ts';
import type { Simulation } from './simulation.ts';

/** The longest texts, in characters. */
const LIMITS = { title: 100, description: 800, link: 2048, alt_text: 500 } as const;

/** Counts characters as JSON Schema does: code points, not UTF-16 units. */
const characters = (text: string) => Array.from(text).length;
const isId = (value: unknown) => typeof value === 'string' && /^\d+$/.test(value);
const invalid = (what: string) => refusal(400, 1, `Invalid request: ${what}`);

/** `POST /pins`: every valid request creates a Pin of the account's media, even when it repeats an earlier request. */
export function makePin(body: string, account: string, { store, options }: Simulation): Answer {
  let pin: PinCreateRequest;
  try {
    pin = JSON.parse(body);
  } catch {
    return invalid('the body is not JSON.');
  }
  const { board_id: boardId, media_source: source } = pin;
  if (!isId(boardId)) return invalid("board_id must match '^\\d+$'.");
  if (options.boards && !options.boards.includes(boardId)) return refusal(404, 40, 'Board not found.');
  for (const [name, most] of Object.entries(LIMITS)) {
    const text = pin[name as keyof typeof LIMITS] ?? '';
    if (typeof text !== 'string' || characters(text) > most)
      return invalid(`${name} is longer than ${most} characters.`);
  }
  if (source?.source_type !== 'video_id' || !isId(source.media_id))
    return invalid('media_source is not an uploaded video.');
  if (source.cover_image_url === undefined && source.cover_image_key_frame_time === undefined)
    return invalid('a video Pin needs a cover image.');
  const media = store.get(source.media_id, account, Date.now());
  if (media?.status !== 'succeeded') return invalid(`the media is ${media?.status ?? 'unknown'}.`);
  return { status: 201, body: wire(store.createPin(pin, Date.now())) };
}

/** `GET /boards/{board_id}/pins` */
export function listPins(boardId: string, query: URLSearchParams, { store, options }: Simulation): Answer {
  const pageSize = Number(query.get('page_size') ?? 25);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 250) return invalid('page_size must be from 1 to 250.');
  if (!isId(boardId) || (options.boards && !options.boards.includes(boardId)))
    return refusal(404, 40, 'Board not found.');
  const visible = store.pins(boardId).filter(({ createdAt }) => createdAt + options.pinListDelayMs <= Date.now());
  const bookmark = query.get('bookmark');
  const from = bookmark === null ? 0 : visible.findIndex(({ pinId }) => pinId === bookmark) + 1;
  const items = visible.slice(from, from + pageSize);
  const more = visible.length > from + pageSize;
  return { status: 200, body: { items: items.map(wire), bookmark: more ? items.at(-1)?.pinId : null } };
}

/** A Pin in Pinterest's response format, which does not contain the media id. */
const wire = ({ pinId, request, createdAt }: SimulatedPin) => ({
  id: pinId,
  board_id: request.board_id,
  title: request.title ?? null,
  description: request.description ?? null,
  link: request.link ?? null,
  alt_text: request.alt_text ?? null,
  created_at: new Date(createdAt).toISOString(),
  creative_type: 'VIDEO',
  media: { media_type: 'video', cover_image_url: 'https://i.pinimg.com/simulated.jpg', duration: null },
});
