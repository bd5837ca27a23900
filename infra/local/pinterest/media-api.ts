import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SCOPES_OF } from '../../../shared/pinterest/scopes.ts';
import { type Answer, refusal } from './answer.ts';
import { listBoards, listSections } from './boards-api.ts';
import type { Fault, SimulatedOperation } from './faults.ts';
import type { SimulatedMedia } from './media-store.ts';
import { listPins, makePin } from './pins-api.ts';
import type { RateLimitState } from './rate-limit.ts';
import type { AnsweredRequest, Simulation } from './simulation.ts';
import { strike } from './strike.ts';
import { uploadParameters } from './upload-policy.ts';

/** Handles a request to Pinterest's API. @see Pinterest OpenAPI 5.23.0, tags media, pins and boards */
export async function answerMediaApi(
  request: IncomingMessage,
  response: ServerResponse,
  simulation: Simulation,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
  const [, mediaId] = /^\/v5\/media\/([^/]+)$/.exec(pathname) ?? [];
  const [, boardId = '', part] = /^\/v5\/boards\/([^/]+)\/(pins|sections)$/.exec(pathname) ?? [];
  const operation = operationOf(`${request.method} ${pathname}`, mediaId, part);
  if (operation === undefined)
    return send(response, refusal(404, 404, `${request.method} ${pathname} is not simulated.`));

  const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const account = simulation.accountOf(token);
  const { fault, request: noted } = simulation.arrived({ operation, account, mediaId });
  if (simulation.options.latencyMs > 0) await sleep(simulation.options.latencyMs);
  if (await strike(fault, request, response)) return;
  const body = await text(request);
  if (fault?.kind === 'made-late' && account !== undefined) {
    request.socket.destroy();
    await sleep(fault.milliseconds);
    makePin(body, account, simulation);
    return;
  }
  const answer =
    struckAnswer(fault) ??
    (account === undefined
      ? refusal(401, 2, 'Authentication failed.')
      : (missingScope(operation, simulation.scopesOf(token)) ??
        gate(response, operation, account, simulation) ??
        (await act(account))));
  if (operation === 'pins_create' && fault?.kind === 'stored-not-answered') return void request.socket.destroy();
  return send(response, answer, noted);

  async function act(account: string): Promise<Answer> {
    if (operation === 'media_create') return mediaCreate(body, account, simulation);
    if (operation === 'media_list') return mediaList(searchParams, account, simulation);
    if (operation === 'pins_create') return makePin(body, account, simulation);
    if (operation === 'boards_list_pins') return listPins(boardId, searchParams, account, simulation);
    if (operation === 'boards_list') return listBoards(searchParams, account, simulation);
    if (operation === 'board_sections_list') return listSections(boardId, searchParams, account, simulation);
    const media = simulation.store.get(mediaId ?? '', account, Date.now());
    return media ? { status: 200, body: wire(media) } : refusal(404, 50, 'Media not found.');
  }
}

const OPERATIONS: Record<string, SimulatedOperation> = {
  'POST /v5/media': 'media_create',
  'GET /v5/media': 'media_list',
  'POST /v5/pins': 'pins_create',
  'GET /v5/boards': 'boards_list',
};

/** @param part the part of a board that the path names */
function operationOf(
  request: string,
  mediaId: string | undefined,
  part: string | undefined,
): SimulatedOperation | undefined {
  if (!request.startsWith('GET ') || (mediaId === undefined && part === undefined)) return OPERATIONS[request];
  if (mediaId !== undefined) return 'media_get';
  return part === 'pins' ? 'boards_list_pins' : 'board_sections_list';
}

function struckAnswer(fault: Fault | undefined): Answer | undefined {
  if (fault?.kind !== 'status') return undefined;
  const { status, code = status, message = 'A simulated fault.', retryAfterSeconds } = fault;
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return refusal(status, code, message, headers);
}

function missingScope(operation: SimulatedOperation, scopes: readonly string[] | undefined): Answer | undefined {
  if (scopes === undefined || operation === 'upload') return undefined;
  const complete = SCOPES_OF[operation].every((scope) => scopes.includes(scope));
  return complete ? undefined : refusal(401, 3, 'Authorization failed.');
}

/** @returns an error response when a rate limit of the account is exceeded; undefined to continue */
function gate(
  response: ServerResponse,
  operation: SimulatedOperation,
  account: string,
  { limit }: Simulation,
): Answer | undefined {
  const state = limit(account, operation === 'media_create' || operation === 'pins_create' ? 'org_write' : 'org_read');
  if (!state) return undefined;
  for (const [name, value] of Object.entries(rateLimitHeaders(state))) response.setHeader(name, value);
  if (!state.exceeded) return undefined;
  return refusal(429, 8, 'You have exceeded your rate limit. Try again later.', {
    'Retry-After': String(state.resetSeconds),
  });
}

const rateLimitHeaders = ({ limit, remaining, resetSeconds }: RateLimitState): Record<string, string> => ({
  'X-RateLimit-Limit': String(limit),
  'X-RateLimit-Remaining': String(remaining),
  'X-RateLimit-Reset': String(resetSeconds),
});

async function mediaCreate(body: string, account: string, { options, store, baseUrl }: Simulation): Promise<Answer> {
  let mediaType: unknown;
  try {
    mediaType = JSON.parse(body).media_type;
  } catch {
    return refusal(400, 1, 'Invalid request: the body is not JSON.');
  }
  if (mediaType !== 'video') return refusal(400, 1, "Invalid request: media_type must be 'video'.");
  const mediaId = store.create(account);
  const { accessKey } = store;
  const { policySeconds: lifetimeSeconds, maxUploadBytes: maxBytes } = options;
  return {
    status: 201,
    body: {
      media_id: mediaId,
      media_type: 'video',
      // The path names the account, so that faults can hit the uploads of one account before the form is read.
      upload_url: `${baseUrl()}/upload/${account}`,
      upload_parameters: await uploadParameters({ accessKey, mediaId, lifetimeSeconds, maxBytes, now: new Date() }),
    },
  };
}

function mediaList(query: URLSearchParams, account: string, { store }: Simulation): Answer {
  const pageSize = Number(query.get('page_size') ?? 25);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 250) {
    return refusal(400, 1, 'Invalid request: page_size must be from 1 to 250.');
  }
  const bookmark = query.get('bookmark');
  const after = bookmark === null ? undefined : Buffer.from(bookmark, 'base64url').toString();
  const page = store.page(pageSize + 1, account, after, Date.now());
  const items = page.slice(0, pageSize);
  const last = page.length > pageSize ? items.at(-1) : undefined;
  return {
    status: 200,
    body: { items: items.map(wire), bookmark: last ? Buffer.from(last.mediaId).toString('base64url') : null },
  };
}

const wire = ({ mediaId, status }: SimulatedMedia) => ({ media_id: mediaId, media_type: 'video', status });

function send(response: ServerResponse, { status, body, headers = {} }: Answer, noted?: AnsweredRequest): void {
  if (noted) {
    noted.status = status;
    if (headers['Retry-After'] !== undefined) noted.retryAfterSeconds = Number(headers['Retry-After']);
  }
  const requestId = String(randomBytes(6).readUIntBE(0, 6));
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'x-pinterest-rid': requestId, ...headers })
    .end(JSON.stringify(body));
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
