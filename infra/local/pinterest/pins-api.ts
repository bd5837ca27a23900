import { createHash } from 'node:crypto';
import { type Answer, refusal } from './answer.ts';
import { boardNotFound, boardOf } from './boards-api.ts';
import type { PinCreateRequest, SimulatedPin } from './media-store.ts';
import { answerPage } from './page.ts';
import type { Simulation } from './simulation.ts';

/** The longest texts, in characters. */
const LIMITS = { title: 100, description: 800, link: 2048, alt_text: 500 } as const;

/** Counts characters as JSON Schema does: code points, not UTF-16 units. */
const characters = (text: string) => Array.from(text).length;
const isId = (value: unknown) => typeof value === 'string' && /^\d+$/.test(value);
const invalid = (what: string) => refusal(400, 1, `Invalid request: ${what}`);

/** `POST /pins`: every valid request creates a Pin of the account's media, even when it repeats an earlier request. */
export function makePin(body: string, account: string, simulation: Simulation): Answer {
  let pin: PinCreateRequest;
  try {
    pin = JSON.parse(body);
  } catch {
    return invalid('the body is not JSON.');
  }
  return (
    badPlace(pin, account, simulation) ??
    badText(pin) ??
    badVideo(pin, account, simulation) ?? {
      status: 201,
      body: wire(simulation.store.createPin(withoutPicture(pin), Date.now())),
    }
  );
}

function badPlace({ board_id, board_section_id }: PinCreateRequest, account: string, simulation: Simulation) {
  if (!isId(board_id)) return invalid("board_id must match '^\\d+$'.");
  const board = boardOf(board_id, account, simulation);
  if (!board) return boardNotFound();
  if (board_section_id === undefined || board_section_id === null) return undefined;
  if (!isId(board_section_id)) return invalid("board_section_id must match '^\\d+$'.");
  const exists = board.sections?.some(({ sectionId }) => sectionId === board_section_id);
  return exists ? undefined : refusal(404, 2031, 'Board section not found.');
}

function badText(pin: PinCreateRequest): Answer | undefined {
  for (const [name, most] of Object.entries(LIMITS)) {
    const text = pin[name as keyof typeof LIMITS] ?? '';
    if (typeof text !== 'string' || characters(text) > most)
      return invalid(`${name} is longer than ${most} characters.`);
  }
  return undefined;
}

function badVideo({ media_source: source }: PinCreateRequest, account: string, { store }: Simulation) {
  if (source?.source_type !== 'video_id' || !isId(source.media_id))
    return invalid('media_source is not an uploaded video.');
  const problem = badCover(source);
  if (problem) return invalid(problem);
  const media = store.get(source.media_id, account, Date.now());
  return media?.status === 'succeeded' ? undefined : invalid(`the media is ${media?.status ?? 'unknown'}.`);
}

/** @see Pinterest OpenAPI 5.23.0, schema PinMediaSourceVideoID. Without any cover, Pinterest answers 400 in practice. */
function badCover(source: PinCreateRequest['media_source']): string | undefined {
  const { cover_image_url, cover_image_data, cover_image_content_type, cover_image_key_frame_time: seconds } = source;
  if (cover_image_data !== undefined) {
    const start = SIGNATURES[cover_image_content_type ?? ''];
    if (start === undefined) return "cover_image_content_type must be 'image/jpeg' or 'image/png'.";
    return cover_image_data.startsWith(start) ? undefined : 'cover_image_data is not an image of its content type.';
  }
  if (seconds !== undefined)
    return Number.isInteger(seconds) && seconds >= 0 ? undefined : 'cover_image_key_frame_time must be an integer.';
  return cover_image_url === undefined ? 'cover_image_url or cover_image_content_type is required.' : undefined;
}

/** How images begin, in base64. */
const SIGNATURES: Record<string, string> = { 'image/jpeg': '/9j/', 'image/png': 'iVBORw0KGgo' };

/** The request as it is kept: a picture of megabytes would fill the state directory. */
function withoutPicture(pin: PinCreateRequest): PinCreateRequest {
  const { cover_image_data: data, ...source } = pin.media_source;
  if (data === undefined) return pin;
  const cover_image_sha256 = createHash('sha256').update(Buffer.from(data, 'base64')).digest('hex');
  return { ...pin, media_source: { ...source, cover_image_sha256 } };
}

/** `GET /boards/{board_id}/pins` */
export function listPins(boardId: string, query: URLSearchParams, account: string, simulation: Simulation): Answer {
  const { store, options } = simulation;
  if (!boardOf(boardId, account, simulation)) return boardNotFound();
  const visible = store.pins(boardId).filter(({ createdAt }) => createdAt + options.pinListDelayMs <= Date.now());
  return answerPage(query, visible, ({ pinId }) => pinId, wire);
}

/** A Pin in Pinterest's response format, which does not contain the media id. */
const wire = ({ pinId, request, createdAt }: SimulatedPin) => ({
  id: pinId,
  board_id: request.board_id,
  board_section_id: request.board_section_id ?? null,
  title: request.title ?? null,
  description: request.description ?? null,
  link: request.link ?? null,
  alt_text: request.alt_text ?? null,
  created_at: new Date(createdAt).toISOString(),
  creative_type: 'VIDEO',
  media: { media_type: 'video', cover_image_url: 'https://i.pinimg.com/simulated.jpg', duration: null },
});
